#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The captures in tests/traces, which scripts/record-traces made in the lab:
# what dump, report and check say of them, here and as a big-endian program,
# and what Wireshark's tools say.  What is to be found in them follows from the
# client's own account (NAME.client.json) and docs/rules.md, by jq.
#
# Then what happens to recorders that are killed, and with files that are no
# captures, or no longer.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

TRACES=$TOP/tests/traces
LUA=$TOP/docs/wireshark/ism.lua
# Rounds of the last test: two seconds each.
KILLED=${ISMTRACE_KILLED:-100}
# Seconds that nothing said of a file, however damaged, may take.
BOUND=10

setup_file()
{
	local file name
	build_all
	make_here host
	# The last test looks at it; until then the others have the time.
	(
		trap 'echo $? >"$BATS_FILE_TMPDIR/killed.done"' EXIT
		lab killed --timeout 1800 -- traces.sh killed "$KILLED" >"$BATS_FILE_TMPDIR/killed.log" 2>&1
	) 3>&- &
	mkdir -p "$BATS_FILE_TMPDIR/traces"
	for file in "$TRACES"/*.pcapng*; do
		name=$(basename "$file")
		name=${name%.pcapng*}
		tool dump --json --hex "$file" >"$BATS_FILE_TMPDIR/traces/$name.dump" 2>"$BATS_FILE_TMPDIR/traces/$name.err"
		if [ -e "$TRACES/$name.client.json" ]; then
			pairs "$TRACES/$name.client.json" "$BATS_FILE_TMPDIR/traces/$name.dump" \
				>"$BATS_FILE_TMPDIR/traces/$name.pairs"
		fi
	done
}

# No machine stays behind.
killed_ended()
{
	until [ -e "$BATS_FILE_TMPDIR/killed.done" ]; do
		sleep 0.2
	done
}

teardown_file()
{
	killed_ended
}

setup()
{
	BOOT=traces
}

# On this machine; big(): the same program as it runs on s390x.
tool()
{
	"$TOP/build/host/bin/ismtrace" "$@"
}

big()
{
	qemu-s390x-static "$BIN/ismtrace" "$@"
}

# capture NAME -- the file.
capture()
{
	local file
	for file in "$TRACES/$1".pcapng*; do
		printf '%s\n' "$file"
	done
}

# A byte here and there: damage FILE COPY OFFSET...
damage()
{
	python3 - "$@" <<-'EOF'
		import sys
		data = bytearray(open(sys.argv[1], "rb").read())
		for at in sys.argv[3:]:
		    data[int(at)] ^= 0x5a
		open(sys.argv[2], "wb").write(data)
	EOF
}

# block_at FILE N -- where the block with this number begins, from 0; in a big-endian file.
block_at()
{
	python3 - "$@" <<-'EOF'
		import struct, sys
		data, at = open(sys.argv[1], "rb").read(), 0
		for i in range(int(sys.argv[2])):
		    at += struct.unpack_from(">I", data, at + 4)[0]
		print(at)
	EOF
}

# refused FILE TEXT -- each reader says one line, which has TEXT, ends with 4, and
# does not take long.
refused()
{
	local how
	for how in dump "dump --json" "dump --csv" report check; do
		# shellcheck disable=SC2086
		run -4 --separate-stderr timeout "$BOUND" "$TOP/build/host/bin/ismtrace" $how "$1" ||
			fail "$how $1: status $status" "$stderr" || return
		same "lines of stderr of $how $1" "${#stderr_lines[@]}" 1 || fail "$stderr" || return
		[[ $stderr == "ismtrace: $1: "*"$2"* ]] || fail "$how says: $stderr" "not: $2" || return
	done
}

# --- What there is.

@test "README lists the captures that are there, and no others" {
	cmp <(sed -n 's/^| `\([^ `]*\.pcapng[.gz]*\)`.*/\1/p' "$TRACES/README.md" | sort) \
		<(cd "$TRACES" && printf '%s\n' ./*.pcapng* | sed 's|^\./||' | sort)
	local name
	for name in "$TRACES"/*.json; do
		name=${name##*/}
		[ -e "$(capture "${name%.client.json}")" ] || fail "of no capture: $name"
	done
	[ "$(cat "$TRACES"/* | wc -c)" -lt 1000000 ]
}

# --- The client's account.

# Whole traces of one recorder, whose client told each access.
WHOLE="aligned-strict apart clean crossing failed fragmented insn-ism insn-vfio misaligned-relaxed misaligned-strict
	narrow oversized payload payload-vfio plain several short split tour-ism-fentry tour-ism-kprobe
	tour-vfio-fentry tour-vfio-kprobe"

@test "each access of the client is a record, and there are no others" {
	local name
	for name in $WHOLE; do
		every "$(at "$name.pairs")" true '(.op | [.op, .region, .offset, .len, .ret, .pid, .tid]) ==
			(.rec | [.op, .region, .offset, .len, .ret, .pid, .tid])'
		is "$(at "$name.dump")" '.[-1] | [.recorded, .lost.total, .filtered]' \
			"[$(jq -s 'map(select(.type == "total").ops) | add' "$TRACES/$name.client.json"),0,0]"
		same "what dump of $name notes" "$(cat "$(at "$name.err")")" ""
	done
}

@test "function and driver are those that the client opened" {
	local name
	for name in $WHOLE; do
		same "drivers of $name" "$(jq -sc 'map(select(.type == "access") | [.function, .driver]) | unique' \
			"$(at "$name.dump")")" \
			"$(jq -sc 'map(select(.type == "start") | [.function, .driver]) | unique' "$TRACES/$name.client.json")"
	done
}

