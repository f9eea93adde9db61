#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# ismtrace live, held line by line against what a client says it did.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	# Two CPUs, two machines.
	lab ism-vfio-pci -- live.sh ism-vfio-pci &
	local first=$! rc=0
	lab vfio-pci --driver vfio-pci -- live.sh vfio-pci "$(if generic_refuses; then echo any; fi)" || rc=1
	wait "$first" || rc=1
	[ "$rc" = 0 ] || return 1

	local boot dir
	for boot in ism-vfio-pci vfio-pci; do
		dir=$BATS_FILE_TMPDIR/$boot
		pairs "$dir/all.ops" "$dir/all.out" | with_runs >"$dir/all.pairs" || return
		pairs "$dir/insn.ops" "$dir/insn.out" >"$dir/insn.pairs" || return
		by_access <"$dir/insn.out" >"$dir/insn.folded" || return
	done
}

# The drivers that let a client at the function.
if generic_refuses; then BOOTS="ism-vfio-pci"; else BOOTS="ism-vfio-pci vfio-pci"; fi

# Adds to each pair whether the access goes on where a write before it ended, so
# that one store block would have held both: what docs/rules.md calls a run.
with_runs()
{
	jq -nc 'foreach inputs as $p ({ tid: null };
		$p.op as $o |
		($o.op == "write" and ($o.region | startswith("bar")) and $o.ret > 0) as $write |
		if $write and .tid == $o.tid and .region == $o.region and .end == $o.offset and
			$p.rec.ts - .time <= 1e8 and .start % 4096 + (.end - .start) + $o.len <= 4096
		then .goes_on = true
		else .goes_on = false | .start = $o.offset end |
		.tid = (if $write then $o.tid else null end) | .region = $o.region |
		.end = $o.offset + $o.len | .time = $p.rec.ts + $p.rec.latency_ns;
		$p + { goes_on }
	)'
}

