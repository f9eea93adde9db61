#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/wireshark/ism.lua in tshark: nothing raw of the traced machine, numbers of 64
# bits, and records that somebody else made up.  tests/traces.bats has what it says of
# captures of ours.

# Variables that bats and tests/helper.bash set or read.
# shellcheck disable=SC2154

load helper

LUA=$TOP/docs/wireshark/ism.lua
DIR=$TOP/tests/dissector
# Changed records in each of three forms, and where they begin.
RECORDS=${ISMTRACE_MUTATED:-3000}
SEED=${ISMTRACE_MUTATED_SEED:-1}

setup_file()
{
	make_here build/host/bin/escapes build/fuzz/seeds/made
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	# What a person has set up must not matter.
	export HOME=$BATS_TEST_TMPDIR LC_ALL=C.UTF-8
}

# shark FILE ARG... -- with the dissector.
shark()
{
	tshark -n -r "$1" -X "lua_script:$LUA" "${@:2}" 2>>err
}

records()
{
	"$DIR/records.py" "$@"
}

# few FILE FILTER -- the numbers of the records that it shows, in one line.
few()
{
	shark "$1" -Y "$2" -T fields -e frame.number | paste -sd ' '
}

@test "it hides what user/util/utf8.c hides, and as escape_line() does" {
	"$TOP/build/host/bin/escapes" >escapes
	run -0 --separate-stderr tshark -X "lua_script:$DIR/same.lua" -X "lua_script1:$LUA" \
		-X "lua_script1:$PWD/escapes" -r "$TOP/tests/traces/plain.pcapng"
	[[ $output =~ ^([0-9]+)\ strings,\ 0\ differ$ ]] || fail "$output"
	# All code points, all pairs of bytes.
	[ "${BASH_REMATCH[1]}" -gt 1200000 ]
}

@test "it does not take for the same what is not" {
	sed 's/0x202e/0x202d/' "$LUA" >other.lua
	"$TOP/build/host/bin/escapes" >escapes
	run -1 --separate-stderr tshark -X "lua_script:$DIR/same.lua" -X "lua_script1:$PWD/other.lua" \
		-X "lua_script1:$PWD/escapes" -r "$TOP/tests/traces/plain.pcapng"
	[[ $output == *differ ]]
}

@test "names that do harm: nothing raw in columns, fields, tree and JSON" {
	local form
	records names names.pcapng
	for form in "-T text" "-T fields -e _ws.col.Source -e _ws.col.Info -e ism.comm -e ism.driver" -V "-T json" "-T pdml"; do
		# shellcheck disable=SC2086 # Options and their values.
		shark names.pcapng $form >out
		"$DIR/records.py" look any out
	done
	# Since 4.4 each backslash is two in what it prints, and none of ours are.
	shark names.pcapng -T fields -e _ws.col.Source -e ism.driver | sed 's/\\\\/\\/g' >out
	diff out - <<-'EOF'
		\x1b[2J\x1b]0;x\x07[42]	\x1b[2J\x1b]0;x\x07
		a\x0a  1 forged lin[42]	a\x0a  1 forged line
		a\xe2\x80\xaeb\xe2\x81\xa6c[42]	a\xe2\x80\xaeb\xe2\x81\xa6c
		\xe2\x80\x8b\xef\xbb\xbf\xe2\x80\xa8[42]	\xe2\x80\x8b\xef\xbb\xbf\xe2\x80\xa8
		\xf3\xa0\x81\x81\xf3\xa0\x81\xbf[42]	\xf3\xa0\x81\x81\xf3\xa0\x81\xbf
		\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80[42]	\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80
		\xc2\x9b31m\x7f\x01[42]	\xc2\x9b31m\x7f\x01
		back\x5cslash \x5cx1b[42]	back\x5cslash \x5cx1b
		sixteen of them![42]	sixteen of them!
		ä€😀 ok[42]	ä€😀 ok
		[42]	
	EOF
	# The tree has them as they are in the columns.
	shark names.pcapng -V | sed 's/\\\\/\\/g' >out
	says out '    Name of the task: back\x5cslash \x5cx1b' '    Driver: \x1b[2J\x1b]0;x\x07'
	same "filtered by" "$(few names.pcapng 'ism.comm == "\\x1b[2J\\x1b]0;x\\x07"')" 1
}