# What docs/rules.md says of one access ($driver, $strict), from what the client
# knows.  A split transfer is found by continues, which is told the run so far;
# ismload sends its pieces at once.
RULES='
	def write_to_bar: .op == "write" and bar;
	def done: [.ret, 0] | max;
	def refused: $strict and write_to_bar and .ret == -6;
	def stored: write_to_bar and .len > 0 and (.ret > 0 or refused);
	def narrow: pieces(.offset; done; 8) as $p | bar and $p.count > 0 and $p.min < 8 and $p.min < .len and
		(.op == "read" or $driver == "vfio-pci");
	def apart: [
		if stored and $driver == "vfio-pci" then "ISM001" else empty end,
		if write_to_bar and .len > 4096 then "ISM002" else empty end,
		if write_to_bar and .offset % 4096 + .len > 4096 then "ISM003" else empty end,
		if narrow then "ISM005" else empty end,
		if refused and (.offset % 8 > 0 or .len % 8 > 0) then "ISM006" else empty end,
		if stored and ($driver == "vfio-pci" or refused) then "ISM008" else empty end,
		if .ret >= 0 and .ret < .len then "ISM009" else empty end,
		if stored and $driver == "vfio-pci" then "ISM011" else empty end];
	def rules: apart | . as $r | $r;
	def with_failed: rules as $r |
		if .ret < 0 and ([$r[] | select(IN("ISM002", "ISM003", "ISM006", "ISM008"))] | length) == 0
		then ($r + ["ISM010"] | sort) else $r end;
	def continues($run): write_to_bar and $run != null and .ret > 0 and $run.region == .region and
		$run.end == .offset and $run.begin % 4096 + $run.len + .len <= 4096;
	def judged: reduce .[] as $a ({ out: [], run: null };
		.run as $run | ($a | continues($run)) as $split |
		.out += [($a | with_failed) + (if $split then ["ISM004"] else [] end) | sort] |
		.run = (if ($a | write_to_bar) and $a.ret > 0 then
			{ region: $a.region, end: ($a.offset + $a.len), begin: (if $split then $run.begin else $a.offset end),
			  len: ($a.len + (if $split then $run.len else 0 end)) } else null end)) | .out;
'

# judge NAME STRICT -- rules of each access of the client, as the dump has them.
judge()
{
	local driver
	driver=$(jq -sr '[.[] | select(.type == "start").driver][0]' "$TRACES/$1.client.json")
	jq -s --arg driver "$driver" --argjson strict "$2" "$JQ_LIB $RULES"' . as $pairs |
		[group_by(.op.tid)[] | . as $mine | [.[].op] | judged as $wanted |
		 range($mine | length) | { op: $mine[.].op, found: $mine[.].rec.rules, wanted: $wanted[.] } |
		 select(.found != .wanted)]' "$(at "$1.pairs")"
}

@test "the findings are those that follow from what the client did" {
	local name strict
	for name in $WHOLE; do
		# Its writes are too far apart in time, which the client does not tell.
		[ "$name" != apart ] || continue
		strict=false
		[[ $name != *-strict ]] || strict=true
		same "of $name, otherwise" "$(judge "$name" $strict)" "[]"
	done
}

# fires RULE NAME... / quiet RULE NAME... -- in these captures, or in none of them.
fires()
{
	local name
	for name in "${@:2}"; do
		is "$(at "$name.dump")" ".[-1].findings | map(select(.rule == \"$1\" and .count > 0)) | length" 1
	done
}

quiet()
{
	local name
	for name in "${@:2}"; do
		is "$(at "$name.dump")" ".[-1].findings | map(select(.rule == \"$1\")) | length" 0
		none "$(at "$name.dump")" ".rules and (.rules | index(\"$1\") != null)"
	done
}

@test "each rule fires where it has to, and not beside that" {
	fires ISM001 fragmented payload-vfio tour-vfio-kprobe tour-vfio-fentry
	quiet ISM001 clean payload misaligned-strict tour-ism-kprobe tour-ism-fentry
	fires ISM002 oversized plain
	quiet ISM002 crossing clean
	fires ISM003 oversized crossing short
	quiet ISM003 clean split
	fires ISM004 split
	# The same writes, 200 ms apart.
	quiet ISM004 apart clean
	is "$(at apart.dump)" '[.[] | select(.op == "write")] |
		[range(1; length) as $i | .[$i].offset == .[$i - 1].offset + .[$i - 1].len and
			.[$i].ts - .[$i - 1].ts > 100000000] | unique' '[true]'
	fires ISM005 narrow misaligned-relaxed
	quiet ISM005 clean failed fragmented
	fires ISM006 misaligned-strict
	quiet ISM006 misaligned-relaxed aligned-strict
	fires ISM008 fragmented misaligned-strict
	quiet ISM008 clean misaligned-relaxed failed
	fires ISM009 short
	quiet ISM009 clean failed
	fires ISM010 failed short
	quiet ISM010 oversized fragmented
	fires ISM011 fragmented
	quiet ISM011 misaligned-strict clean
	fires ISM012 lossy
	quiet ISM012 clean filtered
}