# Each access with the instructions that its thread issued since the one before.
by_access()
{
	jq -nc 'foreach inputs as $x ({ insns: {} };
		if $x.type == "insn" and $x.inside then .insns["\($x.tid)"] += [$x] | .out = null
		elif $x.type == "access" then
			.out = { access: $x, insns: (.insns["\($x.tid)"] // []) } |
			.insns["\($x.tid)"] = []
		else .out = null end;
		.out // empty)'
}

# --- Every access is one record.

accesses_are_records()
{
		local ops
	status_of all 0
	ops=$(jq -s 'map(select(.type == "op")) | length' "$(at all.ops)")
	# The patterns are still all there, and nobody turned the client off.
	[ "$ops" -gt 4000 ]
	[ "$(wc -l <"$(at patterns)")" -ge 18 ]
	is "$(at all.ops)" '($listed | split("\n") | map(select(. != ""))) - [.[] | select(.type == "op") | .pattern]' '[]' \
		--rawfile listed "$(at patterns)"
	is "$(at all.ops)" "[.[] | select(.type == \"total\") | .ops, .unexpected]" "[$ops,0]"
	is "$(at all.out)" 'map(select(.type == "access")) | length' "$ops"
	every "$(at all.pairs)" true '(.op | [.op, .region, .offset, .len, .ret, .pid, .tid]) ==
		(.rec | [.op, .region, .offset, .len, .ret, .pid, .tid])' \
		true ".rec.comm == \"ismload\" and .rec.driver == \"$BOOT\" and
		.rec.function == \"0011:00:00.0\" and .rec.fid == 34 and .rec.uid == 17"
}

@test "ism-vfio-pci: every access is one record with op, region, offset, len and ret" {
	BOOT=ism-vfio-pci
	accesses_are_records
}

@test "vfio-pci: every access is one record with op, region, offset, len and ret" {
	BOOT=vfio-pci
	accesses_are_records
}

# The trace was of all processes, so whatever else touched the function would be in it.
nothing_else()
{
	# What interrupts log of other devices while a probe's handler runs is told, and no loss.
	is "$(at all.out)" '[.[] | .type] | unique' '["access","summary"]'
	is "$(at all.out)" '.[-1].type' '"summary"'
	is "$(at all.out)" '.[-1] | .recorded, .lost.total, .filtered, .insn_records, .unopened' \
		"$(jq -s 'map(select(.type == "op")) | length' "$(at all.ops)")"$'\n0\n0\n0\n0'
	is "$(at all.out)" '.[-1].lost | del(.error_probe) | add' 0
	same stderr "$(cat "$(at all.err)")" ""
}

@test "ism-vfio-pci: nothing else is in the trace, nothing is lost" {
	BOOT=ism-vfio-pci
	nothing_else
}

@test "vfio-pci: nothing else is in the trace, nothing is lost" {
	BOOT=vfio-pci
	nothing_else
}

@test "times: in order, inside the trace, and no longer than the client waited" {
	for BOOT in $BOOTS; do
		every "$(at all.pairs)" '.op.latency_ns != null' \
			'.rec.latency_ns > 0 and .rec.latency_ns <= .op.latency_ns'
		is "$(at all.out)" 'map(select(.type == "access").ts) | . == sort' true
		is "$(at all.out)" 'map(select(.type == "access").ts) as $t | .[-1] |
			.begin <= $t[0] and $t[-1] <= .end and .duration_ns > 0 and
			(.end - .begin - .duration_ns | fabs) < 1000' true
		is "$(at all.out)" 'map(select(.type == "access") | .cpu) | unique' '[0]'
	done
}

# --- What instructions each became.

@test "ism-vfio-pci: a write is one PCISTB of its length, or no instruction at all" {
	BOOT=ism-vfio-pci
	local whole='.op.len == $n'
	# Upstream's cuts a write at the end of the BAR.
	[ "$TEST_DRIVER" != upstream ] || whole='({"bar0": 281474976710656, "bar2": 4096}[.op.region] -
		.op.offset) as $room | ([.op.len, $room] | min) == $n'
	every "$(at all.pairs)" '.op.op == "write" and (.op | bar) and .op.ret > 0' \
		'.op.ret as $n | ('"$whole"') and
		 (.rec.insn | is_insn([0, 0, 1, 0, 0, $n, $n, $n])) and .rec.error == null' \
		'.op.op == "write" and (.op | bar) and .op.ret <= 0' \
		'.rec.insn | idle' \
		'.op.pattern == "block" and .op.len == 4096' \
		'.op.ret == 4096 and (.rec.insn | is_insn([0, 0, 1, 0, 0, 4096, 4096, 4096])) and .rec.rules == []'
}

@test "ism-vfio-pci: a read is as few aligned PCILG as can be" {
	BOOT=ism-vfio-pci
	every "$(at all.pairs)" '.op.op == "read" and (.op | bar) and .op.ret >= 0' \
		'.op.ret as $n | pieces(.op.offset; $n; 8) as $p |
		 .rec.insn | is_insn([$p.count, 0, 0, 0, 0, $p.min, $p.max, $n])'
}

# bats test_tags=on-6
@test "vfio-pci: reads and writes are pieces of at most 8 bytes, and the stores fail" {
	only_on 6
	BOOT=vfio-pci
	# Kernels before 6.11 make them of 4.
	every "$(at all.pairs)" '.op.op == "read" and (.op | bar) and .op.ret >= 0' \
		".op.ret as \$n | pieces(.op.offset; \$n; $PIECE) as \$p |
		 .rec.insn | is_insn([\$p.count, 0, 0, 0, 0, \$p.min, \$p.max, \$n])" \
		'.op.op == "write" and (.op | bar) and .op.ret >= 0' \
		"pieces(.op.offset; .op.ret; $PIECE)"' as $p |
		 .rec.insn | is_insn([0, $p.count, 0, 0, $p.count, $p.min, $p.max, 0])' \
		'.op.pattern == "block" and .op.region == "bar2" and .op.len == 4096' \
		".rec.insn | .pcistg == 4096 / $PIECE and .min == $PIECE and .max == $PIECE"
}

# bats test_tags=on-6
@test "vfio-pci: a write that was lost is ISM001 with its pieces, ISM008 and ISM011" {
	only_on 6
	BOOT=vfio-pci
	local n=$((4096 / PIECE))
	# Pieces of 4 are narrow, besides.
	every "$(at all.pairs)" '.op.pattern == "block" and .op.region == "bar2" and .op.len == 4096' \
		".rec.rules - [if $PIECE < 8 then \"ISM005\" else empty end] == [\"ISM001\", \"ISM008\", \"ISM011\"] and
			.op.ret == 4096 and .op.verified == false"
	says "$(at text.out)" "$n*pcistg:$PIECE!$n(cc1," \
		"ISM001 fragmented-store: 4096 bytes took $n PCISTG of $PIECE bytes" \
		"ISM011 silent-loss: returned 4096 of 4096 although $n of $n PCISTG failed"
	is "$(at all.out)" '.[-1].findings[] | select(.rule == "ISM001") | .evidence' \
		"\"4096 bytes took $n PCISTG of $PIECE bytes\""
}

# bats test_tags=on-6
@test "vfio-pci: the first failed instruction is told with cc and status" {
	only_on 6
	BOOT=vfio-pci
	every "$(at all.pairs)" '.rec.insn.failed > 0' '.op as $op | .rec.error |
		.insn == "pcistg" and .rc == -5 and .cc == 1 and .status > 0 and
		.region == $op.region and .offset == $op.offset and .len <= 8' \
		'.rec.insn.failed == 0' '.rec.error == null'
	# As QEMU has it: the address space takes no PCISTG.
	says "$(at text.out)" 'cc 1 (error), status 20 (invalid address space)'
}

# bats test_tags=on-7
@test "vfio-pci: an access to a BAR is refused with ENODEV and no instruction, ISM010" {
	only_on 7
	BOOT=vfio-pci
	# Where a BAR ends comes first: EINVAL there, and where there is none.
	every "$(at all.pairs)" '(.op | bar) and .op.len > 0 and .op.pattern != "badregion"' \
		'(.op.errno == "ENODEV" or .op.errno == "EINVAL" and
			(.op.pattern == "beyond" or (.op.region | IN("bar1", "bar3", "bar5")))) and (.rec.insn | idle) and .rec.error == null and
		 (.rec.rules - ["ISM002", "ISM003"]) == (if .rec.rules | any(IN("ISM002", "ISM003"))
			then [] else ["ISM010"] end)'
}

