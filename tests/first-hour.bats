#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A newcomer's first hour: what README says to type on a machine with an ISM function that no driver has,
# typed as it stands there; and ismtrace bind and unbind.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	mkdir -p "$BATS_FILE_TMPDIR/first-hour"
	# The second block of the section: after the build, as root.
	sed -n '/^## Use it on IBM Z/,/^## /{/^Then, as root:/,/^- /s/^    \([^#]*[^# ]\) *\(#.*\)\{0,1\}$/\1/p}' "$TOP/README.md" \
		>"$BATS_FILE_TMPDIR/first-hour/commands"
	lab first-hour --driver none --functions 2 -- first-hour.sh
}

BOOT=first-hour

# number COMMAND -- of the first command that is, or begins, like this.
number()
{
	grep -nF -m1 -- "$1" "$(at commands)" | cut -d: -f1
}

# told COMMAND -- what it wrote to stdout.
told()
{
	cat "$(at "$(number "$1").out")"
}

@test "README has commands from nothing to a trace, and each ends well" {
	local n
	n=$(wc -l <"$(at commands)")
	[ "$n" -ge 9 ] || fail "$(cat "$(at commands)")"
	same "commands that were run" "$(wc -l <"$(at statuses)")" "$n"
	# A person has ended what has no end.  Tracing cannot work yet when doctor is asked.
	same "statuses" "$(grep -v '^0 ' "$(at statuses)")" "3 ismtrace doctor"
}

@test "doctor says that no function is bound, and the command that binds one" {
	told "ismtrace doctor" | grep -qE '^lacks +functions +2 ISM functions, and no VFIO driver has one$' ||
		fail "$(told "ismtrace doctor")"
	told "ismtrace doctor" | grep -qE '^ +-> ismtrace bind 001[12]:00:00.0$' || fail "$(told "ismtrace doctor")"
}

@test "bind loads the driver, and says what a client opens" {
	same bind "$(told "ismtrace bind")" "0011:00:00.0: ism-vfio-pci, was without a driver, /dev/vfio/0"
}

@test "live, stat and the files have what an unprivileged driver did" {
	same "stores that live shows" "$(told "ismtrace live" | grep -c " W  bar2 .* 256 .*pcistb:256")" 20
	same "stores in JSON" "$(jq -r 'select(.type == "access" and .op == "write" and .len == 256) | .op' "$(at trace.json)" | wc -l)" 20
	same "in a file of its own" "$(jq -r 'select(.type == "access" and .op == "write" and .len == 256) | .op' "$(at x.json)" | wc -l)" 20
	same "what the machine counted" "$(told "ismtrace live --measure" | grep -c mismatch)" 0
	told "ismtrace stat" | grep -q ism-vfio-pci || fail "$(told "ismtrace stat")"
}

@test "unbind gives it back" {
	same status "$(cat "$(at unbind.status)")" 0
	says "$(at unbind.out)" '0011:00:00.0: no driver, was ism-vfio-pci'
}