@test "check: status and number of findings are those of dump" {
	local file name n wanted
	for file in "$TRACES"/*.pcapng*; do
		name=${file##*/}
		name=${name%.pcapng*}
		n=$(tail -n 1 "$(at "$name.dump")" | jq '[.findings[] | if .rule == "ISM012" then 1 else .count end] | add // 0')
		status=0
		tool check "$file" >"$(at check)" 2>/dev/null || status=$?
		same "lines of check $name" "$(wc -l <"$(at check)")" "$n"
		# Found nothing in what does not say what it has lost: that is no passing (tests/gate.bats).
		wanted=$(tail -n 1 "$(at "$name.dump")" | jq --argjson n "$n" \
			'if $n > 0 then 1 elif .lost_known then 0 else 6 end')
		same "status of check $name" "$status" "$wanted"
	done
}

@test "report: totals are dump's, over all captures" {
	local file name
	for file in "$TRACES"/*.pcapng*; do
		name=${file##*/}
		name=${name%.pcapng*}
		tool report --json "$file" >"$(at report)" 2>/dev/null
		cmp <(jq -S 'del(.tables)' "$(at report)") <(tail -n 1 "$(at "$name.dump")" | jq -S .)
		is "$(at report)" '.[0] | [.tables | .function, .process, .region, .size | .total.accesses] | unique' \
			"[$(grep -c '"type":"access"' "$(at "$name.dump")")]"
	done
}

# --- What some of them are for.

@test "both ways to attach see the same" {
	local driver how
	for driver in ism vfio; do
		for how in kprobe fentry; do
			jq -c 'select(.type == "access") | del(.ts, .latency_ns, .cpu, .pid, .tid)' \
				"$(at tour-$driver-$how.dump)" >"$(at tour.$how)"
			grep -qa "($how)" <(zcat "$TRACES/tour-$driver-$how.pcapng.gz") || fail "not by $how"
		done
		[ "$(wc -l <"$(at tour.fentry)")" -gt 90 ]
		diff "$(at tour.kprobe)" "$(at tour.fentry)" | head -n 6 >&2
		cmp "$(at tour.kprobe)" "$(at tour.fentry)"
	done
}

@test "several functions, processes and threads: all of them, apart" {
	is "$(at several.dump)" 'map(select(.type == "access")) |
		[(map(.function) | unique), (map([.function, .pid]) | unique | length) >= 6,
		 (map(.tid) | unique | length) >= 12]' '[["0011:00:00.0","0012:00:00.0","0013:00:00.0"],true,true]'
	local function pid
	for function in 0011:00:00.0 0012:00:00.0 0013:00:00.0; do
		tool dump --json --hex -d $function "$(capture several)" >"$(at one)"
		cmp <(grep '"type":"access"' "$(at one)") \
			<(grep "\"type\":\"access\".*\"function\":\"$function\"" "$(at several.dump)")
	done
	pid=$(jq -s '.[5].pid' "$(at several.dump)")
	tool dump --json -p "$pid" "$(capture several)" >"$(at one)"
	every "$(at one)" '.type == "access"' ".pid == $pid"
	# Records are in the order in which the accesses ended.
	is "$(at several.dump)" '[.[] | select(.type == "access")] | group_by(.cpu) |
		map([.[] | .ts + .latency_ns] | . == sort) | unique' '[true]'
}

@test "payloads: what was written, and read back the same, up to the snap length" {
	# All bytes of the client have their top bit set.
	every "$(at payload.dump)" \
		'.type == "access" and .op == "write"' '.payload | test("^([89a-f][0-9a-f])+$")' \
		'.type == "access"' '(.payload | length / 2) == ([.len, 64] | min)'
	is "$(at payload.dump)" 'map(select(.type == "access" and .region == "bar2")) |
		[range(0; length; 2) as $i | .[$i].op == "write" and .[$i + 1].op == "read" and
			.[$i].payload == .[$i + 1].payload] | unique' '[true]'
	# These stores do not arrive.
	every "$(at payload-vfio.dump)" '.type == "access" and .region == "bar2"' '(.payload | length / 2) == 16' \
		'.type == "access" and .op == "read" and .region == "bar2"' '.payload | test("^0+$")'
	every "$(at clean.dump)" '.type == "access"' '.payload == null'
}

@test "single instructions add up to what the accesses say" {
	local name
	for name in insn-ism insn-vfio; do
		is "$(at $name.dump)" '(map(select(.type == "insn")) | group_by(.insn) |
			map({ (.[0].insn): (map(select(.inside)) | length) }) | add) as $single |
			(map(select(.type == "access").insn)) as $a |
			["pcilg", "pcistg", "pcistb"] | map(. as $k | ($single[$k] // 0) == ([$a[][$k]] | add)) | unique' '[true]'
		is "$(at $name.dump)" '(map(select(.type == "insn")) | length) as $n | .[-1] |
			[.insn_records == $n, ([.functions[].issued] | add) == $n]' '[true,true]'
		is "$(at $name.dump)" '(map(select(.type == "insn" and .rc != 0)) | length) ==
			([.[-1].functions[].failed] | add)' true
	done
}

@test "losses: what is not there is counted, and found fault with" {
	is "$(at lossy.dump)" '.[-1] | [.recorded + .lost.total, .lost.total > 0, .lost.ring == .lost.total]' \
		"[$(jq .ops "$TRACES/lossy.client.json"),true,true]"
	is "$(at lossy.dump)" '.[-1] | .findings == [.findings[] | select(.rule == "ISM012" and .count > 0)]' true
	is "$(at lossy.dump)" '.[-1] | .lost.total == ([.findings[].count] | add)' true
	# The instructions of what was lost as well.
	is "$(at lossy.dump)" '.[-1] | .lost.total == ([.functions[].lost.pcistb] | add)' true
	run -6 tool check --severity error "$(capture lossy)"
	run -0 tool check --severity error --allow lost "$(capture lossy)"
}

@test "filtered when it was recorded: counted, with its instructions" {
	is "$(at filtered.dump)" '.[-1] | [.recorded, .filtered, .lost.total]' \
		"$(jq -sc 'map(select(.type == "op")) | [(map(select(.op == "write" and .len >= 64)) | length),
			(map(select(.op != "write" or .len < 64)) | length), 0]' "$TRACES/filtered.client.json")"
	is "$(at filtered.dump)" '.[-1].functions[0].filtered | [.pcistb, .pcilg > 0]' '[3,true]'
}