@test "configuration space: pieces of at most 4 bytes, read and written by PCILG and PCISTG" {
	for BOOT in $BOOTS; do
		every "$(at all.pairs)" '.op.region == "config"' \
			'.rec.insn | .pcistb == 0 and .mio == 0 and .failed == 0 and .max <= 4'
		# What the kernel does not make up itself is loaded.
		every "$(at all.pairs)" '.op.region == "config" and .op.op == "read" and .op.len <= 4 and
			(.rec.insn | idle | not)' '.op.len as $n | .rec.insn |
			.pcistg == 0 and .pcilg >= 1 and .min <= $n' \
			'.op.region == "config" and .op.op == "write"' \
			'.op.len == 2 and .rec.insn.pcistg == 1 and .rec.rules == []'
	done
}

# --- What is refused.

@test "ism-vfio-pci: 4097 bytes are refused with EINVAL, nothing is sent, ISM002" {
	BOOT=ism-vfio-pci
	local refused='.op.len == 4097 and .op.errno == "EINVAL" and (.rec.insn | idle) and
		.rec.rules == ["ISM002", "ISM003"]'
	local clamped=$refused
	# Upstream's cuts it at the end of a BAR that is of 4096 bytes.
	[ "$TEST_DRIVER" != upstream ] || clamped='.op.ret == 4096 and .rec.insn.pcistb == 1 and
		.rec.rules == ["ISM002", "ISM003", "ISM009"]'
	every "$(at all.pairs)" '.op.pattern == "oversized" and .op.region == "bar0"' "$refused" \
		'.op.pattern == "oversized" and .op.region == "bar2"' "$clamped"
	says "$(at text.out)" 'ISM002 oversized-store: 4097 bytes where a store block holds 4096'
}

@test "ism-vfio-pci: a block across 4 KiB is refused with EINVAL, nothing is sent, ISM003" {
	BOOT=ism-vfio-pci
	every "$(at all.pairs)" '.op.pattern == "crossing"' '.op.len == 64 and .op.errno == "EINVAL" and
		(.rec.insn | idle) and .rec.rules == ["ISM003"]'
	is "$(at all.pairs)" '[.[] | select(.op.pattern == "crossing") | 4096 - .op.offset]' '[32,63,1]'
	says "$(at text.out)" 'ISM003 boundary-crossing: 64 bytes at 0xfe0 cross the boundary at 0x1000'
}

# bats test_tags=on-6
@test "vfio-pci: 4097 bytes and a block across 4 KiB are found all the same" {
	only_on 6
	BOOT=vfio-pci
	every "$(at all.pairs)" '.op.pattern == "oversized"' '.rec | rule("ISM002") and rule("ISM001")' \
		'.op.pattern == "crossing"' \
		'.rec | rule("ISM003") and rule("ISM001") and (rule("ISM002") | not)'
}

