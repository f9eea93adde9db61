#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A check that has looked at nothing does not pass; what was lost is unknown where nobody says;
# files that are none of ours are named; times before 1970 and gaps of days are right.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

TRACES=$TOP/tests/traces
HOST=$TOP/build/host/bin

setup_file()
{
	build_all
	make_here host
	lab gate -- gate.sh
}

setup()
{
	BOOT=gate
	cd "$BATS_TEST_TMPDIR" || return
	zcat "$TRACES/clean.pcapng.gz" >clean.pcapng
}

# On this machine.
tool()
{
	"$HOST/ismtrace" "$@"
}

blocks()
{
	"$TOP/tests/blocks.py" "$@"
}

# lacks NAME TEXT ARG... -- a check of this finds nothing and does not pass: one line says TEXT
# behind the count, one more what to do; --allow NAME lets it pass, nothing else does.
lacks()
{
	local name=$1 text=$2 other
	shift 2
	run -6 --separate-stderr tool check --severity error "$@"
	same "stdout" "$output" "" || return
	[[ ${stderr_lines[-2]} == "ismtrace: not enough was looked at: "*"$text"* ]] || fail "$stderr" || return
	[[ ${stderr_lines[-1]} == "  hint: "*"--allow $name lets it pass" ]] || fail "$stderr" || return
	run -0 --separate-stderr tool check --severity error --allow "$name" "$@"
	[[ ${stderr_lines[-1]} == "ismtrace: warning: not enough was looked at, as allowed: "*"$text"* ]] ||
		fail "$stderr" || return
	other=$(printf '%s\n' empty filtered lost unaccounted partial strays cut | grep -vx "$name" | paste -sd ,)
	run -6 tool check --severity error --allow "$other" "$@"
	# The others read it all the same.
	run -0 tool report "$@"
}

# --- Live.

# lacked NAME TEXT -- a check of the guest's did not pass for this.
lacked()
{
	status_of "$1" 6
	same "lines of $1 that say why" "$(grep -c "not enough was looked at" "$(at "$1.err")")" 1
	says "$(at "$1.err")" "ismtrace: not enough was looked at: $2" "  hint: "
}

@test "check -- CMD that makes no access does not pass, and says so in one line" {
	lacked none "no access was seen"
	lacked none-json "no access was seen"
	is "$(at none-json.out)" 'map([.type, .recorded])' '[["summary",0]]'
	# -q: the count is on standard output.
	lacked none-quiet "no access was seen"
	says "$(at none-quiet.out)" "0 findings (0 error, 0 warning, 0 info) in 0 accesses"
	status_of none-allowed 0
	says "$(at none-allowed.err)" "ismtrace: warning: not enough was looked at, as allowed: no access was seen"
	lacked none-other "no access was seen"
}

@test "check -- CMD whose accesses were all filtered does not pass" {
	lacked filtered "nothing passed the filters: "
	lacked filtered-name "nothing passed the filters: "
	status_of filtered-allowed 0
	lacked others "nothing passed the filters: "
}

@test "check -- CMD that has been looked at passes, a part of it and by one rule, too" {
	local name
	for name in some some-writes rule; do
		status_of $name 0
		says "$(at $name.err)" "0 findings"
		says_not "$(at $name.err)" "not enough"
	done
}

@test "check -- CMD: findings win, and a CMD that fails; what is lacking is told beside" {
	status_of found 1
	status_of none-failed 7
	says "$(at none-failed.err)" "not enough was looked at: no access was seen"
	status_of none-missing 127
}

# --- Captures.

@test "a capture without an access, or of which none passes the filters" {
	status_of record-none 0
	lacks empty "no access was seen" "$(at none.pcapng.gz)"
	is <(tool report --json "$(at none.pcapng.gz)") '.[0] | [.lost_known, .lost.total]' '[true,0]'
	lacks filtered "nothing passed the filters: 17 accesses were left out" -r bar5 clean.pcapng
	run -0 tool check -r bar0 clean.pcapng
	# All were looked at, by one rule.
	run -0 --separate-stderr tool check --rule ISM007 clean.pcapng
	[[ $stderr != *"not enough"* ]]
	run -0 tool check clean.pcapng
}