@test "a hostile name does no harm" {
	local how
	for how in dump "dump --csv" "dump --json" report "report --json" "report --html -" check; do
		# shellcheck disable=SC2086
		tool $how "$(capture hostile)" >"$(at hostile.out)" 2>&1 || same "$how" $? 1
		! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$(at hostile.out)" || fail "$how has control characters"
	done
	every "$(at hostile.dump)" '.type == "access"' '.comm == "=\u001b[1m<b>\",@x"'
}

@test "cut off, killed: what is there, one note; with --strict 4" {
	local name whole
	for name in cut-clean cut-plain killed; do
		same "lines of notes of $name" "$(wc -l <"$(at $name.err)")" 1
		run -4 --separate-stderr tool dump --json --hex --strict "$(capture $name)"
		same "lines of stderr of $name" "${#stderr_lines[@]}" 1
		[ "$(grep -c '"access"' "$(at $name.dump)")" -gt 3 ]
	done
	for whole in clean plain; do
		cmp <(grep '"access"' "$(at cut-$whole.dump)") \
			<(head -n "$(grep -c '"access"' "$(at cut-$whole.dump)")" "$(at $whole.dump)")
	done
	says "$(at cut-plain.err)" 'is cut off at byte 9'
	says "$(at killed.err)" 'has no closing account' 'was killed or still runs'
}

@test "several captures are one" {
	local files=() name
	for name in clean lossy failed fragmented; do
		files+=("$(capture $name)")
	done
	tool dump --json --hex "${files[@]}" >"$(at all)" 2>"$(at all.err)"
	same notes "$(cat "$(at all.err)")" ""
	is "$(at all)" '[.[] | select(.type == "access").ts] | . == sort' true
	cmp <(grep '"access"' "$(at all)" | jq -c 'del(.rules)' | sort) \
		<(cat "$(at clean.dump)" "$(at lossy.dump)" "$(at failed.dump)" "$(at fragmented.dump)" |
			grep '"access"' | jq -c 'del(.rules)' | sort)
	is "$(at all)" '.[-1] | [.recorded, .lost.total, (.functions | length)]' \
		"$(cat "$(at clean.dump)" "$(at lossy.dump)" "$(at failed.dump)" "$(at fragmented.dump)" |
			jq -sc 'map(select(.type == "summary")) | [(map(.recorded) | add), (map(.lost.total) | add), 1]')"
}

@test "from a pipe, by standard input and plain: the same" {
	local name=tour-vfio-kprobe
	tool dump --json --hex - <"$(capture $name)" | cmp - "$(at $name.dump)"
	zcat "$(capture $name)" | tool dump --json --hex - | cmp - "$(at $name.dump)"
	zcat "$(capture $name)" | gzip -9 | tool dump --json --hex - | cmp - "$(at $name.dump)"
}

# --- Byte order.

@test "a big-endian machine says the same of each, byte for byte" {
	local file name
	for file in "$TRACES"/*.pcapng*; do
		name=${file##*/}
		name=${name%.pcapng*}
		big dump --json --hex "$file" 2>"$(at big.err)" | cmp - "$(at "$name.dump")"
		cmp "$(at big.err)" "$(at "$name.err")"
	done
	local how
	for name in tour-vfio-kprobe several insn-vfio; do
		for how in "dump -x" "dump --csv" report "report --json" "report --html -" check "check --json"; do
			# shellcheck disable=SC2086
			cmp <(big $how "$(capture $name)" 2>&1) <(tool $how "$(capture $name)" 2>&1) ||
				fail "$how of $name"
		done
	done
}

# little FILE COPY -- the same with blocks in little-endian order, which is how a
# program on this machine would write them.
little()
{
	python3 - "$1" "$2" <<-'EOF'
		import gzip, struct, sys
		raw = open(sys.argv[1], "rb").read()
		data = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
		FIXED = {0x0a0d0d0a: "IHHQ", 1: "HHI", 5: "III", 6: "IIIII"}
		HALVES = {(5, 2), (5, 3)}
		at, out = 0, b""
		while at < len(data):
		    kind, total = struct.unpack_from(">II", data, at)
		    body = data[at + 8:at + total - 4]
		    form = FIXED[kind]
		    fixed = struct.unpack_from(">" + form, body)
		    new = struct.pack("<" + form, *fixed)
		    pos = struct.calcsize(">" + form)
		    if kind == 6:
		        padded = fixed[3] + 3 & ~3
		        new += body[pos:pos + padded]
		        pos += padded
		    while pos + 4 <= len(body):
		        code, size = struct.unpack_from(">HH", body, pos)
		        value = body[pos + 4:pos + 4 + size]
		        rest = body[pos + 4 + size:pos + 4 + (size + 3 & ~3)]
		        pos += 4 + (size + 3 & ~3)
		        if (kind, code) in HALVES:
		            value = struct.pack("<II", *struct.unpack(">II", value))
		        elif kind == 5 and code in (4, 5, 6, 7, 8):
		            value = struct.pack("<Q", *struct.unpack(">Q", value))
		        elif kind == 6 and code == 2:
		            value = struct.pack("<I", *struct.unpack(">I", value))
		        elif code in (2988, 2989, 19372, 19373):
		            value = struct.pack("<I", *struct.unpack(">I", value[:4])) + value[4:]
		        new += struct.pack("<HH", code, size) + value + rest
		    out += struct.pack("<II", kind, total) + new + struct.pack("<I", total)
		    at += total
		open(sys.argv[2], "wb").write(out)
	EOF
}