@test "a region that does not exist is EINVAL and ISM010 without an instruction" {
	for BOOT in $BOOTS; do
		every "$(at all.pairs)" '.op.pattern == "badregion"' '.op.errno == "EINVAL" and
			(.rec.insn | idle) and .rec.error == null and .rec.rules == ["ISM010"]'
		is "$(at all.pairs)" '[.[] | select(.op.pattern == "badregion") | .rec.region] |
			unique | length' 10
	done
}

@test "reads at odd offsets: all bytes, narrow pieces, ISM005 where it was longer" {
	for BOOT in $BOOTS; do
		every "$(at all.pairs)" '.op.pattern == "odd"' '.op.offset % 2 == 1 and .op.ret == .op.len and
			.op.verified != false and .rec.insn.min == 1 and
			.rec.rules == (if .op.len > 1 then ["ISM005"] else [] end)'
	done
}

@test "bad buffers, no bytes, no memory, past the end: the errno, the rule, no store" {
	# The read of a bad buffer has loaded its first piece: on kernels before 6.11 vfio-pci's are narrow.
	local narrow disabled refused='.op.errno == "EIO" and (.rec.insn | idle) and .rec.rules == ["ISM010"]'
	for BOOT in $BOOTS; do
		disabled=$refused
		# Upstream's goes on: it does not look at the memory bit.
		[ "$TEST_DRIVER $BOOT" != "upstream ism-vfio-pci" ] ||
			disabled='.op.ret == .op.len and .rec.insn.failed == 0 and .rec.rules == []'
		narrow=$([ "$BOOT$PIECE" = vfio-pci4 ] && echo '"ISM005"' || :)
		every "$(at all.pairs)" '.op.pattern == "fault"' \
			".op.errno == \"EFAULT\" and .rec.rules - [$narrow] == [\"ISM010\"] and .rec.insn.pcistg + .rec.insn.pcistb == 0" \
			'.op.pattern == "empty"' \
			'.op.ret == 0 and (.rec.insn | idle) and .rec.rules == []' \
			'.op.pattern == "disabled"' "$disabled" \
			'.op.pattern == "beyond" and .op.ret > 0' \
			'.op.ret < .op.len and (.rec | rule("ISM009"))' \
			'.op.pattern == "beyond" and .op.ret < 0' '.rec.insn | idle'
	done
	BOOT=ism-vfio-pci
	[ "$TEST_DRIVER" = upstream ] ||
		every "$(at all.pairs)" '.op.pattern == "beyond" and .op.op == "write"' '.op.errno == "EINVAL"'
}

@test "ISM004 for adjacent writes of one task, from the second on" {
	for BOOT in $BOOTS; do
		is "$(at all.pairs)" '[.[] | select(.op.pattern == "split" and .op.region == "bar2") |
			.rec.rules | index("ISM004") != null][:8]' '[false,true,true,true,true,true,true,true]'
		# A run ends where one store block would.
		is "$(at all.pairs)" '[.[] | select(.op.pattern == "split" and .op.region == "bar0") |
			.rec.rules | index("ISM004") != null][:6]' '[false,true,false,true,false,true]'
		# Adjacent writes in quick succession, 5 ms on a host that is not busy, and
		# others that are 200 ms apart.
		is "$(at all.pairs)" '[.[] | select(.op.pattern == "rate" and .op.len == 64) |
			[(.rec.rules | index("ISM004") != null), .goes_on]] |
			[(.[:200] | [map(.[0]) == map(.[1]), (map(select(.[0])) | length > 100)]),
			(.[200:] | map(select(.[0])) | length)]' '[[true,true],0]'
		says "$(at text.out)" 'ISM004 split-transfer: 2 adjacent writes of 64 bytes in all would fit one PCISTB' \
			'ISM004 split-transfer: 3 adjacent writes of 96 bytes in all would fit one PCISTB'
	done
	BOOT=ism-vfio-pci
	same "adjacent writes where there are none" "$(grep -c ISM004 "$(at many.out)")" 0
}

