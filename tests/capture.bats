#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# dump, report and check over captures that were recorded while live watched.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make_here host
	lab ism-vfio-pci -- capture.sh ism-vfio-pci &
	local first=$! rc=0
	lab vfio-pci --driver vfio-pci -- capture.sh vfio-pci || rc=1
	wait "$first" || rc=1
	[ "$rc" = 0 ] || return 1
	local boot dir
	for boot in ism-vfio-pci vfio-pci; do
		dir=$BATS_FILE_TMPDIR/$boot
		"$TOP/build/host/bin/ismtrace" dump --json "$dir/all.pcapng.gz" >"$dir/all.dump" || return
		"$TOP/build/host/bin/ismtrace" report --json "$dir/all.pcapng.gz" >"$dir/all.report" || return
	done
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

# What two tracers of one run have to agree on: all but the clock, and what lies
# outside the accesses, as live watched for longer.
AGREED='if .type == "access" then del(.ts, .latency_ns, .cpu)
	else .rows |= map(del(.latency_ns, .latency)) | {type, recorded, lost, filtered, rows,
		findings, inside: [.functions[] | [.function, .inside]]} end'

# Lines of JSON, in jq's order.
sort_rows()
{
	jq -sc 'sort[]' "$1"
}

# --- The same run, three accounts of it.

@test "dump --json is what live --json said, line by line" {
	for BOOT in ism-vfio-pci vfio-pci; do
		status_of live 0
		status_of record 0
		jq -c "$AGREED" "$(at live.out)" >"$(at live.agreed)"
		jq -c "$AGREED" "$(at all.dump)" >"$(at dump.agreed)"
		[ "$(wc -l <"$(at live.agreed)")" -gt 500 ]
		diff "$(at live.agreed)" "$(at dump.agreed)" | head -n 6 >&2
		cmp "$(at live.agreed)" "$(at dump.agreed)"
	done
}

@test "dump is what the client says it did" {
	for BOOT in ism-vfio-pci vfio-pci; do
		pairs "$(at all.ops)" "$(at all.dump)" >"$(at all.pairs)"
		every "$(at all.pairs)" true '(.op | [.op, .region, .offset, .len, .ret, .pid, .tid]) ==
			(.rec | [.op, .region, .offset, .len, .ret, .pid, .tid])'
	done
}

