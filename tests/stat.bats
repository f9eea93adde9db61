#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# ismtrace stat: counts kept in the kernel, held against what live recorded of the
# same accesses at the same time, and against the client's own account.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	lab ism-vfio-pci --smp 2 --functions 2 -- stat.sh ism-vfio-pci &
	local first=$! rc=0
	lab vfio-pci --driver vfio-pci -- stat.sh vfio-pci || rc=1
	wait "$first" || rc=1
	[ "$rc" = 0 ]
}

# The last line of NAME.out, which is the summary.
summary()
{
	jq -c 'select(.type == "summary")' "$(at "$1.out")" | tail -n 1
}

# same_of WHAT FILTER -- it gives the same of both summaries.
same_of()
{
	same "$1" "$(summary stat | jq -cS "$2")" "$(summary live | jq -cS "$2")"
}

counts_are_the_same()
{
	status_of live 0
	[ "$(summary stat | jq .recorded)" -gt 500 ]
	same_of accesses '[.recorded, .lost.total, .unopened]'
	same_of rows '[.rows[] | [.function, .driver, .region, .op, .accesses, .bytes, .errors, .insn, .insn_bytes]]'
	same_of sizes '[.rows[] | [.region, .op, .size]]'
	same_of instructions '[.rows[] | [.region, .op, .width, .pcistb]]'
	same_of functions '[.functions[] | [.function, .inside]]'
	same_of findings '[.findings[] | [.rule, .count]]'
}

@test "ism-vfio-pci: rows, sizes, instructions and findings are what live recorded" {
	BOOT=ism-vfio-pci
	counts_are_the_same
}

# bats test_tags=on-6
@test "vfio-pci: rows, sizes, instructions and findings are what live recorded" {
	only_on 6
	BOOT=vfio-pci
	counts_are_the_same
}

@test "counts are what the client says it did" {
	BOOT=ism-vfio-pci
	local said
	# Regions from 32 upwards share a row.
	said=$(jq -cs '[.[] | select(.type == "op") |
		.region |= if test("^dev([4-9][0-9]|3[2-9]|[0-9]{3,})$") then "dev32+" else . end] | group_by([.region, .op]) | map([.[0].region, .[0].op, length,
		(map(select(.ret > 0).ret) | add // 0), (map(select(.ret < 0)) | length)])' "$(at stat.ops)")
	same "by region and direction" \
		"$(summary stat | jq -c '[.rows[] | [.region, .op, .accesses, .bytes, .errors]] | sort')" \
		"$(jq -c sort <<<"$said")"
}

@test "each access has a latency, between the least and the most" {
	BOOT=ism-vfio-pci
	is "$(at stat.out)" 'map(select(.type == "summary"))[0].rows | map(select(
		(.latency_ns | map(.count) | add) != .accesses or .latency.min <= 0 or .latency.min > .latency.p50 or
		.latency.p50 > .latency.p99 or .latency.p99 > .latency.max or
		.latency.sum < .latency.min * .accesses or .latency.sum > .latency.max * .accesses))' '[]'
}

@test "every finding has an example with numbers" {
	BOOT=ism-vfio-pci
	is "$(at stat.out)" 'map(select(.type == "summary"))[0].findings |
		[length > 4, (map(select(.evidence | test("[0-9]") | not)) | length)]' '[true,0]'
}

@test "only CMD and its children are counted; the others as filtered" {
	BOOT=ism-vfio-pci
	status_of tree 0
	same "writes" "$(summary tree | jq '[.rows[] | select(.op == "write").accesses] | add')" 5000
	[ "$(summary tree | jq .filtered)" -gt 0 ]
	same lost "$(summary tree | jq .lost.total)" 0
}

@test "-I: intervals follow one another and add up to the summary" {
	BOOT=ism-vfio-pci
	status_of interval 0
	is "$(at interval.out)" 'map(select(.type == "interval")) | [length >= 10,
		([range(1; length) as $i | .[$i].begin == .[$i - 1].end] | all)]' '[true,true]'
	# What came after the last interval is in the summary only.
	is "$(at interval.out)" '(map(select(.type == "interval").recorded) | add) as $sum |
		(map(select(.type == "summary"))[0].recorded) as $all |
		[$sum <= $all, $sum > $all * 0.8]' '[true,true]'
	same "recorded, as the client did" "$(summary interval | jq .recorded)" \
		"$(jq -s 'map(select(.type == "op")) | length' "$(at interval.ops)")"
}

@test "-I: a steady rate is that rate in every interval" {
	BOOT=ism-vfio-pci
	# The client says when; a host that is busy bends both alike.
	local said counted
	said=$(jq -s 'map(select(.type == "op" and .pattern == "rate")) | length' "$(at interval.ops)")
	counted=$(jq -s '[.[] | select(.type == "interval").rows[] | select(.op == "write" and .region == "bar2").accesses] | add' \
		"$(at interval.out)")
	[ "$counted" -gt $((said * 8 / 10)) ]
	[ "$counted" -le "$said" ]
}

@test "-I -n: so many intervals, without accesses too" {
	BOOT=ism-vfio-pci
	status_of intervals 0
	same "lines" "$(grep -c 'no accesses$' "$(at intervals.out)")" 3
	says "$(at intervals.out)" 'TIME(s) FUNCTION'
}

@test "text: the same summary as live's" {
	BOOT=ism-vfio-pci
	status_of text 0
	says "$(at text.out)" 'accesses recorded, 0 lost' 'ism-vfio-pci bar2   W' 'ISM002 oversized-store' 'PCISTB' \
		'measurement block'
}

@test "filters: what is left out is counted as filtered" {
	BOOT=ism-vfio-pci
	status_of writes 0
	same "rows" "$(summary writes | jq -c '[.rows[] | [.op, .accesses, .size]]')" \
		'[["write",11,[{"le":64,"count":11}]]]'
	[ "$(summary writes | jq .filtered)" -ge 7 ]
	status_of errors 0
	# Upstream cuts what goes past the end of the BAR short.
	same "errors" "$(summary errors | jq -c '[.rows[] | [.op, .accesses, .errors]]')" \
		"[[\"write\",2,$(if [ "$TEST_DRIVER" = upstream ]; then echo 0; else echo 2; fi)]]"
}

@test "an interval is as long as it was, whatever becomes of the clock" {
	BOOT=ism-vfio-pci
	status_of clock 0
	is "$(at clock.out)" 'map(select(.type == "interval")) | [length > 10, (map(.duration_ns) | min > 50000000 and max < 1500000000)]' \
		'[true,true]'
}

@test "a reader that stands still loses no count" {
	BOOT=ism-vfio-pci
	status_of stopped 0
	same "writes" "$(summary stopped | jq '[.rows[] | select(.op == "write").accesses] | add')" 20000
	same lost "$(summary stopped | jq .lost.total)" 0
}

@test "processes and threads on two CPUs: not a count is lost" {
	BOOT=ism-vfio-pci
	status_of many 0
	same lost "$(summary many | jq -c '[.lost.total, .unopened]')" '[0,0]'
	same accesses "$(summary many | jq .recorded)" "$(jq -s 'map(select(.type == "total").ops) | add' "$(at many.ops)")"
}

@test "exit status: CMD's; 127; 0 when -t ends it" {
	BOOT=ism-vfio-pci
	status_of exit-7 7
	status_of exit-missing 127
	status_of time 0
}