# docs/rules.md once more; ISM006, ISM007 and ISM012 cannot be here.
RULES_WANTED='
	.rec as $r | .rec.insn as $i | ($r.op == "write" and ($r | bar) and $r.len > 0) as $write |
	[ if $write and ($i.pcistg + $i.pcistb > 1 or $i.pcistg == 1) then "ISM001" else empty end,
	  if $write and $r.len > 4096 then "ISM002" else empty end,
	  if $write and $r.offset % 4096 + $r.len > 4096 then "ISM003" else empty end,
	  if .goes_on then "ISM004" else empty end,
	  if ($r | bar) and $i.pcilg + $i.pcistg > 0 and $i.min < 8 and $i.min < $r.len
		then "ISM005" else empty end,
	  if $i.failed > 0 then "ISM008" else empty end,
	  if $r.ret >= 0 and $r.ret < $r.len then "ISM009" else empty end,
	  if $r.ret >= 0 and $i.failed > 0 then "ISM011" else empty end ] |
	if $r.ret < 0 and . - ["ISM002", "ISM003", "ISM008"] == .
		then . + ["ISM010"] | sort else . end'

@test "every record has the rules that docs/rules.md says, and no other" {
	for BOOT in $BOOTS; do
		every "$(at all.pairs)" true ".rec.rules == ($RULES_WANTED)"
	done
	BOOT=vfio-pci
	generic_refuses || is "$(at all.pairs)" '[.[].rec.rules[]] | unique | length' 9
}

# --- Single instructions.