@test "report --json is dump's summary, with tables that add up to it" {
	for BOOT in ism-vfio-pci vfio-pci; do
		tail -n 1 "$(at all.dump)" | jq -cS . >"$(at summary)"
		same "the summary" "$(jq -cS 'del(.tables)' "$(at all.report)")" "$(cat "$(at summary)")"
		is "$(at all.report)" '.[0] | .recorded as $n | .tables |
			[.function, .process, .region, .size | .total.accesses == $n and
				(([.rows[].accesses] | add) + (.others.accesses // 0)) == $n] | all' true
		is "$(at all.report)" '.[0] | ([.findings[].count] | add) == .tables.finding.total.findings' true
		is "$(at all.report)" '.[0] | ([.rows[] | .bytes] | add) == .tables.process.total.bytes' true
	done
}

@test "live's summary, report over the capture and the client agree to the last count" {
	local rows what
	# By region and direction: accesses, bytes, errors and sizes.  The client says
	# "region9" where ismtrace says "dev9".
	local by='def power: if . <= 1 then 1 else { p: 1, v: . } | until(.p >= .v; .p *= 2) | .p end;
		def late: if test("^dev") and (.[3:] | tonumber) >= 32 then "dev32+" else . end;'
	for BOOT in ism-vfio-pci vfio-pci; do
		jq -cn "$by"' [inputs | select(.type == "op") | .region |= (sub("^region"; "dev") | late)] |
			group_by([.region, .op])[] | [.[0].region, .[0].op, length, (map([.ret, 0] | max) | add),
				(map(select(.ret < 0)) | length),
				(group_by(.len | power) | map([(.[0].len | power), length]))]' "$(at all.ops)" >"$(at client.rows)"
		[ "$(wc -l <"$(at client.rows)")" -gt 5 ]
		rows='[.[-1].rows[] | [.region, .op, .accesses, .bytes, .errors, (.size | map([.le, .count]))]] | sort[]'
		cmp <(jq -sc "$rows" "$(at live.out)") <(sort_rows "$(at client.rows)") || fail "live, $BOOT"
		cmp <(jq -sc "$rows" "$(at all.report)") <(sort_rows "$(at client.rows)") || fail "report, $BOOT"
		# Its own totals, which it counts apart from what it tells of each.
		for what in live.out all.report; do
			is "$(at $what)" '.[-1] | [.recorded, .lost.total, .filtered] + [["read", "write"][] as $op |
				.rows | map(select(.op == $op)) | (map(.accesses) | add), (map(.bytes) | add)]' \
				"$(jq -sc 'map(select(.type == "total")) | [(map(.ops) | add), 0, 0, (map(.reads) | add),
					(map(.bytes_read) | add), (map(.writes) | add), (map(.bytes_written) | add)]' "$(at all.ops)")"
		done
		# Instructions, which the client does not know, and findings.
		same "instructions" "$(jq -sc '.[-1] | [.rows | map([.region, .op, .insn, .insn_bytes, .width, .pcistb])],
				[.functions[] | .inside, .lost, .filtered], .findings' "$(at live.out)")" \
			"$(jq -sc '.[-1] | [.rows | map([.region, .op, .insn, .insn_bytes, .width, .pcistb])],
				[.functions[] | .inside, .lost, .filtered], .findings' "$(at all.report)")"
	done
}

@test "big-endian and little-endian machines read the same" {
	BOOT=vfio-pci
	big dump --json "$(at all.pcapng.gz)" >"$(at all.big)"
	cmp "$(at all.big)" "$(at all.dump)"
	big report "$(at all.pcapng.gz)" >"$(at report.big)"
	tool report "$(at all.pcapng.gz)" >"$(at report.little)"
	cmp "$(at report.big)" "$(at report.little)"
}

@test "dump as text: the lines that live has, -q only the summary, -n so many" {
	BOOT=vfio-pci
	tool dump "$(at all.pcapng.gz)" >"$(at text)"
	same lines "$(grep -cE '^ +-?[0-9]+\.[0-9]{6} ismload ' "$(at text)")" \
		"$(grep -c '"type":"access"' "$(at all.dump)")"
	says "$(at text)" 'ISM001 fragmented-store: ' 'FUNCTION' 'fix: '
	run -0 tool dump -q "$(at all.pcapng.gz)"
	[[ ${lines[0]} == *" accesses recorded, 0 lost, 0 filtered in "* ]]
	tool dump --json -n 7 "$(at all.pcapng.gz)" >"$(at seven)"
	same records "$(grep -c '"type":"access"' "$(at seven)")" 7
	cmp <(head -n 7 "$(at seven)") <(head -n 7 "$(at all.dump)")
	is "$(at seven)" '.[-1].recorded' 7
}

@test "--csv: the records, all of them, as another reader of CSV sees them" {
	BOOT=vfio-pci
	tool dump --csv "$(at all.pcapng.gz)" >"$(at all.csv)"
	python3 - "$(at all.csv)" >"$(at csv.json)" <<-'EOF'
		import csv, json, sys
		for row in csv.DictReader(open(sys.argv[1], newline="")):
		    print(json.dumps(row))
	EOF
	# jq has no integers that long: as near as it can on both sides.
	cmp <(jq -c '[(.ts | tonumber), .pid, .comm, .function, .driver, .op, .region, .offset, .len, .ret, ."insn.pcistg",
			."error.cc", .rules]' "$(at csv.json)") \
		<(jq -c 'select(.type == "access") | [.ts, (.pid | tostring), .comm, .function,
			.driver, .op, .region, (.offset | tostring), (.len | tostring), (.ret | tostring),
			(.insn.pcistg | tostring), (.error.cc // "" | tostring), (.rules | join(" "))]' \
			"$(at all.dump)")
}

# --- Filters.

# filtered JQ OPTION... -- the records are those of the whole that JQ selects.
filtered()
{
	local select=$1
	shift
	tool dump --json "$@" "$(at all.pcapng.gz)" >"$(at filtered)"
	cmp <(jq -c 'select(.type == "access") | del(.rules)' "$(at filtered)") \
		<(jq -c "select(.type == \"access\" and ($select)) | del(.rules)" "$(at all.dump)") ||
		fail "$* is not $select"
	is "$(at filtered)" '.[-1] | .recorded + .filtered' \
		"$(grep -c '"type":"access"' "$(at all.dump)")"
	# No instruction gets lost with what is left out.
	same issued "$(jq -c 'select(.type == "summary") | [.functions[] | .issued, .failed]' "$(at filtered)")" \
		"$(jq -c 'select(.type == "summary") | [.functions[] | .issued, .failed]' "$(at all.dump)")"
}

@test "filters select what they say, and count the rest" {
	for BOOT in ism-vfio-pci vfio-pci; do
		filtered '.op == "read"' -w read
		filtered '.region == "bar2" or .region == "config"' -r bar2,config
		filtered '.len >= 64 and .len <= 4096' --size 64-4K
		filtered '.ret < 0 or .ret < .len or .insn.failed > 0' --errors
		filtered '.rules | index("ISM003") != null' --rule ISM003
		filtered 'true' -d 0011:00:00.0 -c ismload
		filtered 'true' -d fid:0x22
		filtered 'false' -c nobody
		filtered 'false' -p 1
	done
}

@test "a function that is not there, or cannot be, is a usage error" {
	BOOT=ism-vfio-pci
	run -2 --separate-stderr tool check -d 00ff:00:00.0 "$(at all.pcapng.gz)"
	[[ $stderr == *"no such function in the capture: 00ff:00:00.0"* ]]
	run -2 --separate-stderr tool dump -d nonsense "$(at all.pcapng.gz)"
	[[ $stderr == *"--device is a function's address, as 0011:00:00.0, or fid:0x22 or uid:0x11, not 'nonsense'"* ]]
	run -2 tool report --sort size "$(at all.pcapng.gz)"
	run -2 tool report --json --html x "$(at all.pcapng.gz)"
	run -2 tool check --severity fatal "$(at all.pcapng.gz)"
	run -2 tool dump
	[[ $output == *"no capture named"* ]]
}

# --- check.

@test "check: one line a finding that greps well, exit status 1" {
	BOOT=vfio-pci
	run -1 --separate-stderr tool check "$(at all.pcapng.gz)"
	printf '%s\n' "$output" >"$(at check)"
	same "all lines" "$(grep -cvE "^$(at all.pcapng.gz):[0-9]+: ISM0[0-9]{2} [a-z-]+ (error|warning|info): \
0011:00:00\.0 [a-z0-9]+\+0x[0-9a-f]+ ismload\[[0-9]+\]: ." "$(at check)")" 0
	same "findings" "$(wc -l <"$(at check)")" "$(jq -s '[.[-1].findings[].count] | add' "$(at all.dump)")"
	[[ $stderr == "ismtrace: "*" findings ("*" error, "*" info) in "*" accesses" ]]
	# INDEX is the record's place in the file.
	local index rule
	IFS=: read -r _ index rule < <(grep -m1 ISM003 "$(at check)")
	run -0 jq -c ".rules | index(\"ISM003\") != null" <(sed -n "${index}p" "$(at all.dump)")
	same "record $index" "$output" true
}

@test "check: severity, -q, -n, --rule" {
	BOOT=vfio-pci
	local errors
	errors=$(jq -s '[.[-1].findings[] | select(.severity == "error").count] | add' "$(at all.dump)")
	run -1 --separate-stderr tool check --severity error "$(at all.pcapng.gz)"
	same "errors" "${#lines[@]}" "$errors"
	run -1 --separate-stderr tool check -q "$(at all.pcapng.gz)"
	[[ $output == *" findings ($errors error, "*" accesses" ]]
	same "lines" "${#lines[@]}" 1
	run -1 --separate-stderr tool check -n 2 "$(at all.pcapng.gz)"
	same "lines" "${#lines[@]}" 2
	run -1 --separate-stderr tool check --rule ISM005 "$(at all.pcapng.gz)"
	[[ $output == *"ISM005"* && $output != *"ISM001"* ]]
	run -0 --separate-stderr tool check --rule ISM005 --severity warning "$(at all.pcapng.gz)"
	same "output" "$output" ""
	run -0 --separate-stderr tool check --rule ISM007 "$(at all.pcapng.gz)"
}

@test "check --json: findings, then the summary" {
	BOOT=vfio-pci
	tool check --json "$(at all.pcapng.gz)" >"$(at check.json)" || same status $? 1
	is "$(at check.json)" '[.[].type] | unique' '["finding","summary"]'
	is "$(at check.json)" '([.[] | select(.type == "finding").rule] | group_by(.) | map([.[0], length])) ==
		(.[-1].findings | map([.rule, .count]))' true
	every "$(at check.json)" '.type == "finding"' '.name and .severity and (.ts > 0) and .index > 0 and
		.function == "0011:00:00.0" and .comm == "ismload" and .pid > 0 and .region and
		.offset >= 0 and .len >= 0 and has("ret") and .evidence'
}

@test "lost records are ISM012 and fail the check" {
	BOOT=ism-vfio-pci
	run -1 --separate-stderr tool check "$(at lossy.pcapng.gz)"
	[[ ${lines[-1]} == *"lossy.pcapng.gz:0: ISM012 lost-records warning: not in the trace: "*" accesses" ]]
	run -6 --separate-stderr tool check --severity error "$(at lossy.pcapng.gz)"
	run -0 --separate-stderr tool check --severity error --allow lost "$(at lossy.pcapng.gz)"
	tool report --json "$(at lossy.pcapng.gz)" >"$(at lossy.report)"
	is "$(at lossy.report)" '.[0] | [.lost.ring > 0, .recorded + .lost.total]' '[true,5001]'
}

@test "check -- CMD: findings after its end, 1 if there are any, else its own status" {
	BOOT=ism-vfio-pci
	status_of live-check 0
	status_of live-check-error 1
	grep -qE '^live:[0-9]+: ISM003 boundary-crossing error: 0011:00:00\.0 bar[02]\+0x[0-9a-f]+ ismload\[[0-9]+\]: ' \
		"$(at live-check-error.out)"
	status_of live-check-exit 7
	status_of live-check-json 1
	is "$(at live-check-json.out)" '[.[].type] | unique' '["finding","summary"]'
	BOOT=vfio-pci
	status_of live-check 1
	run -3 --separate-stderr tool check -- true
	[[ $stderr == *"s390x only"* ]]
}

# --- Several captures, parts of them, odd ones.

@test "several captures are one, by time" {
	local dir=$BATS_FILE_TMPDIR
	BOOT=ism-vfio-pci
	tool dump --json "$dir/ism-vfio-pci/insn.pcapng" "$dir/ism-vfio-pci/all.pcapng.gz" |
		jq -c 'select(.type == "access") | .ts' >"$(at both)"
	sort -nc "$(at both)"
	same "records" "$(wc -l <"$(at both)")" "$(cat <(grep '"access"' "$(at all.dump)") \
		<(tool dump --json "$(at insn.pcapng)" | grep '"type":"access"') | wc -l)"
}

@test "single instructions: with their accesses, filtered with them" {
	BOOT=ism-vfio-pci
	tool dump --json "$(at insn.pcapng)" >"$(at insn.dump)"
	is "$(at insn.dump)" '(map(select(.type == "insn")) | length) as $n | $n > 10 and $n == .[-1].insn_records' true
	tool dump --json -r bar0 "$(at insn.pcapng)" >"$(at insn.none)"
	none "$(at insn.none)" '.type == "insn" and .inside'
	tool dump --json -w read "$(at insn.pcapng)" >"$(at insn.reads)"
	none "$(at insn.reads)" '.type == "insn" and .inside and .insn != "pcilg"'
	every "$(at insn.reads)" '.type == "insn" and .inside' '.insn == "pcilg"'
}

@test "payloads: only with --hex, cut at the snap length" {
	BOOT=ism-vfio-pci
	tool dump --json --hex "$(at payload.pcapng.gz)" >"$(at payload.dump)"
	every "$(at payload.dump)" '.type == "access" and .op == "write" and .len == 32' \
		'.payload | length == 64' \
		'.type == "access" and .op == "write" and .len == 256' '.payload | length == 128'
	run -0 tool dump -x "$(at payload.pcapng.gz)"
	[[ $output == *"|"*"|"* && $output == *"(64 of 256 bytes captured)"* ]]
	tool dump --json "$(at payload.pcapng.gz)" >"$(at payload.plain)"
	none "$(at payload.plain)" 'has("payload")'
}

@test "a hostile name does no harm in text, CSV, HTML and check" {
	BOOT=ism-vfio-pci
	local how
	for how in "dump" "dump --csv" "dump --json" "report" "report --json" "report --html -" "check"; do
		# shellcheck disable=SC2086
		tool $how "$(at hostile.pcapng.gz)" >"$(at hostile.out)" 2>"$(at hostile.err)" || same "$how" $? 1
		[ -s "$(at hostile.out)" ]
		! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$(at hostile.out)" || fail "$how has control characters"
	done
	tool dump --csv "$(at hostile.pcapng.gz)" >"$(at hostile.csv)"
	# What a spreadsheet gets is text: it begins with an apostrophe.
	run -0 python3 -c 'import csv, sys; print(next(csv.DictReader(open(sys.argv[1])))["comm"])' \
		"$(at hostile.csv)"
	same "the name" "$output" "'=\\x1b[1m<b>\",@x"
	tool report --html "$(at hostile.html)" "$(at hostile.pcapng.gz)"
	says "$(at hostile.html)" '=\x1b[1m&lt;b&gt;&quot;,@x['
	says_not "$(at hostile.html)" '[1m<b>' '<script' 'http:' 'https:'
}

@test "a capture that was cut off: what is there, a note, 4 only with --strict" {
	BOOT=ism-vfio-pci
	local size cut
	size=$(stat -c %s "$(at many.pcapng.gz)")
	for cut in $((size - 1)) $((size / 2)); do
		head -c "$cut" "$(at many.pcapng.gz)" >"$(at cut.pcapng.gz)"
		run -0 --separate-stderr tool dump --json "$(at cut.pcapng.gz)"
		[ -n "$stderr" ]
		run -4 --separate-stderr tool dump --strict "$(at cut.pcapng.gz)"
		same "lines of stderr" "${#stderr_lines[@]}" 1
	done
}

@test "what is no capture: one line, status 4" {
	BOOT=ism-vfio-pci
	local file
	: >"$(at empty)"
	head -c 4096 /dev/urandom >"$(at noise)"
	echo text | gzip >"$(at text.gz)"
	for file in "$(at empty)" "$(at noise)" "$(at text.gz)" "$(at missing)" "$BATS_FILE_TMPDIR"; do
		for how in dump report check; do
			run -4 --separate-stderr tool $how "$file"
			same "lines of stderr of $how $file" "${#stderr_lines[@]}" 1
		done
	done
}

@test "a reader that goes away is no failure; a full disk is 5" {
	BOOT=ism-vfio-pci
	tool dump "$(at many.pcapng.gz)" 2>"$(at pipe.err)" | head -n 1 >/dev/null
	same status "${PIPESTATUS[0]}" 0
	says "$(at pipe.err)" "the reader closed the output"
	local how
	BOOT=vfio-pci
	for how in dump report check "dump --csv" "report --json" "check -q"; do
		# shellcheck disable=SC2086
		run -5 sh -c '"$@" >/dev/full' sh "$TOP/build/host/bin/ismtrace" $how "$(at all.pcapng.gz)"
		[[ $output == *"cannot write the output: No space left on device"* ]]
	done
	run -5 tool report --html /dev/full "$(at all.pcapng.gz)"
	run -5 tool report --html /nowhere/x.html "$(at all.pcapng.gz)"
}

# --- Completion.

@test "completion has every option of every command, for bash and zsh" {
	local command option
	big completion bash >"$BATS_FILE_TMPDIR/bash"
	big completion zsh >"$BATS_FILE_TMPDIR/zsh"
	bash -n "$BATS_FILE_TMPDIR/bash"
	! command -v zsh >/dev/null || zsh -n "$BATS_FILE_TMPDIR/zsh"
	says "$BATS_FILE_TMPDIR/bash" "words='bash zsh'"
	says "$BATS_FILE_TMPDIR/zsh" "':which:(bash zsh)'"
	for command in $(big --help | sed -n 's/^  \([a-z]*\)  *.*/\1/p' | grep -v '^completion$'); do
		for option in $(big "$command" --help | grep -oE '^ +(-., +| +)--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
			case $option in
			--help | --usage | --version) continue ;;
			esac
			sed -n "/^\t$command)/,/;;\$/p" "$BATS_FILE_TMPDIR/zsh" | grep -qF -- "*$option" ||
				fail "zsh: no $option of $command"
			sed -n "/^\t$command)/,/^\t\t;;/p" "$BATS_FILE_TMPDIR/bash" | grep -qF -- " $option" ||
				fail "bash: no $option of $command"
		done
	done
	run -2 tool completion fish
}

@test "completion in bash: options, words, addresses with colons" {
	big completion bash >"$BATS_FILE_TMPDIR/bash"
	complete_line()
	{
		bash -c '. "$1"; COMP_LINE=$2 COMP_POINT=${#2}; _ismtrace 2>/dev/null; echo "${COMPREPLY[*]}"' \
			bash "$BATS_FILE_TMPDIR/bash" "$1"
	}
	same commands "$(complete_line "ismtrace re")" "record report"
	same commands "$(complete_line "ismtrace c")" "check completion"
	same shells "$(complete_line "ismtrace completion ")" "bash zsh"
	says <(complete_line "ismtrace live -p ") "$$"
	# This machine has PCI devices perhaps, but no functions of zPCI.
	same functions "$(complete_line "ismtrace live -d ")" ""
	same options "$(complete_line "ismtrace report --s")" "--sort= --size= --strict"
	same words "$(complete_line "ismtrace report --sort=")" "count bytes errors findings"
	same words "$(complete_line "ismtrace check --severity ")" "error warning info"
	same rules "$(complete_line "ismtrace check --rule ISM01")" "$(coded_rules | grep -o '^ISM01.' | paste -sd ' ')"
	cd "$TOP/tests/unit" || return
	same files "$(complete_line "ismtrace dump sam")" "sample.h"
}
