#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever a traced machine, a capture or a word of the command line says of itself:
# nothing of it is obeyed by a terminal, or hidden from who looks at it.  What that
# is, Unicode says here (records.py look), not the table that is tested.

# Variables that bats and tests/helper.bash set or read.
# shellcheck disable=SC2154

load helper

HOST=$TOP/build/host/bin
# An escape, a line of its own, an override of direction, a tag, and what is no UTF-8.
HARM=$'\e[31m\nismtrace: 0 lost\u202e\U000e0041\u2028\x9b\xff'

setup_file()
{
	make_here host
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	"$TOP/tests/dissector/records.py" told names.pcapng
}

# harmless FILE...
harmless()
{
	local file
	for file; do
		"$TOP/tests/dissector/records.py" look any "$file" || return
	done
}

@test "all that shows a capture, in every form" {
	local form n=0
	cp names.pcapng "$HARM.pcapng"
	for form in dump "dump --hex --time=real" "dump --csv" "dump --json" report "report --json" \
		"report --html=page.html" check "check --json"; do
		# shellcheck disable=SC2086 # A command and its options.
		"$HOST/ismtrace" $form names.pcapng "$HARM.pcapng" >out 2>err && status=0 || status=$?
		# check passes nothing of which it is not known what was lost.
		[ "$status" = "$([[ $form == check* ]] && echo 6 || echo 0)" ] || fail "$form: $(head -n 3 err)"
		harmless out err
		[ -s out ] || [ -s page.html ] || fail "$form shows nothing"
	done
	harmless page.html
	for form in "" --json; do
		# shellcheck disable=SC2086 # Or none.
		"$HOST/ismtop" --batch $form "$HARM.pcapng" >out 2>err
		harmless out err
		[ -s out ]
		n=$((n + 1))
	done
	same forms "$n" 2
}

@test "JSON: what is escaped is the same value" {
	"$HOST/ismtrace" dump --json names.pcapng >out 2>err
	"$HOST/ismtrace" report --json names.pcapng >of-report 2>err
	grep -q 'a\\u202eb\\u2066c' out
	grep -q 'a\\u202eb\\u2066c' of-report
	grep -q '\\udb40\\udc41\\udb40\\udc7f' out
	same "names" "$(jq -c 'select(.type == "access").comm | explode' out | sed -n '3,5p' | paste -sd ' ')" \
		"[97,8238,98,8294,99] [8203,65279,8232] [917569,917631]"
	same "the same in report" "$(jq -r '[.. | .comm? // empty] | map(select(test("\u202e"))) | length > 0' of-report)" true
}

@test "messages: names of files, words of the command line" {
	local word
	"$HOST/ismtrace" dump "$HARM" >out 2>err && fail "there is no such file"
	harmless out err
	same lines "$(wc -l <err)" 1
	# shellcheck disable=SC2016 # Not for a shell.
	for word in "--$(printf '%0999d' 0)$HARM" "--$HARM" "-$HARM" "-v$HARM" "--severity=$HARM" "--device=$HARM" "--html=$HARM/$HARM" "--speed=$HARM" "$HARM"; do
		for command in "ismtrace check" "ismtrace report" "ismtrace dump" ismtop; do
			# shellcheck disable=SC2086 # A command of a program.
			"$HOST"/$command "$word" names.pcapng >out 2>err </dev/null || :
			harmless out err || fail "$command $(printf %q "$word")"
		done
	done
	"$HOST/ismtrace" "$HARM" >out 2>err && fail "there is no such command"
	harmless out err
	# A value may be anything.
	printf 'named\n' >"$HARM"
	for word in "-o$HARM" "--output=$HARM"; do
		run -0 "$HOST/ismtrace" check --allow=unaccounted -v "$word" names.pcapng
		[ -s "$HARM" ] && rm "$HARM"
	done
	# What is no harm stays.
	run -4 "$HOST/ismtrace" dump 'ä b\c'
	[[ $output == *'b\x5cc'* ]]
	run -2 "$HOST/ismtrace" 'ä €'
	[[ ${lines[0]} == "ismtrace: no such command: 'ä €'" ]] || fail "$output"
}