@test "--insn: the instructions of each access add up to its summary" {
	for BOOT in $BOOTS; do
		status_of insn 0
		every "$(at insn.pairs)" true '(.op | [.op, .region, .offset, .len, .ret]) ==
			(.rec | [.op, .region, .offset, .len, .ret])'
		every "$(at insn.folded)" true '.insns as $i | .access.insn |
			[.pcilg, .pcistg, .pcistb] == [("pcilg", "pcistg", "pcistb") as $k |
				[$i[] | select(.insn == $k)] | length] and
			.failed == ([$i[] | select(.rc != 0)] | length) and
			.min == ([$i[].len] | min // 0) and .max == ([$i[].len] | max // 0) and
			.bytes == ([$i[] | select(.rc == 0).len] | add // 0)'
		is "$(at insn.out)" '(map(select(.type == "insn")) | length) as $n | .[-1] |
			$n == .insn_records and .lost.total == 0 and .lost.insn_ring == 0' true
	done
}

@test "--insn: they follow one another through the access, in its time" {
	for BOOT in $BOOTS; do
		every "$(at insn.folded)" '(.access | bar) and .access.ret > 0' '
			.access as $a | .insns as $i |
			all($i[]; .region == $a.region) and $i[0].offset == $a.offset and
			all(range(1; $i | length); $i[.].offset == $i[. - 1].offset + $i[. - 1].len) and
			$i[-1].offset + $i[-1].len == $a.offset + $a.ret and
			all($i[]; .ts >= $a.ts and .tid == $a.tid and .comm == $a.comm) and
			([$i[].latency_ns] | add) <= $a.latency_ns'
	done
	# Those of the kernel itself, which opens and closes the function.
	BOOT=ism-vfio-pci
	every "$(at insn.out)" '.type == "insn" and (.inside | not)' '.region == "config"'
	is "$(at insn.out)" '(map(select(.type == "insn" and (.inside | not)) | .insn) |
		[map(select(. == "pcilg")), map(select(. == "pcistg")) | length]) ==
		(.[-1].functions[0].outside | [.pcilg, .pcistg])' true
}

# bats test_tags=on-6
@test "--insn: a failed one has rc, cc and status; the others none" {
	only_on 6
	BOOT=vfio-pci
	every "$(at insn.out)" '.type == "insn" and .rc != 0' '.offset as $o | .insn == "pcistg" and .rc == -5 and
		(.error | .rc == -5 and .cc == 1 and .status == 20 and .offset == $o)' \
		'.type == "insn" and .rc == 0' '.error == null'
}

# --- The summary.

@test "the summary's rows and functions are what the records add up to" {
	for BOOT in $BOOTS; do
		is "$(at all.out)" '
			def power: if . <= 1 then 1 else {p: 1, v: .} | until(.p >= .v; .p *= 2) | .p end;
			def hist(f): group_by(f | power) | map({ le: (.[0] | f | power), count: length });
			def sums: { pcilg: map(.insn.pcilg) | add, pcistg: map(.insn.pcistg) | add,
				pcistb: map(.insn.pcistb) | add, mio: 0, failed: map(.insn.failed) | add };
			def late: . as $r | if test("^dev") and (.[3:] | tonumber) >= 32 then "dev32+" else . end;
			def row: { accesses: length, bytes: map([.ret, 0] | max) | add,
				errors: map(select(.ret < 0)) | length, insn: sums,
				insn_bytes: map(.insn.bytes) | add, size: hist(.len),
				latency_ns: hist(.latency_ns),
				latency: map(.latency_ns) | { min: min, max: max, sum: add } };
			map(select(.type == "access") | .region |= late) as $a |
			($a | group_by([.function, .driver, .region, .op]) | map({ key: (.[0] |
				"\(.function) \(.driver) \(.region) \(.op)"), value: row }) | from_entries)
			as $wanted |
			(.[-1].rows | map({ key: "\(.function) \(.driver) \(.region) \(.op)",
				value: ({ accesses, bytes, errors, insn, insn_bytes, size, latency_ns } +
					{ latency: (.latency | { min, max, sum }) }) }) | from_entries)
			as $found |
			(.[-1].functions[0].inside) as $inside |
			[ ($wanted | keys) - ($found | keys), ($found | keys) - ($wanted | keys),
			  [$wanted | keys[] | select($wanted[.] != $found[.]) | [., $wanted[.], $found[.]]],
			  $inside == ($a | sums), (.[-1].functions | length) ]' \
			'[[],[],[],true,1]'
	done
}

@test "percentiles lie in the bucket that holds them" {
	for BOOT in $BOOTS; do
		is "$(at all.out)" '
			def rank(p): sort | .[((length * p / 100) | ceil) - 1];
			def near(a; b): a <= 2 * b and b <= 2 * a;
			map(select(.type == "access")) as $a | .[-1].rows | map(. as $row |
			[$a[] | select(.region == $row.region and .op == $row.op) | .latency_ns] |
			select(length > 0) |
			near(rank(50); $row.latency.p50) and near(rank(90); $row.latency.p90) and
			near(rank(99); $row.latency.p99)) | [length > 10, all]' '[true,true]'
	done
}

@test "widths and store-block sizes are those of the instructions" {
	for BOOT in $BOOTS; do
		is "$(at insn.out)" '
			def power: {p: 8, v: .} | until(.p >= .v; .p *= 2) | .p;
			map(select(.type == "insn" and .inside)) as $i | .[-1].rows |
			[ (map(.width[]) | group_by(.le) | map([.[0].le, (map(.count) | add)])) ==
			  ($i | map(select(.insn != "pcistb") | .len) | group_by(.) | map([.[0], length])),
			  (map(.pcistb[]) | group_by(.le) | map([.[0].le, (map(.count) | add)])) ==
			  ($i | map(select(.insn == "pcistb") | .len | power) | group_by(.) | map([.[0], length]))
			]' '[true,true]'
	done
}

@test "findings: each rule with its count, severity and fix; in order" {
	for BOOT in $BOOTS; do
		is "$(at all.out)" '
			([.[] | select(.type == "access") | .rules[]] | group_by(.) | map([.[0], length])) ==
			(.[-1].findings | map([.rule, .count]))' true
		is "$(at all.out)" '.[-1].findings | map(.rule as $r | .name and .evidence and (.fix | length > 10) and
			.severity == (if "ISM005" == $r then "info"
				elif $r | IN("ISM004", "ISM006", "ISM009", "ISM012") then "warning"
				else "error" end)) | [length > 3, all]' '[true,true]'
	done
}

# --- Text.

@test "text: a line for each access, the findings below, the summary last" {
	for BOOT in $BOOTS; do
		status_of text 0
		local lines recorded
		lines=$(grep -cE '^ +[0-9]+\.[0-9]{6} ismload +[0-9]+ 0011:00:00\.0 ' "$(at text.out)")
		recorded=$(sed -n 's/^\([0-9]*\) accesses recorded, 0 lost, 0 filtered in .*/\1/p' "$(at text.out)")
		[ "$lines" -gt 40 ]
		same "lines of accesses" "$lines" "$recorded"
		# The client's own line is all that there is on standard error.
		grep -q "^0011:00:00.0 ($(bound "$BOOT")): $recorded accesses in" "$(at text.err)"
		same "lines of stderr" "$(wc -l <"$(at text.err)")" 1
		says "$(at text.out)" 'FUNCTION' 'measurement block' 'fix: '
	done
}