@test "sections in little-endian order are read the same" {
	local name
	for name in plain lossy several insn-vfio payload; do
		little "$(capture $name)" "$(at little.pcapng)"
		tool dump --json --hex "$(at little.pcapng)" | cmp - "$(at $name.dump)"
		big dump --json --hex "$(at little.pcapng)" | cmp - "$(at $name.dump)"
	done
}

# --- Wireshark.

# frames FILE -- time, captured and original length, direction and function of
# each packet, as tshark sees it, and as dump does.
frames()
{
	tshark -r "$1" -T fields -e frame.time_epoch -e frame.cap_len -e frame.len -e frame.packet_flags_direction \
		-e frame.interface_name 2>/dev/null | tr '\t' ' '
}

# What follows from the records that dump prints: a record has 248 bytes before
# its payload, or 96 if it is an instruction.  jq has no integers this long, so
# the time is taken as text.
frames_of_dump()
{
	grep -v '"type":"summary"' "$1" | sed -E 's/"ts":([0-9]+)([0-9]{9}),/"ts":"\1.\2",/' | jq -r '
		if .type == "access" then
			[.ts, 248 + ((.payload // "") | length / 2), (.len + 248),
			 (if .op == "read" then "0x00000001" else "0x00000002" end), .function]
		else [.ts, 96, .len + 96, (if .insn == "pcilg" then "0x00000001" else "0x00000002" end), .function] end |
		map(tostring) | join(" ")'
}

@test "tshark and dump agree on number, times, sizes, directions and functions" {
	local file name
	for file in "$TRACES"/*.pcapng*; do
		name=${file##*/}
		name=${name%.pcapng*}
		frames "$file" >"$(at frames.tshark)"
		frames_of_dump "$(at "$name.dump")" >"$(at frames.dump)"
		diff "$(at frames.tshark)" "$(at frames.dump)" | head -n 4 >&2
		cmp "$(at frames.tshark)" "$(at frames.dump)" || fail "$name"
	done
}

@test "capinfos: as many packets, from when until when, nanoseconds" {
	local file name
	for file in "$TRACES"/*.pcapng*; do
		name=${file##*/}
		name=${name%.pcapng*}
		case $name in cut-*) continue ;; esac
		grep -v '"type":"summary"' "$(at "$name.dump")" >"$(at records)"
		run -0 --separate-stderr capinfos -TrmS -caeu "$file"
		IFS=, read -r _ packets _ first last <<<"${lines[0]}"
		same "packets of $name" "$packets" "$(wc -l <"$(at records)")"
		same "times of $name" "$first $last" "$(sed -nE 's/.*"ts":([0-9]+)([0-9]{9}),.*/\1.\2/p' "$(at records)" |
			sed -n '1p;$p' | paste -sd ' ')"
	done
}

@test "mergecap and editcap: what they write, dump reads" {
	mergecap -w "$(at merged.pcapng)" "$(capture clean)" "$(capture several)" "$(capture payload)" 2>/dev/null
	tool dump --json --hex "$(at merged.pcapng)" >"$(at merged)" 2>"$(at merged.err)"
	tool dump --json --hex "$(capture clean)" "$(capture several)" "$(capture payload)" >"$(at together)"
	cmp <(grep '"access"' "$(at merged)" | jq -cS 'del(.rules, .uid)') \
		<(grep '"access"' "$(at together)" | jq -cS 'del(.rules, .uid)')
	[ "$(grep -c '"access"' "$(at merged)")" -gt 200 ]
	editcap -r "$(capture tour-vfio-kprobe)" "$(at part.pcapng)" 11-40 2>/dev/null
	tool dump --json --hex "$(at part.pcapng)" >"$(at part)" 2>"$(at part.err)"
	cmp <(grep '"access"' "$(at part)" | jq -c 'del(.rules)') \
		<(sed -n 11,40p "$(at tour-vfio-kprobe.dump)" | jq -c 'del(.rules)')
	# They do not know what was lost, and drop it.
	says "$(at merged.err)" 'does not say what was lost'
	says "$(at part.err)" 'does not say what was lost'
}

