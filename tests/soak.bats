#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What make soak does for hours, for half a minute each: tasks that do all that tasks can do, and
# every access of theirs held against what each tracer says.  The seeds are fixed, so that
# the same things are done each time, as far as the scheduler lets them.

load helper

setup_file()
{
	build_all
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$TOP" host build/host/bin/soak-check >&2
}

# soak SEED -- a round of it, and a last line that says what it was.
soak()
{
	"$TOP/scripts/soak" --kernel "${ISMTRACE_TEST_KERNEL:-6.12}" --seed "$1" --seconds 25 >"$BATS_TEST_TMPDIR/out" 2>&1 ||
		fail "$(cat "$BATS_TEST_TMPDIR/out")"
	# It is no use if nothing was done.
	grep -E 'seed [0-9]+: [0-9]{3,} accesses of [0-9]{2,} tasks' "$BATS_TEST_TMPDIR/out"
}

@test "live, record, stat and ismtop at once: every access of odd tasks, and all their sums" {
	soak 1000
}

@test "traces that begin and end in the middle: recorded, filtered or lost, and nothing else" {
	soak 1003
	grep -E ' [1-9][0-9]* cut-offs: 0 differences' "$BATS_TEST_TMPDIR/out"
}
