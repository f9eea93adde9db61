#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The filters of ismtrace live, on two functions, two CPUs and several threads
# and processes: fifteen tracers watch the same accesses at the same time.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	lab filters --functions 2 --smp 2 -- filters.sh "$SECOND" "$(rule_name)" || return
	local dir=$BATS_FILE_TMPDIR/filters
	pairs <(cat "$dir/ismload.ops" "$dir/other.ops") "$dir/everything.out" >"$dir/everything.pairs"
	pairs <(cat "$dir/tree-1.ops" "$dir/tree-2.ops") "$dir/tree.out" >"$dir/tree.pairs"
}

setup()
{
	BOOT=filters
}

# A rule that fires for some accesses, but not for all.
rule_name()
{
	if [ "$SECOND" = vfio-pci ]; then echo fragmented-store; else echo boundary-crossing; fi
}

issued()
{
	cat "$@" | grep -c '"type":"op"'
}

@test "threads, processes, functions, drivers, CPUs: every access is one record" {
	status_of everything 0
	local n
	n=$(issued "$(at ismload.ops)" "$(at other.ops)")
	[ "$n" -gt 500 ]
	every "$(at everything.pairs)" \
		true '(.op | [.op, .region, .offset, .len, .ret, .pid, .tid]) ==
			(.rec | [.op, .region, .offset, .len, .ret, .pid, .tid])' \
		'.rec.comm == "ismload"' \
		'.rec | .driver == "ism-vfio-pci" and .function == "0011:00:00.0" and .fid == 34 and .uid == 17' \
		'.rec.comm == "other"' \
		'.rec | .driver == "'"$SECOND"'" and .function == "0012:00:00.0" and .fid == 35 and .uid == 18'
	is "$(at everything.out)" '.[-1] | [.recorded, (.lost | del(.error_probe) | add), .filtered, .unopened]' "[$n,0,0,0]"
	# It was as busy as it should have been; a parent looks at the function first.
	is "$(at everything.pairs)" '[.[].rec | select(.comm == "ismload")] |
		[map(.tid), map(.pid) | unique | length]' '[3,1]'
	is "$(at everything.pairs)" '[.[].rec | select(.comm == "other").pid] | unique | length' 3
	is "$(at everything.pairs)" '[.[].rec.cpu] | unique' '[0,1]'
}

@test "one write is one PCISTB, also where threads write the same block at once" {
	every "$(at everything.pairs)" \
		'.op.pattern == "overlap" and .op.op == "write"' \
		'.rec.insn | is_insn([0, 0, 1, 0, 0, 4096, 4096, 4096])' \
		'.rec.driver == "ism-vfio-pci" and .rec.op == "write" and (.rec | bar) and .rec.ret > 0' \
		'.rec | .ret as $n | .insn | is_insn([0, 0, 1, 0, 0, $n, $n, $n])' \
		'.op.op == "read" and (.op | bar) and .op.ret > 0' \
		'.op.ret as $n | pieces(.op.offset; $n; 8) as $p |
		 .rec.insn | is_insn([$p.count, 0, 0, 0, 0, $p.min, $p.max, $n])'
	generic_refuses || every "$(at everything.pairs)" \
		'.rec.driver == "vfio-pci" and .op.op == "write" and (.op | bar) and .op.ret > 0' \
		'pieces(.op.offset; .op.ret; 8) as $p |
		 .rec.insn | is_insn([0, $p.count, 0, 0, $p.count, $p.min, $p.max, 0])'
}

# passes NAME PREDICATE -- what tracer NAME recorded is what PREDICATE selects of
# what the one without a filter did, in the order of each thread, and whole; all
# else it counted, instructions included.
passes()
{
	status_of "$1" 0
	jq -n --slurpfile all "$(at everything.out)" --slurpfile got "$(at "$1.out")" "$JQ_LIB"'
		def told: map({ tid: "\(.tid)", what: [.op, .region, .offset, .len, .ret, .insn, .error] }) |
			reduce .[] as $x ({}; .[$x.tid] += [$x.what]);
		def insns: map({ key: .function, value: [.inside, .filtered | .pcilg, .pcistg, .pcistb, .failed] }) |
			from_entries | map_values([.[0] + .[4], .[1] + .[5], .[2] + .[6], .[3] + .[7]]);
		($all | map(select(.type == "access" and ('"$2"')))) as $wanted |
		($got | map(select(.type == "access"))) as $found |
		$got[-1] as $sum | $all[-1] as $whole |
		{ same: (($wanted | told) == ($found | told)),
		  "found but not wanted": (($found | told | map(.[]) | flatten(1)) -
			($wanted | told | map(.[]) | flatten(1)) | .[0]),
		  "recorded as shown": ($sum.recorded == ($found | length)),
		  "all accounted for": ($sum.recorded + $sum.filtered == $whole.recorded),
		  "nothing lost": ($sum.lost.total == 0),
		  instructions: (($sum.functions | insns) == ($whole.functions | insns)) }' \
		>"$(at "$1.judged")"
	is "$(at "$1.judged")" '.[0] | del(.["found but not wanted"])' \
		'{"same":true,"recorded as shown":true,"all accounted for":true,"nothing lost":true,"instructions":true}' ||
		fail "$(cat "$(at "$1.judged")")" "$(tail -n 1 "$(at "$1.out")")"
}