@test "numbers of 64 bits: columns, fields, tree and filters, in both byte orders" {
	local order value signed
	for order in big little; do
		records extremes "$order" "$order.pcapng"
		shark "$order.pcapng" -T fields -E separator=' ' -e ism.begin -e ism.offset -e ism.len -e ism.ret \
			-e ism.latency -e ism.insn.bytes -e ism.error.offset -Y 'ism.type == 1 && ism.error' >out
		# Results have a sign.
		for value in 0:0 1:1 2147483647:2147483647 4294967295:4294967295 9007199254740993:9007199254740993 \
			9223372036854775807:9223372036854775807 9223372036854775808:-9223372036854775808 \
			18446744073709551615:-1; do
			signed=${value#*:}
			value=${value%:*}
			printf '%u 0x%016x %u %d %u %u 0x%016x\n' "$value" "$value" "$value" "$signed" "$value" "$value" "$value"
		done | diff out -
		shark "$order.pcapng" -T fields -e _ws.col.Info >out
		says out 'write bar2+0x8000000000000000 len=9223372036854775808 ret=-9223372036854775808 no' \
			'write bar2+0xffffffffffffffff len=18446744073709551615 ret=-1 no' \
			'write bar2+0x20000000000001 len=9007199254740993 ret=9007199254740993 no' \
			'write bar2+0x0 len=8 ret=8 pcilg=4294967295 pcistg=4294967295 pcistb=4294967295' \
			'PCISTB space 2 len=4096 rc=-5 PCISTB: cc 1, status 20'
		same lines "$(wc -l <out)" 10
		shark "$order.pcapng" -V >out
		says out 'Offset: 0xffffffffffffffff' 'Length: 18446744073709551615' 'Result: -9223372036854775808' \
			'Latency (ns): 9223372036854775808' 'Begin (CLOCK_MONOTONIC, ns): 18446744073709551615' \
			'Instructions: 25769803770' 'MIO: 12884901885'
		same "by length" "$(few "$order.pcapng" 'ism.len > 9223372036854775807')" "7 8"
		same "by one length" "$(few "$order.pcapng" 'ism.len == 18446744073709551615')" 8
		# Wireshark 4.0 takes the last one with == for an overflow of its own.
		same "by result" "$(few "$order.pcapng" 'ism.ret < -9223372036854775807')" 7
		same "by sign" "$(few "$order.pcapng" 'ism.ret < 0')" "7 8"
		same "by offset" "$(few "$order.pcapng" 'ism.offset == 0xffffffffffffffff')" "8 9"
		same "by latency" "$(few "$order.pcapng" 'ism.latency >= 9223372036854775808')" "7 8 9"
		same "by begin" "$(few "$order.pcapng" 'ism.begin == 9007199254740993')" 5
		same "by an error's offset" "$(few "$order.pcapng" 'ism.error.offset == 0x8000000000000001')" 9
		same "by instructions" "$(few "$order.pcapng" 'ism.insn == 25769803770')" 10
		same "of few bytes done" "$(few "$order.pcapng" 'ism.ism009')" ""
		# What dump judges by the same rules.
		"$TOP/build/host/bin/ismtrace" dump --json "$order.pcapng" 2>/dev/null |
			jq -r 'select(.type == "access").rules | join(",")' >rules
		shark "$order.pcapng" -Y 'ism.type == 1' -T fields -e _ws.expert.message |
			sed 's/ [a-z-]*//g' | diff - rules
	done
}

@test "changed records: no Lua error, nothing raw, a line for each" {
	local order form n=$((RECORDS / 2))
	for order in big little; do
		records mutated "$n" "$SEED-$order" "$TOP/build/fuzz/seeds/fuzz_record" "$order" "$order.pcapng"
		for form in -V "-T fields -e ism.comm -e ism.driver -e _ws.col.Source -e _ws.col.Info -e _ws.expert.message" "-T json"; do
			# shellcheck disable=SC2086 # Options and their values.
			shark "$order.pcapng" $form >out
			"$DIR/records.py" look "$n" out ||
				fail "with ISMTRACE_MUTATED=$RECORDS ISMTRACE_MUTATED_SEED=$SEED, as $form"
		done
	done
	says_not err Lua lua rror
}

@test "what it looks for in the changed ones is found where it is" {
	sed 's/tostring(r.len)/string.format("%d", r.len:tonumber())/' "$LUA" >lua-error.lua
	sed 's/^local function escape(text)/& if true then return text end/' "$LUA" >raw.lua
	records extremes big extremes.pcapng
	records names names.pcapng
	LUA=lua-error.lua shark extremes.pcapng -V >out
	run -1 records look 10 out
	[[ $output == *"Lua Error"* ]]
	LUA=raw.lua shark names.pcapng -T fields -e ism.comm >out
	run -1 records look 11 out
	[[ $output == *U+001B* && $output == *U+202E* && $output == *U+E0041* ]]
}
