#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Our counts of instructions against the machine's own, which are in each
# function's measurement block.  What failed it does not count.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	lab fmb --functions 2 -- fmb.sh "$SECOND"
}

setup()
{
	BOOT=fmb
}

# block FUNCTION -- [loads, stores, store blocks] as the kernel shows them.
block()
{
	local name
	for name in Load Store 'Store block'; do
		sed -n "s/^ *$name operations:[[:space:]]*//p" "$(at "$1.statistics")"
	done | jq -sc .
}

# Everything that was issued, by where it is in the summary.
OURS='(.inside, .outside, .filtered, .lost)'

ism=0011:00:00.0
generic=0012:00:00.0

@test "the blocks have counted something" {
	local f
	for f in "$ism" "$generic"; do
		is "$(at "$f.ops")" '.[-1] | [.type, .unexpected, .ops > 4000]' '["total",0,true]'
		same "numbers of $f" "$(block "$f" | jq length)" 3
		block "$f" | jq -se '.[0] | .[0] > 10000 and .[1] >= 2' >/dev/null
	done
	block "$ism" | jq -se '.[0][2] > 1000' >/dev/null
	block "$generic" | jq -se ".[0][2] $(if [ "$SECOND" = vfio-pci ]; then echo '== 0'; else echo '> 1000'; fi)" \
		>/dev/null
}

@test "records: loads, stores and store blocks equal the measurement block, exactly" {
	local f
	status_of all 0
	is "$(at all.out)" '.[-1] | [.lost.total, .filtered]' '[0,0]'
	for f in "$ism" "$generic"; do
		is "$(at all.out)" "map(select(.type == \"access\" and .function == \"$f\") | .insn) |
			[map(.pcilg), map(.pcistg - .failed), map(.pcistb) | add]" "$(block "$f")"
	done
}

sums_equal()
{
	local f
	status_of "$1" 0
	is "$(at "$1.out")" '.[-1].functions | map(.function)' "[\"$ism\",\"$generic\"]"
	for f in "$ism" "$generic"; do
		is "$(at "$1.out")" ".[-1].functions[] | select(.function == \"$f\") |
			([$OURS.failed] | add) as \$failed |
			[([$OURS.pcilg] | add), ([$OURS.pcistg] | add) - \$failed, ([$OURS.pcistb] | add)]" \
			"$(block "$f")"
	done
	# They have nowhere else to come from: the function was open before and after.
	is "$(at "$1.out")" "[.[-1].functions[] | .issued - .failed == .done,
		.issued == ([$OURS | .pcilg + .pcistg + .pcistb + .mio] | add),
		.failed == ([$OURS.failed] | add)] | all" true
}

@test "summary: the sums equal the measurement block" {
	sums_equal all
	is "$(at all.out)" '[.[-1].functions[] | .filtered, .lost | .pcilg, .pcistg, .pcistb] | add' 0
}

@test "summary: with what was filtered, the sums equal the measurement block" {
	sums_equal filtered
	is "$(at filtered.out)" '[.[-1].functions[] | .filtered.pcilg > 10000] | all' true
}

@test "summary: with what was lost, the sums equal the measurement block" {
	sums_equal lossy
	is "$(at lossy.out)" '.[-1] | .lost.total > 1000' true
	is "$(at lossy.out)" '[.[-1].functions[] | .lost.pcilg > 10000] | all' true
}

@test "summary: its own measurement block is the kernel's" {
	local name f
	for name in all filtered lossy; do
		for f in "$ism" "$generic"; do
			is "$(at $name.out)" ".[-1].functions[] | select(.function == \"$f\").fmb |
				[.loads, .stores, .blocks]" "$(block "$f")"
			# It was updated every 4 s, and after the last access at that.
			is "$(at $name.out)" ".[-1].functions[] | select(.function == \"$f\").fmb |
				.age_ns < 9e9" true
		done
	done
}

@test "text: the measurement block, kept when the function was closed before the end" {
	status_of closed 0
	same "measurement blocks" \
		"$(sed -n 's/^ *measurement block *\([0-9]*\) *\([0-9]*\) *\([0-9]*\) .*/[\1,\2,\3]/p' "$(at closed.out)")" \
		"$(block "$ism"; block "$generic")"
	# Closing took instructions, too, which the machine did not count any more.
	same "lines that differ" "$(grep -c 'measurement block .* differs by -[0-9]' "$(at closed.out)")" 2
}

@test "list shows the kernel's measurement block" {
	local f
	status_of list 0
	for f in "$ism" "$generic"; do
		is "$(at list.out)" ".[] | select(.function == \"$f\").fmb | [.loads, .stores, .blocks]" \
			"$(block "$f")"
	done
}
