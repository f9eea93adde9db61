#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What is built has the same bytes wherever its sources are.

# Variables that bats and tests/helper.bash set or read.
# shellcheck disable=SC2154

load helper

# built NAME -- the committed sources, and what is changed, in a folder of this name.
built()
{
	mkdir -p "$BATS_TEST_TMPDIR/$1"
	(cd "$TOP" && git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf -) |
		tar -C "$BATS_TEST_TMPDIR/$1" -xf -
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -j"$(nproc)" -C "$BATS_TEST_TMPDIR/$1" all host
}

@test "programs, BPF object and driver: the same from two places" {
	local file files=0
	built here
	built another-place/with+another-name
	cd "$BATS_TEST_TMPDIR/here/build" || return
	for file in s390x/bin/* host/bin/* driver-*/ism-vfio-pci.ko s390x/*.bpf.o; do
		cmp "$file" "$BATS_TEST_TMPDIR/another-place/with+another-name/build/$file"
		files=$((files + 1))
	done
	[ "$files" -ge 9 ]
}
