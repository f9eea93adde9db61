#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What make soak does for hours, for some seconds each: tasks that do all that tasks can do, and
# every access of theirs held against what each tracer says.  The seeds are fixed, so that
# the same things are done each time, as far as the scheduler lets them.

# Variables that bats sets or reads.
# shellcheck disable=SC2030,SC2031

load helper

setup_file()
{
	build_all
	make_here host build/host/bin/soak-check
}

# soak SEED -- a round of it, and a last line that says what it was.
soak()
{
	"$TOP/scripts/soak" --kernel "${ISMTRACE_TEST_KERNEL:-6.12}" --seed "$1" --seconds 12 --keep >"$BATS_TEST_TMPDIR/out" 2>&1 ||
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

# changed FILE SED KIND -- the round once more, with one line of a file changed, is found to be wrong.
changed()
{
	local dir=$BATS_TEST_TMPDIR/changed
	rm -rf "$dir"
	cp -r "$round" "$dir"
	sed -i "$2" "$dir/$1"
	! cmp -s "$round/$1" "$dir/$1" || fail "nothing is changed by $2"
	run -1 "$TOP/build/host/bin/soak-check" "$dir"
	[[ $output == *"$3"* ]] || fail "$2 in $1: not told of as $3:" "$output"
}

@test "what is wrong is found" {
	local round=$TOP/build/soak/${ISMTRACE_TEST_KERNEL:-6.12}-1000
	run -0 "$TOP/build/host/bin/soak-check" "$round"
	changed live.json '100d' 'live: missing'
	changed record.json '100d' 'record: missing'
	changed live.json '100p' 'live: extra'
	changed live.json '100s/"tid":/"tid":9/' 'live: task'
	changed live.json '100s/"comm":"/&x/' 'live: name'
	changed live.json '100s/"ret":[-0-9]*/"ret":77777/' 'live: result'
	changed live.json '100s/"len":/"len":1/' 'live: extra'
	changed live.json '100s/"ts":1/"ts":2/' 'live: extra'
	changed stat.json 's/"accesses":/"accesses":1/' 'stat: sums'
	changed stat.json 's/"recorded":/"recorded":1/' 'stat: sum'
	changed stat.json 's/\("rule":"ISM003",[^}]*"count":\)/\11/' 'stat: sums'
	changed stat.json 's/\("rule":"ISM004",[^}]*"count":\)/\11/' 'stat: runs'
	changed top.json 's/\("processes":\[{"pid":[^}]*"accesses":\)/\11/' 'ismtop: processes'
	changed top.json 's/\("totals":{"accesses":\)/\11/' 'ismtop: sums'
	# Two processes that there was no room for; then some more than they did.
	local others='.processes |= .[2:] + [{pid: null, comm: null, others: 2, accesses: (.[:2] | map(.accesses) | add)}]'
	cp -r "$round" "$BATS_TEST_TMPDIR/others"
	jq -c "$others" "$round/top.json" >"$BATS_TEST_TMPDIR/others/top.json"
	run -0 "$TOP/build/host/bin/soak-check" "$BATS_TEST_TMPDIR/others"
	jq -c "$others | .processes[-1].accesses += 1000" "$round/top.json" >"$BATS_TEST_TMPDIR/others/top.json"
	run -1 "$TOP/build/host/bin/soak-check" "$BATS_TEST_TMPDIR/others"
	[[ $output == *'ismtop: processes'* ]] || fail "$output"
	changed 0011:00:00.0.statistics 's/\(Load operations:[[:space:]]*\)/\11/' 'live: block'
}