@test "the dissector: loads, and shows what dump says" {
	local name
	for name in clean payload tour-ism-kprobe tour-vfio-kprobe several; do
		tshark -r "$(capture $name)" -X "lua_script:$LUA" -T fields -E separator=' ' -e ism.pid -e ism.op -e ism.region \
			-e ism.len -e ism.ret -e ism.insn.pcilg -e ism.insn.pcistg -e ism.insn.pcistb -e ism.insn.failed \
			-e ism.driver -e ism.comm >"$(at fields)" 2>"$(at lua.err)"
		cmp "$(at fields)" <(jq -r 'select(.type == "access") | (.region |
			{ rom: 6, config: 7, vga: 8 }[.] // (ltrimstr("bar") | ltrimstr("dev") | tonumber)) as $region |
			[.pid, (if .op == "read" then 0 else 1 end), $region, .len, .ret, .insn.pcilg, .insn.pcistg,
			 .insn.pcistb, .insn.failed, .driver, .comm] | map(tostring) | join(" ")' "$(at $name.dump)") ||
			fail "of $name: $(head -n 3 "$(at fields)")"
		says_not "$(at lua.err)" lua Lua
	done
	tshark -r "$(capture insn-vfio)" -X "lua_script:$LUA" -Y 'ism.kind' -T fields -E separator=' ' -e ism.kind -e ism.len \
		-e ism.rc >"$(at fields)" 2>/dev/null
	cmp "$(at fields)" <(jq -r 'select(.type == "insn") | [(.insn | { pcilg: 0, pcistg: 1, pcistb: 2 }[.]), .len, .rc] |
		map(tostring) | join(" ")' "$(at insn-vfio.dump)")
	tshark -r "$(capture payload)" -X "lua_script:$LUA" -T fields -e ism.payload 2>/dev/null |
		cmp - <(jq -r 'select(.type == "access").payload' "$(at payload.dump)")
}

@test "the dissector: the rules as expert infos, filters by field" {
	local name rule
	for name in fragmented oversized crossing short misaligned-strict tour-ism-kprobe tour-vfio-kprobe; do
		tshark -r "$(capture $name)" -X "lua_script:$LUA" -T fields -e _ws.expert.message 2>/dev/null |
			grep -oE 'ISM[0-9]{3}' | sort | uniq -c | awk '{ print $2, $1 }' >"$(at expert)" || :
		# What one record decides.
		tail -n 1 "$(at $name.dump)" | jq -r '.findings[] |
			select(.rule | IN("ISM004", "ISM012", "ISM013") | not) |
			"\(.rule) \(.count)"' | cmp - "$(at expert)" || fail "of $name: $(cat "$(at expert)")"
	done
	run -0 --separate-stderr tshark -r "$(capture tour-vfio-kprobe)" -X "lua_script:$LUA" -Y 'ism.op == 1 && ism.len > 100'
	same "records" "${#lines[@]}" "$(jq -s '[.[] | select(.op == "write" and .len > 100)] | length' \
		"$(at tour-vfio-kprobe.dump)")"
}

# --- No captures, or no longer.

@test "no capture: one line each, status 4" {
	local dir=$BATS_TEST_TMPDIR
	: >"$dir/empty"
	refused "$dir/empty" "is empty, not a capture"
	mkdir "$dir/directory"
	refused "$dir/directory" "is a directory, not a capture"
	refused "$dir/missing" "No such file or directory"
	echo "Once upon a time there was a capture." >"$dir/text"
	refused "$dir/text" "is not a capture"
	gzip -k "$dir/text"
	refused "$dir/text.gz" "is not a capture"
	: | gzip >"$dir/nothing.gz"
	refused "$dir/nothing.gz" "is empty, not a capture"
	local how
	for how in dump report check; do
		run -4 --separate-stderr tool $how - </dev/null
		same "what $how says of an empty pipe" "$stderr" "ismtrace: standard input: is empty, not a capture"
	done
	printf '\x0a' >"$dir/byte"
	refused "$dir/byte" "is cut off before its first block"
	printf '\x1f\x8b' >"$dir/magic"
	refused "$dir/magic" "is cut off before its first block"
	head -c 100000 /dev/zero >"$dir/zero"
	refused "$dir/zero" "is not a capture"
	head -c 100000 /dev/urandom >"$dir/noise"
	refused "$dir/noise" "is not a capture"
	# A capture of something else: Ethernet, and pcap instead of pcapng.
	python3 - "$dir/ethernet" "$dir/pcap" <<-'EOF'
		import struct, sys
		block = lambda kind, body: struct.pack(">II", kind, len(body) + 12) + body + struct.pack(">I", len(body) + 12)
		shb = block(0x0a0d0d0a, struct.pack(">IHHq", 0x1a2b3c4d, 1, 0, -1))
		open(sys.argv[1], "wb").write(shb + block(1, struct.pack(">HHI", 1, 0, 0)))
		open(sys.argv[2], "wb").write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 150))
	EOF
	refused "$dir/ethernet" "is no capture of ismtrace: interface 0 has link type 1, not 150"
	refused "$dir/pcap" "is not a capture"
	same "temporary files" "$(find "$TRACES" -newer "$dir/empty" -type f)" ""
}

