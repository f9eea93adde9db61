#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A build on the s390x machine itself, as README has it: with the compilers and libraries of Debian 12
# with backports and of Debian 13, under emulation.  Part of make check-all, as a compiler that is
# emulated takes ten times as long.

# Variables that bats and tests/helper.bash set or read.
# shellcheck disable=SC2154

load helper

# unpacked NAME -- a root, with the committed sources, and what is changed, in its /src.
unpacked()
{
	local root=$BATS_FILE_TMPDIR/$1 from
	from=$("$TOP/scripts/get-native-root" "$1")
	mkdir -p "$root"
	tar --zstd -C "$root" -xf "$from/root.tar.zst"
	(cd "$TOP" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -T - -cf -) |
		tar -C "$root/src" -xf -
}

# inside ROOT CMD [ARG...]
inside()
{
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS "$TOP/scripts/enter-native-root" "$BATS_FILE_TMPDIR/$1" "${@:2}"
}

# builds ROOT -- what is there afterwards is what README promises.
builds()
{
	unpacked "$1"
	run -0 inside "$1" uname -m
	same "the machine" "$output" s390x
	run inside "$1" make -j"$(nproc)" all
	[ "$status" -eq 0 ] || fail "$output"
	[[ $output == *"no kernel headers in /lib/modules/"*": the driver is not built"* ]] || fail "$output"
	[[ $output != *warning:* ]] || fail "$output"
	run -0 inside "$1" make install DESTDIR=/tmp/x
	run -0 inside "$1" env PATH=/tmp/x/usr/local/bin:/usr/bin:/bin sh -ec '
		ismtrace --version
		ismtop --version
		ismload --list
		ismpeer --help
	'
	says_all "$output" "ismtrace $(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$TOP/driver/dkms.conf")" read-sweep
	# Nothing of a kernel to trace is here, and it says what it looked for.
	run -3 inside "$1" /tmp/x/usr/local/bin/ismtrace doctor
	[[ $output == *fails* ]] || fail "$output"
	run -3 inside "$1" /tmp/x/usr/local/bin/ismtrace live
	[[ $output == "ismtrace: "* ]] || fail "$output"
	# What a report says is no matter of who reads it.
	make_here build/host/bin/ismtrace
	run -0 --separate-stderr inside "$1" /tmp/x/usr/local/bin/ismtrace report --json tests/traces/tour-ism-kprobe.pcapng.gz
	same "the report" "$output" "$("$TOP/build/host/bin/ismtrace" report --json "$TOP/tests/traces/tour-ism-kprobe.pcapng.gz")"
	rm -rf "${BATS_FILE_TMPDIR:?}/$1"
}

# says_all TEXT WORD...
says_all()
{
	local word
	for word in "${@:2}"; do
		[[ $1 == *"$word"* ]] || fail "no $word in: $1"
	done
}

@test "Debian 12 without backports: the tools that are too old are named at once, and where there are others" {
	unpacked bookworm
	run -2 inside bookworm make all
	[[ $output == *"bpftool 7."*" is too old, 7.2 is needed at least"*"hint: on Debian 12: apt-get install -t bookworm-backports"* ]] ||
		fail "$output"
	[[ $output != *" CC "* ]] || fail "$output"
	# As somebody has it who takes only one of the two from there.
	printf '#!/bin/sh\necho bpftool v7.5.0\n' >"$BATS_FILE_TMPDIR/bookworm/usr/sbin/bpftool"
	run -1 inside bookworm scripts/native-tools
	[[ $output == *"libbpf 1.1 is too old, 1.2 is needed at least"* ]] || fail "$output"
	rm -rf "$BATS_FILE_TMPDIR/bookworm"
}

@test "Debian 12 with backports: make all, make install, and what is installed starts" {
	builds bookworm-backports
}

# Between a point release and the packages of all ports a mirror may have a list of what it has not: then the
# next release stands in.
@test "Debian 13: make all, make install, and what is installed starts" {
	local name=trixie
	"$TOP/scripts/get-native-root" trixie >/dev/null 2>&1 || name=forky
	builds "$name"
}
