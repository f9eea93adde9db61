#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The driver comes and goes while functions are used: demands 3 and 13.
# ISMTRACE_ROUNDS=10000 makes it the long run that docs/driver.md tells of.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	export ROUNDS=${ISMTRACE_ROUNDS:-100}
	lab life --smp 2 --functions 4 --timeout $((600 + ROUNDS)) -- life.sh "$ROUNDS" "$(bound ism-vfio-pci)"
}

setup()
{
	BOOT=life
}

# counter NAME -- of the measurement block.
counter()
{
	sed -n "s/^ *$1:[[:space:]]*//p" "$(at fmb)"
}

@test "demand 3: the measurement block has one store block a write, and nothing of what was refused" {
	[ -s "$(at fmb)" ]
	# One more is written to be looked at by each pattern's setup and verification.
	local written
	written=$(jq -s '[.[] | select(.type == "op" and .op == "write" and (.region | startswith("bar")) and .ret > 0)] | length' \
		"$(at fmb.ops)")
	[ "$written" -ge 1000 ]
	same "PCISTB" "$(counter "Store block operations")" "$written"
	[ "$(jq -s '[.[] | select(.type == "op" and .op == "write" and .ret == -22)] | length' "$(at fmb.ops)")" -ge 600 ]
}

@test "demand 13: the module is not removed while a function is open" {
	status_of rmmod-held 1
	grep -qiE 'in use|unavailable|busy' "$(at rmmod-held.err)"
}

@test "demand 13: unbinding waits for the client, and is done when it is gone" {
	status_of unbind-held 0
	status_of unbind-done 0
	says "$(at unbound)" 'No such file'
	status_of after-unbind 0
}

@test "demand 13: hot unplug asks the client and waits for it; then the function is gone" {
	status_of unplug 0
	status_of unplug-held 0
	same "functions left" "$(tr '\n' ' ' <"$(at left)")" "0011:00:00.0 0014:00:00.0 "
}

# rounds NAME -- all were done, and nothing is left of each: what grows by a kilobyte or
# more a round is a leak; a few pages are not.  A kernel with kmemleak keeps a record of
# each allocation, and of what was freed; there kmemleak itself is asked, below.
rounds()
{
	is "$(at "$1.rounds")" '.[0].rounds' "$ROUNDS"
	[ -e "$(at kmemleak)" ] || is "$(at "$1.rounds")" '.[0] | .grown_kib < .rounds / 2 + 500' true
}

# What kmemleak has found, but for the host bridge of a function that was unplugged, which
# the kernel's own zPCI code allocated at boot and leaves behind with any driver.
leaks()
{
	awk '/^unreferenced object/ { show() } { text = text $0 "\n" } END { show() }
		function show() { if (text !~ /zpci_bus_device_register/) printf "%s", text; text = "" }' "$1"
}

@test "demand 13: rounds of open and close under load: no leak" {
	status_of opened 0
	rounds opened
}

@test "demand 13: rounds of bind and unbind under load: no leak" {
	status_of bound 0
	rounds bound
	status_of load 0
}

# bats test_tags=on-debug
@test "demand 13: allocations that fail are errors, and no more than that" {
	is "$(at faults)" '.[0] | [.rounds, .failed > 0, .worked > 0]' "[$ROUNDS,true,true]"
	status_of after-faults 0
}

@test "demand 13: afterwards the module goes, and the kernel has nothing to complain about" {
	status_of rmmod 0
	says_not "$(at stderr)" 'the kernel complained'
	[ ! -e "$(at kmemleak)" ] || same kmemleak "$(leaks "$(at kmemleak)")" ""
}