# parts NAME -- the filter has let something pass, and something not.
parts()
{
	is "$(at "$1.out")" '.[-1] | [.recorded > 0, .filtered > 0]' '[true,true]'
}

@test "-d: an address" {
	passes function '.fid == 35'
	parts function
}

@test "-d: fid:N" {
	passes fid '.fid == 34'
	parts fid
}

@test "-d: uid:N, several" {
	passes uids true
	is "$(at uids.out)" '.[-1].filtered' 0
}

@test "-p: a process with all its threads, no other process" {
	passes pid ".pid == $(cat "$(at ismload.pid)")"
	parts pid
}

@test "-c: tasks of this name, not of one that begins like it" {
	passes comm '.comm == "other"'
	parts comm
	passes comm-part false
	is "$(at comm-part.out)" '.[-1].recorded' 0
}

@test "-r: one region, several regions" {
	passes region '.region == "bar2"'
	parts region
	passes regions '.region == "bar0" or .region == "config"'
	parts regions
}

@test "-w: only writes" {
	passes writes '.op == "write"'
	parts writes
}

@test "--size: between, from; the ends included" {
	passes size '.len >= 100 and .len <= 300'
	parts size
	is "$(at size.out)" '[.[] | .len | select(. == 256)] | length > 0' true
	passes size-up '.len >= 4096'
	parts size-up
	is "$(at size-up.out)" '[.[] | .len | select(. == 4096)] | length > 0' true
}

@test "--errors: errors, short transfers, failed instructions" {
	passes errors '.ret < 0 or .ret < .len or .insn.failed > 0'
	parts errors
	# Only where stores fail unnoticed is there all of it.
	generic_refuses || is "$(at errors.out)" '[.[] | select(.type == "access") |
		[.ret < 0, .ret >= 0 and .ret < .len, .ret == .len]] | unique | length' 3
}

@test "--rule: by name, by id, several" {
	local id
	id=$(if [ "$(rule_name)" = fragmented-store ]; then echo ISM001; else echo ISM003; fi)
	passes rule "rule(\"$id\")"
	parts rule
	is "$(at rule.out)" ".[0].rules | index(\"$id\") != null" true
	passes rules 'rule("ISM002") or rule("ISM009")'
	parts rules
}

@test "several filters: an access must pass all of them" {
	passes several '.fid == 34 and (.region == "bar0" or .region == "bar2") and .op == "write" and .len <= 256'
	parts several
}

@test "-- CMD traces CMD, its children and theirs, and nobody else" {
	status_of tree 0
	local n others
	n=$(issued "$(at tree-1.ops)" "$(at tree-2.ops)")
	others=$(issued "$(at stranger.ops)")
	same "the client's accesses" "$n" 12
	every "$(at tree.pairs)" true '(.op | [.op, .region, .offset, .len, .ret, .pid, .tid]) ==
		(.rec | [.op, .region, .offset, .len, .ret, .pid, .tid])'
	is "$(at tree.pairs)" '[.[].rec.pid] | unique | length' 4
	# The stranger's have been seen: they are counted.
	is "$(at tree.out)" '.[-1] | [.recorded, .filtered, .lost.total]' "[$n,$others,0]"
	is "$(at tree.out)" '.[-1].functions[] | select(.fid == 35) | .filtered | .pcistg + .pcistb > 0' true
}

@test "a function that is opened meanwhile costs no access of another one" {
	status_of opens 0
	[ "$(grep -c '"type":"total"' "$(at opens-2.ops)")" -ge 3 ]
	is "$(at opens.out)" '.[-1] | [.recorded, .lost.total, .unopened]' \
		"[$(issued "$(at opens-1.ops)" "$(at opens-2.ops)"),0,0]"
}