@test "wrong version, absurd lengths: one line that says where, status 4" {
	local dir=$BATS_TEST_TMPDIR
	# edit OFFSET HEX -- plain.pcapng with these bytes there.
	edit()
	{
		python3 - "$(capture plain)" "$dir/edited" "$1" "$2" <<-'EOF'
			import sys
			data = bytearray(open(sys.argv[1], "rb").read())
			new = bytes.fromhex(sys.argv[4])
			data[int(sys.argv[3]):int(sys.argv[3]) + len(new)] = new
			open(sys.argv[2], "wb").write(data)
		EOF
	}
	# Where the first packet block begins, in bytes.
	local first
	first=$(python3 - "$(capture plain)" <<-'EOF'
		import struct, sys
		data, at = open(sys.argv[1], "rb").read(), 0
		while struct.unpack_from(">I", data, at)[0] != 6:
		    at += struct.unpack_from(">I", data, at + 4)[0]
		print(at)
	EOF
	)
	edit 12 0002
	refused "$dir/edited" "pcapng version 2.0 is not known, only 1.0"
	edit 8 00000000
	refused "$dir/edited" "has no byte order"
	edit 4 ffffffff
	refused "$dir/edited" "absurd length"
	edit 4 00000004
	refused "$dir/edited" "absurd length"
	edit $((first + 4)) fffffff0
	refused "$dir/edited" "block at byte $first has an absurd length: 4294967280"
	edit $((first + 4)) 00000000
	refused "$dir/edited" "block at byte $first has an absurd length: 0"
	edit $((first + 20)) ffffffff
	refused "$dir/edited" "packet at byte $first has an absurd length: 4294967295"
	edit $((first + 8)) 000000ff
	refused "$dir/edited" "packet at byte $first is of no interface"
	# A length that is wrong but not absurd.
	edit $((first + 4)) 00000120
	refused "$dir/edited" "its two lengths differ"
	# A record of a version to come.
	edit $((first + 28)) 02
	refused "$dir/edited" "packet at byte $first is no record of ismtrace"
	# A record header longer than the record.
	edit $((first + 30)) ffff
	refused "$dir/edited" "packet at byte $first is no record of ismtrace"
}

@test "a bit flipped anywhere in a compressed capture is noticed, or makes no difference" {
	local dir=$BATS_TEST_TMPDIR
	# Nothing depends on the time of a member, or on the bits behind its last code.
	run -0 timeout 100 python3 - "$TOP/build/host/bin/ismtrace" "$dir/damaged" "$(capture several)" <<-'EOF'
		import subprocess, sys
		tool, copy, source = sys.argv[1:]
		def dump(path):
		    return subprocess.run([tool, "dump", "--json", path], capture_output=True, timeout=10)
		data, whole = open(source, "rb").read(), dump(source).stdout
		noticed = 0
		for at in list(range(0, 140)) + list(range(140, len(data), 61)) + list(range(len(data) - 12, len(data))):
		    bad = bytearray(data)
		    bad[at] ^= 1 << at % 8
		    open(copy, "wb").write(bad)
		    done = dump(copy)
		    if done.returncode == 4 and done.stderr.count(b"\n") == 1:
		        noticed += 1
		    elif done.returncode or done.stdout != whole:
		        print("byte", at, "status", done.returncode, done.stderr)
		if noticed < 200:
		    print("only", noticed)
	EOF
	same "what went wrong" "$output" ""
}

@test "a bit flipped anywhere in a plain capture: no crash, at most one line, bounded" {
	local dir=$BATS_TEST_TMPDIR
	# Bytes of the headers, of the first packets, and of the end.  Nothing in a plain
	# file protects its data, so that most flips are not noticed.
	run -0 timeout 100 python3 - "$TOP/build/host/bin/ismtrace" "$(capture plain)" "$dir/damaged" <<-'EOF'
		import subprocess, sys
		tool, source, copy = sys.argv[1:]
		data = open(source, "rb").read()
		places = list(range(0, 1100, 3)) + list(range(len(data) - 900, len(data), 5))
		seen = set()
		for at in places:
		    bad = bytearray(data)
		    bad[at] ^= 0x80 >> at % 8
		    open(copy, "wb").write(bad)
		    done = subprocess.run([tool, "dump", "--json", copy], capture_output=True, timeout=10)
		    lines = done.stderr.count(b"\n")
		    seen.add((done.returncode, lines))
		    if (done.returncode, lines) not in ((0, 0), (0, 1), (4, 1)):
		        print("byte", at, "status", done.returncode, done.stderr)
		if len(seen) != 3:
		    print("only", seen)
	EOF
	same "what went wrong" "$output" ""
}

@test "cut anywhere: no crash, one note, what is there is the beginning" {
	local dir=$BATS_TEST_TMPDIR
	run -0 timeout 100 python3 - "$TOP/build/host/bin/ismtrace" "$dir/cut" "$(capture plain)" "$(capture several)" <<-'EOF'
		import random, subprocess, sys
		tool, copy, *sources = sys.argv[1:]
		random.seed(1)
		def accesses(path, *options):
		    done = subprocess.run([tool, "dump", "--json", *options, path], capture_output=True, timeout=10)
		    return done, [l for l in done.stdout.splitlines() if b'"type":"access"' in l]
		for source in sources:
		    data = open(source, "rb").read()
		    whole = accesses(source)[1]
		    for at in sorted(random.sample(range(1, len(data)), 120)):
		        open(copy, "wb").write(data[:at])
		        done, got = accesses(copy)
		        strict = accesses(copy, "--strict")[0]
		        if (done.returncode not in (0, 4) or done.stderr.count(b"\n") != 1 or strict.returncode != 4 or
		            strict.stderr.count(b"\n") != 1 or got != whole[:len(got)]):
		            print(source, "cut at", at, "status", done.returncode, strict.returncode, done.stderr)
	EOF
	same "what went wrong" "$output" ""
}