@test "what was lost makes a check fail that finds nothing else, unless it is allowed" {
	lacks lost "not in the trace: " "$TRACES/lossy.pcapng.gz"
	# It is a finding, too, where warnings are.
	run -1 --separate-stderr tool check "$TRACES/lossy.pcapng.gz"
	[[ $output == *" ISM012 lost-records warning: not in the trace: "* ]]
	[[ ${stderr_lines[-1]} == "ismtrace: warning: not enough was looked at: not in the trace: "* ]]
	run -0 --separate-stderr tool check --allow lost "$TRACES/lossy.pcapng.gz"
	same "stdout" "$output" ""
}

@test "the account is missing: cut off, killed, rewritten in either byte order" {
	lacks unaccounted "it is not known what was lost: a capture was cut off" "$TRACES/cut-clean.pcapng.gz"
	lacks unaccounted "it is not known what was lost: a capture has no closing account" "$TRACES/killed.pcapng.gz"
	lacks unaccounted "it is not known what was lost: a capture has no closing account" "$(at killed.pcapng)"
	local name
	editcap clean.pcapng edited.pcapng
	mergecap -w merged.pcapng clean.pcapng "$TRACES/payload.pcapng.gz"
	# A part that has all packets of what was left out at its end only.
	editcap clean.pcapng part.pcapng 15-17
	blocks behind clean.pcapng behind.pcapng
	for name in edited merged part behind; do
		blocks big $name.pcapng big.pcapng
		blocks little $name.pcapng little.pcapng
		cmp -s big.pcapng $name.pcapng || cmp little.pcapng $name.pcapng
		lacks unaccounted "a capture was rewritten by another program" big.pcapng
		lacks unaccounted "a capture was rewritten by another program" little.pcapng
	done
	# One of several is enough.
	lacks unaccounted "a capture was rewritten by another program" clean.pcapng edited.pcapng
	# The order of bytes alone takes nothing away.
	blocks little clean.pcapng little.pcapng
	run -0 tool check little.pcapng
	# But an account tells which it was written in.
	blocks little "$TRACES/killed.pcapng.gz" little.pcapng
	lacks unaccounted "a capture was rewritten by another program" little.pcapng
}

