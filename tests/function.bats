#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's ISM function, driven through VFIO: what of it is QEMU's.  The protocol has a
# unit test, test_ism_function.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make_here test-clients
	mkdir -p "$BATS_FILE_TMPDIR/function"
	cp "$TOP/build/s390x/tests/function" "$BATS_FILE_TMPDIR/function/"
	lab function --functions 3 --function memory=off --function memory=off -- function.sh
}

BOOT=function

@test "commands, moves, signals and events of two functions" {
	says_not "$(at client.out)" 'not ok'
	status_of client 0
	[ "$(grep -c '^ok' "$(at client.out)")" -gt 50 ]
}

@test "the machine has carried out what the tracer saw" {
	is "$(at traced.out)" '[.[-1].functions[] | select(.measure != null).measure | .ours == .machine, .mismatch]' \
		'[true,false,true,false]'
	is "$(at traced.out)" '[.[-1].functions[] | select(.measure != null).measure.machine.blocks > 5]' '[true,true]'
}

@test "ismload: nothing is verified, and it says why" {
	status_of load 0
	says "$(at load.err)" 'nothing is read back'
	is "$(at load.out)" '.[-1] | [.type, .verified, .mismatched, .unexpected]' '["total",0,0,0]'
	says_not "$(at load-memory.err)" 'nothing is read back'
	is "$(at load-memory.out)" '.[-1].verified > 0' true
}

@test "ismcheck: what needs memory is absent, nothing fails" {
	status_of check 0
	none "$(at check.out)" '.result == "failed"'
	every "$(at check.out)" '.check == "write-order"' '.result == "absent"' '.check == "config-caps"' '.result == "ok"'
}

@test "the kernel has nothing to complain about" {
	says_not "$(at stderr)" 'the kernel complained'
}