# --- How much.

@test "100,000 accesses are 100,000 records" {
	BOOT=ism-vfio-pci
	status_of many 0
	# One more: the client looks at the command register.
	same records "$(grep -c '"type":"access"' "$(at many.out)")" 100001
	same writes "$(grep -c '"op":"write","region":"bar2","offset":0,"len":256,"ret":256,' "$(at many.out)")" 100000
	same blocks "$(grep -c '"pcistb":1,"mio":0,"failed":0,"min":256,"max":256,"bytes":256,' "$(at many.out)")" 100000
	tail -n 1 "$(at many.out)" >"$(at many.summary)"
	is "$(at many.summary)" '.[0] | [.recorded, (.lost | del(.error_probe) | add), .filtered]' '[100001,0,0]'
}

@test "a reader that is too slow: recorded + lost = issued, said as ISM012" {
	BOOT=ism-vfio-pci
	status_of lossy 0
	local issued
	issued=$(jq -s 'map(select(.type == "op")) | length' "$(at lossy.ops)")
	same issued "$issued" 10001
	is "$(at lossy.out)" '(map(select(.type == "access")) | length) as $n | .[-1] |
		[$n == .recorded, .recorded > 100, .lost.ring > 1000, .lost.total == .lost.ring,
		 .recorded + .lost.total, .filtered]' "[true,true,true,true,$issued,0]"
	# The ones that are there are the first ones, whole.
	is "$(at lossy.out)" 'map(select(.type == "access") | .op)[0:3]' '["read","write","write"]'
	# Nor is any instruction.
	is "$(at lossy.out)" '.[-1].functions[0] | .inside.pcistb + .lost.pcistb' 10000
	is "$(at lossy.out)" '.[-1] | .lost.total as $n | .findings[] | select(.rule == "ISM012") |
		[.name, .severity, .count == $n]' '["lost-records","warning",true]'
}

@test "a reader that is too slow: the text warns and names --buffer-size" {
	BOOT=ism-vfio-pci
	status_of lossy-text 0
	local recorded lost
	read -r recorded lost < <(sed -n \
		's/^\([0-9]*\) accesses recorded, \([0-9]*\) lost, 0 filtered in .*/\1 \2/p' "$(at lossy-text.out)")
	[ "$lost" -gt 100 ]
	# 1000 written and read back, and the command register.
	same "recorded + lost" "$((recorded + lost))" 2001
	says "$(at lossy-text.out)" "warning: lost $lost accesses" 'hint: --buffer-size' \
		"not in the trace: $lost accesses"
}

# --- How long, and of what.

@test "-n: so many records, the rest is counted as filtered" {
	BOOT=ism-vfio-pci
	status_of count 3
	pairs <(head -n 6 "$(at count.ops)") "$(at count.out)" >"$(at count.pairs)"
	same pairs "$(wc -l <"$(at count.pairs)")" 5
	every "$(at count.pairs)" true '(.op | [.op, .offset, .len, .ret]) == (.rec | [.op, .offset, .len, .ret])'
	is "$(at count.out)" '.[-1] | [.type, .recorded, .lost.total, .filtered > 0, .filtered <= 396]' \
		'["summary",5,0,true,true]'
}

@test "-t: ends in time, with a summary, CMD or not" {
	BOOT=ism-vfio-pci
	status_of time 0
	is "$(at time.out)" '.[-1] | [.type, .recorded, .duration_ns >= 1.5e9, .duration_ns < 9e9]' \
		'["summary",0,true,true]'
	status_of time-cmd 0
	is "$(at time-cmd.out)" '.[-1] | [.type, .duration_ns >= 1e9, .duration_ns < 9e9]' \
		'["summary",true,true]'
}

@test "-- CMD: its exit status, 126 and 127 when it cannot be run" {
	BOOT=ism-vfio-pci
	status_of exit-0 0
	status_of exit-7 7
	status_of exit-term 143
	status_of exit-missing 127
	says "$(at exit-missing.err)" "ismtrace: cannot run '/no/such/program': No such file or directory"
	same "output" "$(cat "$(at exit-missing.out)")" ""
	status_of exit-refused 126
	says "$(at exit-refused.err)" "ismtrace: cannot run '/tmp/text': Permission denied"
	says "$(at exit-7.out)" '0 accesses recorded, 0 lost, 0 filtered'
}
