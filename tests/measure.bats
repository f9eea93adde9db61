#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# --measure: our counts beside the machine's, in everything that traces.  Ground truth is the
# kernel's own file about the block.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make_here host
	lab measure --functions 2 -- measure.sh "$SECOND"
	lab begun --smp 2 -- measure.sh --begun
}

setup()
{
	BOOT=measure
}

ism=0011:00:00.0
generic=0012:00:00.0

# block NAME -- what the kernel's file says, as {loads, stores, blocks}.
block()
{
	sed -n 's/^ *\(Load\|Store\|Store block\) operations:[[:space:]]*\([0-9]*\)/{"\1":\2}/p' \
		"$(at "$1.statistics")" | jq -cs 'add | {loads: .Load, stores: .Store, blocks: ."Store block"}'
}

# equal FILE FUNCTIONS -- each of them was measured, exactly; FILE ends in a summary.
equal()
{
	is "$(at "$1")" "[.[-1].functions[] | select(.measure != null) | .function]" "$2"
	is "$(at "$1")" '[.[-1].functions[].measure | .ours == .machine,
		([.difference[]] == [0, 0, 0]), .mismatch == false, .astray == 0, .refused == null] | all' true
	is "$(at "$1")" '[.[-1].findings[] | select(.rule == "ISM013")]' '[]'
}

# sees NAME FILE FUNCTION -- and it is what the kernel shows: closing takes no store blocks.
sees()
{
	is "$(at "$2")" ".[-1].functions[] | select(.function == \"$3\").measure.machine.blocks" \
		"$(block "$1.$3" | jq .blocks)"
	is "$(at "$2")" ".[-1].functions[] | select(.function == \"$3\").measure |
		.machine.loads >= $(block "$1.$3" | jq .loads) and .machine.loads > 1000 and .begun >= 1" true
}

@test "live: loads, stores and store blocks of two functions equal the machine's" {
	status_of live 0
	equal live.out "[\"$ism\",\"$generic\"]"
	sees live live.out $ism
	sees live live.out $generic
}

@test "stat, record and check: likewise" {
	status_of stat 0
	equal stat.out "[\"$ism\",\"$generic\"]"
	sees stat stat.out $ism
	status_of record 0
	status_of report 0
	equal report.out "[\"$ism\",\"$generic\"]"
	sees record report.out $ism
	sees record report.out $generic
	equal check.out "[\"$ism\"]"
	sees check check.out $ism
}

@test "what the filters leave out is measured as well" {
	status_of filtered 0
	is "$(at filtered.out)" '.[-1].recorded' 0
	equal filtered.out "[\"$ism\"]"
	sees filtered filtered.out $ism
}

@test "a function that is closed and opened again: the sum of all blocks" {
	equal twice.out "[\"$ism\"]"
	is "$(at twice.out)" '.[-1].functions[].measure.machine.blocks' \
		$(($(block once.$ism | jq .blocks) + $(block again.$ism | jq .blocks)))
}

@test "open before the trace and after it: all three numbers are the kernel's" {
	status_of held 0
	same "the kernel's, and ours at the end of the text" \
		"$(tail -n 3 "$(at held.out)" | awk '{ print $(NF - 1), $NF }' | paste -sd' ')" \
		"$(block held.$ism | jq -r '"\(.loads) 0 \(.stores) 0 \(.blocks) 0"')"
	block held.$ism | jq -se '.[0].blocks > 50' >/dev/null
	says "$(at held.err)" 'what it counted for others is gone'
}

@test "report shows it as text and as HTML" {
	status_of text 0
	grep -qE "^$ism MEASURED +OURS +MACHINE'S +DIFFERENCE$" "$(at text.out)"
	grep -qE '^ +store blocks +([0-9]+) +\1 +0$' "$(at text.out)"
	says "$(at report.html)" '<h2>Measured</h2>' '<td class="t">store blocks</td>'
}

@test "ismtop tells at its end" {
	status_of top 0
	is "$(at top.out)" '.[-1] | [.type, .function, .measure.ours == .measure.machine, .measure.mismatch]' \
		"[\"measure\",\"$ism\",true,false]"
	is "$(at top.out)" '.[-1].measure.machine.blocks' "$(block top.$ism | jq .blocks)"
}

# Trampolines cannot be switched off.
# bats test_tags=on-kprobes
@test "what the kernel hides from the probes is a finding" {
	only_on kprobes
	is "$(at off.out)" '.[-1].functions[] | .measure.mismatch' true
	is "$(at off.out)" '.[-1].functions[].measure.difference.blocks' "$(block off.$ism | jq .blocks)"
	is "$(at off.out)" '[.[-1].findings[] | select(.rule == "ISM013") | .count]' '[1]'
	is "$(at off.out)" '.[-1].findings[] | select(.rule == "ISM013").evidence |
		test("^0011:00:00.0: .* 0 store blocks, the machine counted [0-9]+")' true
}

@test "what is issued while a block begins explains a difference, in either direction" {
	BOOT=begun
	status_of begun 0
	is "$(at begun.out)" '.[-1].functions[] | select(.measure != null).measure | [.begun > 5, .mismatch]' '[true,false]'
}

@test "the process that begins blocks: no capability, nothing of the tracer's, and mortal" {
	grep -qE '^CapPrm:[[:space:]]0{16}$' "$(at helper.proc)"
	grep -qE '^CapEff:[[:space:]]0{16}$' "$(at helper.proc)"
	grep -qE '^NoNewPrivs:[[:space:]]1$' "$(at helper.proc)"
	same "descriptors" "$(grep -c -- '->' "$(at helper.proc)")" 3
	# The ring buffer's two pieces, and the measures.
	same "maps" "$(grep -c 'anon_inode:bpf-map' "$(at helper.proc)")" 3
	status_of helper 0
	says "$(at helper.err)" 'the process that begins measurement blocks has ended'
}

@test "usage: a capture cannot be measured" {
	run -2 --separate-stderr "$TOP/build/host/bin/ismtrace" check --measure "$TOP/tests/traces/tour-ism-kprobe.pcapng.gz"
	[[ $stderr == *"--measure is for -- CMD"* ]]
	run -2 --separate-stderr "$TOP/build/host/bin/ismtop" --measure "$TOP/tests/traces/tour-ism-kprobe.pcapng.gz"
	[[ $stderr == *"--measure is for the running kernel"* ]]
}
