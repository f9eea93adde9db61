#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# ismpeer on two machines that a fabric joins.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

# machine NAME OTHER
machine()
{
	local rc=0
	TMPDIR=$BATS_FILE_TMPDIR "$TOP/lab/run" --kernel "$TEST_KERNEL" --driver "$TEST_DRIVER" \
		--fabric "$BATS_FILE_TMPDIR/fabric" --share "$BATS_FILE_TMPDIR/far" --timeout 600 -- \
		sh /share/peer-far.sh "$1" "$2" >"$BATS_FILE_TMPDIR/far/$1.log" 2>&1 </dev/null || rc=$?
	echo "$rc" >"$BATS_FILE_TMPDIR/far/$1.machine.status"
}

setup_file()
{
	local one
	build_all
	make_here test-clients
	mkdir "$BATS_FILE_TMPDIR/far"
	cp "$TOP"/tests/guest/peer-far.sh "$TOP/build/s390x/tests/answer" "$BATS_FILE_TMPDIR/far/"
	machine one two 3>&- &
	one=$!
	machine two one
	# If two has failed, one would wait for it.
	touch "$BATS_FILE_TMPDIR/far/end"
	wait $one
}

BOOT=far

@test "both machines end well" {
	status_of one.machine 0
	status_of two.machine 0
}

@test "64 MiB each way at once, as nobody, the machines' counts are ours" {
	local name
	same "what came to two" "$(<"$(at two.came)")" "$(<"$(at one.sent)")"
	same "what came to one" "$(<"$(at one.came)")" "$(<"$(at two.sent)")"
	for name in one two; do
		status_of $name 0
		is "$(at $name.json)" '[.[-1].functions[].measure | select(.) |
			(.difference | map(fabs) | add) <= .under_way, .mismatch, .machine.blocks > 16384]' '[true,false,true]'
	done
}

@test "either side killed and started again: who asks is answered" {
	same answers "$(<"$(at asked)")" "first answered
second answered
third answered"
}