@test "a bomb and an endless stream: bounded memory and time" {
	local dir=$BATS_TEST_TMPDIR
	# A gigabyte of nothing in a megabyte, as it is and behind a good beginning.
	head -c 1G /dev/zero | gzip -1 >"$dir/bomb.gz"
	cat "$(capture clean)" "$dir/bomb.gz" >"$dir/behind.gz"
	local file
	for file in bomb behind; do
		run -4 --separate-stderr bash -c 'ulimit -v 1000000; exec timeout 20 "$@"' - \
			"$TOP/build/host/bin/ismtrace" dump "$dir/$file.gz"
		same "lines of stderr of $file" "${#stderr_lines[@]}" 1
	done
	run -4 --separate-stderr timeout 20 bash -c 'yes | "$1" dump -' - "$TOP/build/host/bin/ismtrace"
	[[ $stderr == "ismtrace: standard input: is not a capture"* ]]
	# As many empty members as fit.
	gzip </dev/null >"$dir/empty.gz"
	python3 -c 'import sys; sys.stdout.buffer.write(open(sys.argv[1], "rb").read() * 500000)' "$dir/empty.gz" >"$dir/members.gz"
	run -4 --separate-stderr timeout 20 "$TOP/build/host/bin/ismtrace" dump "$dir/members.gz"
	same "lines of stderr" "${#stderr_lines[@]}" 1
}

@test "one bad capture among good ones: its line, status 4" {
	local dir=$BATS_TEST_TMPDIR how
	echo "This is a text." >"$dir/text"
	for how in dump report check; do
		run -4 --separate-stderr tool $how "$(capture clean)" "$dir/text"
		[[ $stderr == "ismtrace: $dir/text: is not a capture"* ]]
		same "lines of stderr of $how" "${#stderr_lines[@]}" 1
		same "what $how shows" "$output" ""
	done
	# Bad further on: what was read until then is shown.
	zcat "$(capture several)" >"$dir/several"
	damage "$dir/several" "$dir/damaged" $(($(block_at "$dir/several" 20) + 7))
	run -4 --separate-stderr tool dump --json "$(capture clean)" "$dir/damaged"
	same "lines of stderr" "${#stderr_lines[@]}" 1
	[ "$(grep -c '"type":"access"' <<<"$output")" -gt 10 ]
}

# --- Killed.

# members FILE -- how many whole gzip members it has, the packets in them, and
# the bytes of what comes behind.
members()
{
	python3 - "$1" <<-'EOF'
		import struct, sys, zlib
		rest, whole, packets = open(sys.argv[1], "rb").read(), 0, 0
		while rest:
		    member = zlib.decompressobj(31)
		    blocks = member.decompress(rest)
		    if not member.eof:
		        break
		    rest, whole, at = member.unused_data, whole + 1, 0
		    while at < len(blocks):
		        kind, size = struct.unpack_from(">II", blocks, at)
		        packets, at = packets + (kind == 6), at + size
		print(whole, packets, len(rest))
	EOF
}

@test "recorders killed with SIGKILL, many of them: each file is readable, at most the last member is lost" {
	# run has an i of its own.
	local round whole packets rest last traced=0
	killed_ended
	same "how the lab ended" "$(cat "$BATS_FILE_TMPDIR/killed.done")" 0 || fail "$(tail "$BATS_FILE_TMPDIR/killed.log")"
	BOOT=killed
	: >"$(at gaps)"
	for ((round = 1; round <= KILLED; round++)); do
		status_of "$round" 137
		# Before it says that it traces there may be no file, or an empty one.
		if [ ! -e "$(at "$round.tracing")" ] && [ ! -s "$(at "$round.pcapng.gz")" ]; then
			continue
		fi
		traced=$((traced + 1))
		tool dump --json "$(at "$round.pcapng.gz")" >"$(at "$round.dump")" 2>"$(at "$round.note")" ||
			fail "recorder $round: $(cat "$(at "$round.note")")"
		same "lines of notes of $round" "$(wc -l <"$(at "$round.note")")" 1
		grep -qE 'has no closing account: the trace was killed|is cut off at byte' "$(at "$round.note")"
		run -4 --separate-stderr tool dump -q --strict "$(at "$round.pcapng.gz")"
		same "lines of errors of $round" "${#stderr_lines[@]}" 1
		# Each write lies one page behind the one before.
		is "$(at "$round.dump")" '[.[] | select(.type == "access" and .op == "write").offset] |
			[range(1; length) as $i | .[$i] - .[$i - 1]] | unique - [4096]' '[]'
		# All that is in whole members is there.
		read -r whole packets rest < <(members "$(at "$round.pcapng.gz")")
		[ "$whole" -gt 0 ] || fail "recorder $round: no whole member, but $rest bytes"
		[ "$(grep -c '"type":"access"' "$(at "$round.dump")")" -ge "$packets" ] || fail "recorder $round: fewer than $packets"
		# How long before its end the last access is that it has.
		last=$(tool dump --time mono "$(at "$round.pcapng.gz")" 2>/dev/null |
			awk '$1 ~ /^[0-9]+\.[0-9]+$/ { last = $1 } END { print last }')
		[ -z "$last" ] || awk -v "last=$last" '{ print $1 - last }' "$(at "$round.uptime")" >>"$(at gaps)"
	done
	# Some were killed before they began, most had time to write something, and
	# what was lost is about the last second.
	[ "$traced" -gt $((KILLED / 2)) ] || fail "only $traced traced"
	[ "$(wc -l <"$(at gaps)")" -gt $((KILLED / 4)) ] || fail "only $(wc -l <"$(at gaps)") have accesses"
	last=$(sort -n "$(at gaps)" | sed -n "$((($(wc -l <"$(at gaps)") + 1) / 2))p")
	awk -v "median=$last" 'BEGIN { exit !(median < 1.3) }' || fail "half of them lost more than $last s"
}