@test "not all of what was recorded, or more than that" {
	blocks drop 3 clean.pcapng dropped.pcapng
	lacks partial "1 recorded access is not in what was given" dropped.pcapng
	blocks twice 3 clean.pcapng doubled.pcapng
	lacks unaccounted "a capture has more records than its account tells of" doubled.pcapng
	lacks unaccounted "more of a trace was given than was recorded" clean.pcapng clean.pcapng
	# Files of one trace: the last one alone, and all of them.
	status_of record-parts 0
	local parts=("$BATS_FILE_TMPDIR"/gate/parts.*.pcapng) ops
	[ ${#parts[@]} -gt 2 ]
	ops=$(jq -s 'map(select(.type == "op")) | length' "$(at parts.ops)")
	is <(tool report --json "${parts[@]}") '.[0] | [.recorded, .missing, .lost_known]' "[$ops,0,true]"
	run -0 tool check --severity error "${parts[@]}"
	lacks partial "recorded accesses are not in what was given" "${parts[-1]}"
	is <(tool report --json "${parts[-1]}") '.[0] | .recorded + .missing' "$ops"
}

@test "packets that are no records of ours: other link types, obsolete and simple blocks" {
	local how
	for how in ethernet obsolete simple; do
		blocks $how clean.pcapng strays.pcapng
		lacks strays "1 packet is no record" strays.pcapng
		run -0 --separate-stderr tool dump --json strays.pcapng
		same "notes" "$stderr" "ismtrace: warning: strays.pcapng: 1 packet is no record of ismtrace, and left out"
		printf '%s\n' "$output" >dump
		same "all else is there" "$(jq -sc 'map(select(.type == "access") | [.ts, .len])' dump)" \
			"$(tool dump --json clean.pcapng | jq -sc 'map(select(.type == "access") | [.ts, .len])')"
		is dump '.[-1] | [.strays, .lost_known]' '[1,true]'
	done
	blocks section clean.pcapng section.pcapng
	lacks unaccounted "a capture has no closing account" section.pcapng
	blocks lone clean.pcapng lone.pcapng
	run -6 --separate-stderr tool check lone.pcapng
	[[ ${stderr_lines[-2]} == *"it is not known what was lost: "*"; 1 packet is no record" ]]
	[[ ${stderr_lines[-1]} == *"--allow unaccounted,strays lets it pass" ]]
	run -0 tool check --allow unaccounted --allow strays lone.pcapng
	# Merged with a capture of a network.
	text2pcap -q <(echo "0000 $(printf '00 %.0s' {1..60})") ethernet.pcap 2>/dev/null
	mergecap -w both.pcapng ethernet.pcap clean.pcapng
	run -6 --separate-stderr tool check both.pcapng
	[[ $stderr == *"rewritten by another program; 1 packet is no record"* ]]
	run -0 tool check --allow strays,unaccounted both.pcapng
	# A capture that has only packets of a network.
	editcap -F pcapng ethernet.pcap ethernet.pcapng
	run -4 --separate-stderr tool check --allow strays,unaccounted,empty ethernet.pcapng
	same stderr "$stderr" "ismtrace: ethernet.pcapng: is no capture of ismtrace: interface 0 has link type 1, not 150"
}

@test "--allow: no such thing is a usage error; --strict stays an error" {
	run -2 --separate-stderr tool check --allow nothing clean.pcapng
	[[ $stderr == *"--allow is one or more of empty, filtered, lost, unaccounted, partial, strays or cut, not 'nothing'"* ]]
	run -2 tool check --allow lost, clean.pcapng
	says <(tool completion bash) "words='empty filtered lost unaccounted partial strays cut'"
	run -4 tool check --strict --allow unaccounted "$TRACES/killed.pcapng.gz"
}

# --- What was lost is unknown.

@test "report, JSON, HTML and ismtop say that it is unknown, and why" {
	local file why
	editcap clean.pcapng edited.pcapng
	while read -r file why; do
		run -0 --separate-stderr tool report "$file"
		[[ ${lines[0]} == *" accesses recorded, lost: unknown, "* ]]
		[[ ${lines[1]} == "warning: it is not known what was lost: $why" ]]
		tool report --json "$file" >said 2>/dev/null
		is said '.[0] | [.lost_known, .lost_why, (.lost | map(. == null) | all), .lost_at_least]' "[false,\"$why\",true,0]"
		tool dump --json "$file" 2>/dev/null | tail -n 1 >said
		is said '.[0] | [.lost_known, .lost_why, (.lost | map(. == null) | all)]' "[false,\"$why\",true]"
		tool report --html - "$file" 2>/dev/null >said
		says said "<b>unknown</b>lost" "it is not known what was lost: $why"
		"$HOST/ismtop" --json "$file" 2>/dev/null >top
		is top '.[-1] | [.lost_known, .lost_why, .totals.lost, .interval.lost, .rates.lost]' "[false,\"$why\",null,null,null]"
		is top '.[-1].findings[] | select(.rule == "ISM012") | .findings' null
		"$HOST/ismtop" -b "$file" 2>/dev/null >top
		says top "lost: unknown ($why)" "lost/s unknown"
	done <<-END
		$TRACES/killed.pcapng.gz a capture has no closing account
		$TRACES/cut-clean.pcapng.gz a capture was cut off
		edited.pcapng a capture was rewritten by another program
	END
	# Where it is known nothing has changed.
	run -0 --separate-stderr tool report clean.pcapng
	[[ ${lines[0]} == "17 accesses recorded, 0 lost, 0 filtered in "* ]]
	is <(tool report --json "$TRACES/lossy.pcapng.gz") '.[0] | [.lost_known, .lost_why, .lost.ring == .lost_at_least, .lost.ring > 0]' \
		'[true,null,true,true]'
	is <("$HOST/ismtop" --json clean.pcapng) 'map([.lost_known, .totals.lost])' '[[true,0]]'
	# Not read to its end.
	is <(tool dump --json -n 3 clean.pcapng) '.[-1] | [.recorded, .lost_known, .lost_why]' \
		'[3,false,"a capture was not read to its end"]'
	is <("$HOST/ismtop" --json -d 0.1 -n 1 "$TRACES/killed.pcapng.gz") '.[0] | [.lost_known, .totals.lost]' '[false,null]'
}

# --- Files that are none of ours.

@test "compressed by somebody else: named, with the command that reads it" {
	local command name
	for name in zstd xz lz4 bzip2; do
		$name -q <clean.pcapng >clean.$name
		run -4 --separate-stderr tool report clean.$name
		same "lines of $name" "${#stderr_lines[@]}" 1
		[[ $stderr == "ismtrace: clean.$name: is compressed with $name: "* ]] || fail "$stderr"
		command=${stderr#*"is compressed with $name: "}
		# It does.
		same "output of $command" "$(PATH=$HOST:$PATH bash -c "$command")" "$(tool report clean.pcapng)"
		run -4 --separate-stderr tool check - <clean.$name
		same "of standard input" "$stderr" \
			"ismtrace: standard input: is compressed with $name: $name -dc | ismtrace report -"
		# As a part of gzip, and under a name that a shell would take for more.
		gzip -c clean.$name >"a b;c.gz"
		run -4 --separate-stderr tool dump "a b;c.gz"
		[[ $stderr == *": is compressed with $name: gzip -dc FILE | $name -dc | ismtrace report -" ]] || fail "$stderr"
	done
	gzip -c "$TRACES/clean.pcapng.gz" >twice.gz
	run -4 --separate-stderr tool report twice.gz
	[[ $stderr == *"is compressed with gzip once more: gzip -dc twice.gz | gzip -dc | ismtrace report -" ]]
}

@test "classic pcap, a capture that editcap -s cut, what --json printed: named" {
	local form
	for form in pcap nsecpcap; do
		editcap -F $form clean.pcapng classic
		run -4 --separate-stderr tool check classic
		[[ $stderr == "ismtrace: classic: is not a capture but a classic pcap file, "*"editcap -F pcapng"* ]] || fail "$stderr"
		# As a machine of the other byte order writes it.
		python3 -c 'import sys; d = open("classic", "rb").read(); open("classic", "wb").write(d[3::-1] + d[4:])'
		run -4 --separate-stderr tool check classic
		[[ $stderr == "ismtrace: classic: is not a capture but a classic pcap file, "* ]]
		same "lines" "${#stderr_lines[@]}" 1
	done
	editcap -s 100 clean.pcapng cut.pcapng
	run -4 --separate-stderr tool check cut.pcapng
	same "lines" "${#stderr_lines[@]}" 1
	[[ $stderr == "ismtrace: cut.pcapng: the packet at byte "*" is no record any more: it was cut to 100 bytes (editcap -s?)"* ]]
	# Payloads only, as it says.
	editcap -s 248 "$TRACES/payload.pcapng.gz" cut.pcapng
	run -0 tool check --severity error --allow unaccounted cut.pcapng
	tool dump --json clean.pcapng >json
	run -4 --separate-stderr tool report json
	[[ $stderr == "ismtrace: json: is what --json printed, not the capture it was made of" ]]
	# The screen's program says the same.
	run -4 --separate-stderr "$HOST/ismtop" classic
	[[ $stderr == "ismtop: classic: is not a capture but a classic pcap file, "* ]]
}

# --- Times.

@test "times before 1970: as tshark has them, everywhere" {
	blocks offset -3000000000 clean.pcapng 1931.pcapng
	tool dump --csv 1931.pcapng | cut -d, -f1 | tail -n +2 >ts.txt
	# Wireshark's seconds are negative, the nanoseconds behind them are not.
	tshark -r 1931.pcapng -T fields -e frame.time_epoch 2>/dev/null |
		python3 -c 'import sys
for line in sys.stdin: s, ns = line.strip().split("."); print(int(s) * 10**9 + int(ns))' >wireshark
	[ "$(wc -l <ts.txt)" -eq 17 ]
	cmp ts.txt wireshark
	sed 's/000000000$//' <ts.txt | head -n 1 | grep -q ^-1
	tool dump --json 1931.pcapng | sed -n 's/.*"ts":\([-0-9]*\),.*/\1/p' | cmp - ts.txt
	# Relative times, and those of the clock, are what they were.
	cmp <(tool dump 1931.pcapng) <(tool dump clean.pcapng)
	cmp <(tool dump --time mono 1931.pcapng) <(tool dump --time mono clean.pcapng)
	cmp <(TZ=UTC tool dump --time real 1931.pcapng | awk 'NR > 1 && NF > 5 && /ismload/ { print substr($1, 1, 8) }' | head -n 17) \
		<(while read -r ns; do date -u -d "@$(((ns - 999999999) / 1000000000))" +%T; done <ts.txt)
	cmp <(tool report 1931.pcapng) <(tool report clean.pcapng)
	says <(tool report --html - 1931.pcapng) "$(date -u -d "@$(($(head -n 1 ts.txt) / 1000000000 - 1))" +%F)"
	is <(tool report --json 1931.pcapng) '.[0] | [.begin < 0, .end < 0, .begin < .end]' '[true,true,true]'
	same duration "$(tool report --json 1931.pcapng | jq .duration_ns)" "$(tool report --json clean.pcapng | jq .duration_ns)"
	is <("$HOST/ismtop" --json 1931.pcapng) 'map([.begin < 0, .interval.accesses])' '[[true,17]]'
	run -0 tool check 1931.pcapng
	qemu-s390x-static "$BIN/ismtrace" dump --csv 1931.pcapng | cmp - <(tool dump --csv 1931.pcapng)
	# What editcap -t moves there.
	editcap -t -3000000000 clean.pcapng moved.pcapng
	cmp ts.txt <(tool dump --csv moved.pcapng 2>/dev/null | cut -d, -f1 | tail -n +2)
}

@test "if_tsresol 0x80, whole seconds: as tshark has them" {
	blocks seconds clean.pcapng seconds.pcapng
	tool dump --csv seconds.pcapng | cut -d, -f1 | tail -n +2 >ts.txt
	cmp ts.txt <(tshark -r seconds.pcapng -T fields -e frame.time_epoch 2>/dev/null | tr -d .)
	cmp ts.txt <(tool dump --csv clean.pcapng | cut -d, -f1 | tail -n +2 | sed 's/.........$/000000000/')
	run -0 tool check seconds.pcapng
}

@test "ismtop --json of captures days apart: the gap is one line" {
	editcap -t 864000 clean.pcapng later.pcapng
	"$HOST/ismtop" --json -d 0.1 clean.pcapng later.pcapng 2>/dev/null >top
	is top 'map(.type) | [.[0], .[-1], (map(select(. == "gap")) | length), length < 10]' '["interval","interval",1,true]'
	is top 'map(.interval.accesses) | add' 34
	is top '.[-1].totals.accesses' 34
	is top 'map(.number) == [range(1; length + 1)]' true
	is top '.[] | select(.type == "gap") | [.interval.accesses, .rates.accesses, .intervals > 8630000, .seconds > 863000]' \
		'[0,0,true,true]'
	# One behind the other, whole intervals of the same grid.
	is top '[range(1; length) as $i | .[$i].begin == .[$i - 1].end] | all' true
	is top '[.[] | select(.state == "running") | (.seconds - .intervals / 10 | fabs) < 1e-6] | all' true
	"$HOST/ismtop" -b -d 0.1 clean.pcapng later.pcapng 2>/dev/null >text
	same "lines of the gap" "$(grep -c 'no access for 86[0-9]*\.[0-9]* s$' text)" 1
	# A short one is intervals.
	editcap -t 3 clean.pcapng later.pcapng
	"$HOST/ismtop" --json -d 0.1 clean.pcapng later.pcapng 2>/dev/null >top
	is top '[length > 29, (map(.type) | unique)]' '[true,["interval"]]'
}
