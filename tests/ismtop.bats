#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# ismtop over captures: the screen in tmux, batch and JSON, against what the
# capture holds (ismtrace dump) and what the client says it did.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

TRACES=$TOP/tests/traces
HOST=$TOP/build/host/bin

setup_file()
{
	make_here host build/host/bin/make-capture
	local name
	for name in several tour-ism-kprobe tour-vfio-kprobe apart; do
		"$HOST/ismtrace" dump --json "$TRACES/$name.pcapng.gz" >"$BATS_FILE_TMPDIR/$name.dump" || return
	done
	export TMUX_TMPDIR=$BATS_FILE_TMPDIR
	unset TMUX NO_COLOR
	export LC_ALL=C.UTF-8
}

tm()
{
	# A server of its own for each test: one that is just ending would be found.
	tmux -L "top-$BATS_TEST_NUMBER" "$@"
}

teardown()
{
	tm kill-server 2>/dev/null || :
}

ismtop()
{
	"$HOST/ismtop" "$@"
}

dump()
{
	printf '%s\n' "$BATS_FILE_TMPDIR/$1.dump"
}

# --- The screen.

# show COLSxROWS ARG... -- ismtop in a terminal; $ENV stands before it.  Its shell
# notes the terminal's modes before and after, and ismtop's exit status.
show()
{
	local size=$1
	shift
	rm -f "$BATS_TEST_TMPDIR"/{before,after,status,pid}
	cat >"$BATS_TEST_TMPDIR/start" <<-END
		cd "$TOP" || exit
		echo prompt
		stty -g >"$BATS_TEST_TMPDIR/before"
		env ${ENV:-} "$HOST/ismtop" $(printf '%q ' "$@") 2>"$BATS_TEST_TMPDIR/stderr"
		echo \$? >"$BATS_TEST_TMPDIR/status"
		stty -g >"$BATS_TEST_TMPDIR/after"
		echo is over
		exec sleep 1000
	END
	# On a busy machine tmux's client gives up on a server that is beginning.
	for _ in 1 2 3; do
		! tm -f /dev/null new-session -d -x "${size%x*}" -y "${size#*x}" \
			"bash --norc $BATS_TEST_TMPDIR/start" || return 0
		sleep 0.5
	done
	return 1
}

screen()
{
	tm capture-pane -p
}

# sees TEXT... -- the screen says so, now or soon.
sees()
{
	local text i
	for text; do
		for ((i = 0; i < 100; i++)); do
			! screen | grep -qF -- "$text" || continue 2
			sleep 0.1
		done
		fail "not on the screen: $text" "$(screen)" || return
	done
}

# sees_line REGEX -- a line of the screen matches, now or soon.
sees_line()
{
	local i
	for ((i = 0; i < 100; i++)); do
		! screen | grep -q -- "$1" || return 0
		sleep 0.1
	done
	fail "no line of the screen matches: $1" "$(screen)"
}

# sees_not TEXT... -- it does not say so any more.
sees_not()
{
	local text i
	for text; do
		for ((i = 0; i < 100; i++)); do
			screen | grep -qF -- "$text" || continue 2
			sleep 0.1
		done
		fail "on the screen: $text" "$(screen)" || return
	done
}

keys()
{
	tm send-keys "$@"
}

# row NUMBER -- a line of the screen, from 0, blanks squeezed.
row()
{
	screen | sed -n "$(($1 + 1))p" | tr -s ' ' | sed 's/ $//'
}

# fits COLS ROWS -- no line is longer than the screen, and there are not more.
fits()
{
	local longest
	longest=$(screen | wc -L)
	[ "$longest" -le "$1" ] || fail "a line of $longest characters" "$(screen)" || return
	same lines "$(screen | wc -l)" "$2"
}

# The program has ended with this status, and the terminal is as it was.
restored()
{
	local i
	for ((i = 0; i < 100; i++)); do
		[ ! -e "$BATS_TEST_TMPDIR/after" ] || break
		sleep 0.1
	done
	sees "is over" prompt || return
	same "exit status" "$(cat "$BATS_TEST_TMPDIR/status")" "$1" || return
	same "terminal modes" "$(cat "$BATS_TEST_TMPDIR/after")" "$(cat "$BATS_TEST_TMPDIR/before")" || return
	same "alternate screen" "$(tm display-message -p '#{alternate_on}')" 0 || return
	same "cursor" "$(tm display-message -p '#{cursor_flag}')" 1
}

# A number as columns show it: count (by 1000) or bytes (by 1024).
shown()
{
	awk -v v="$2" -v base="$([ "$1" = bytes ] && echo 1024 || echo 1000)" 'BEGIN {
		if (v < 9999.5) { printf(v < 99.95 && v != int(v) ? "%.1f" : "%.0f", v); exit }
		for (i = 0; v >= 999.5; i++) v /= base
		printf((v < 9.995 ? "%.2f" : v < 99.95 ? "%.1f" : "%.0f") "%s", v, substr("KMGTPE", i, 1))
	}'
}

# Everything in one interval: what the last line of the dump says of all of it.
ALL='def sum(f): [.[] | select(.type == "access") | f] | add // 0;
	(.[-1].duration_ns / 1e9) as $seconds'

of_dump()
{
	jq -rs "$ALL | $2" "$(dump "$1")"
}

@test "80x24: the header is what the capture holds" {
	local name accesses bytes insns findings
	for name in several tour-ism-kprobe tour-vfio-kprobe; do
		show 80x24 -d 100 "tests/traces/$name.pcapng.gz"
		sees REPLAY
		keys End
		sees END
		accesses=$(of_dump "$name" 'sum(1)')
		findings=$(of_dump "$name" 'sum(.rules | length)')
		bytes=$(of_dump "$name" 'sum([.ret, 0] | max) / $seconds')
		insns=$(of_dump "$name" 'sum(.insn | .pcilg + .pcistg + .pcistb + .mio) / $seconds')
		same rates "$(row 1)" "accesses/s $(shown count "$(of_dump "$name" 'sum(1) / $seconds')") bytes/s $(shown bytes "$bytes") insn/s $(shown count "$insns") findings/s $(shown count "$(of_dump "$name" 'sum(.rules | length) / $seconds')") lost/s 0"
		same totals "$(row 2)" "functions $(of_dump "$name" 'map(.function // empty) | unique | length') processes $(of_dump "$name" 'map(.pid // empty) | unique | length') accesses $(shown count "$accesses") findings $(shown count "$findings") lost 0 filtered 0"
		fits 80 24
		tm kill-server
	done
}

@test "the client's own account: accesses of each process, bytes of each function" {
	jq -c 'select(.type == "op")' "$TRACES/several.client.json" >"$BATS_TEST_TMPDIR/ops"
	ismtop --json -d 100 "$TRACES/several.pcapng.gz" >"$BATS_TEST_TMPDIR/json"
	same processes "$(jq -c '[.processes[] | [.pid, .accesses, .bytes]] | sort' "$BATS_TEST_TMPDIR/json")" \
		"$(jq -sc 'group_by(.pid) | map([.[0].pid, length, (map([.ret, 0] | max) | add)]) | sort' "$BATS_TEST_TMPDIR/ops")"
	same regions "$(jq -c '[.regions[] | [.region, .op, .accesses]] | sort' "$BATS_TEST_TMPDIR/json")" \
		"$(jq -sc 'group_by([.region, .op]) | map([.[0].region, .[0].op, length]) | sort' "$BATS_TEST_TMPDIR/ops")"
	same sizes "$(jq -c '[.sizes[] | select(.accesses > 0) | [.le, .accesses]] | sort' "$BATS_TEST_TMPDIR/json")" \
		"$(jq -sc 'def le: if . <= 1 then 1 else (log2 | ceil | exp2) end; group_by(.len | le) |
			map([(.[0].len | le), length]) | sort' "$BATS_TEST_TMPDIR/ops")"
	same functions "$(jq '.functions | length' "$BATS_TEST_TMPDIR/json")" \
		"$(jq -s 'map(select(.type == "start") | .function) | unique | length' "$TRACES/several.client.json")"
}

@test "80x24: every view has the rows of the capture" {
	local name=several fn pid size line
	show 80x24 -d 100 "tests/traces/$name.pcapng.gz"
	sees REPLAY
	keys End
	sees END FUNCTION
	for fn in $(of_dump $name 'map(.function // empty) | unique[]'); do
		line=$(screen | grep "^$fn " | tr -s ' ')
		[[ $line == "$fn ism-vfio-pci $(shown count "$(of_dump $name "map(select(.function == \"$fn\")) | length / \$seconds")") "* ]] ||
			fail "$line"
	done
	keys 2
	sees COMMAND
	for pid in $(of_dump $name 'map(.pid // empty) | unique[]'); do
		line=$(screen | grep "^$pid " | tr -s ' ')
		[[ $line == "$pid ismload $(shown count "$(of_dump $name "map(select(.pid == $pid)) | length / \$seconds")") "* ]] ||
			fail "$line"
	done
	keys 3
	sees REGION
	for line in "bar2 read" "bar2 write" "config read"; do
		[[ $(screen | tr -s ' ' | grep "^$line ") == "$line $(shown count "$(of_dump $name "map(select(\"\(.region) \(.op)\" == \"$line\")) | length / \$seconds")") "* ]] ||
			fail "$(screen)"
	done
	keys 4
	sees SHARE%
	[[ $(screen | tr -s ' ' | grep "^129 to 256 ") == "129 to 256 $(shown count "$(of_dump $name 'map(select(.len == 256)) | length / $seconds')") "* ]]
	keys 5
	sees MEANING Latest
	[[ $(screen | tr -s ' ' | grep "^ISM005 ") == "ISM005 narrow-access info "*" $(of_dump $name 'map(select(.rules // [] | index("ISM005"))) | length') "* ]]
	same rules "$(screen | grep -c '^ISM0')" "$(coded_rules | wc -l)"
	keys Tab
	sees FUNCTION
	fits 80 24
}

@test "80x24: into a row, its histograms and findings, and out again" {
	local name=tour-vfio-kprobe
	show 80x24 -d 100 "tests/traces/$name.pcapng.gz"
	sees REPLAY
	keys End
	sees END
	keys Enter
	sees "functions: 0011:00:00.0 vfio-pci"
	sees "accesses $(of_dump $name 'sum(1)'): $(of_dump $name 'map(select(.op == "read")) | length') reads, $(of_dump $name 'map(select(.op == "write")) | length') writes"
	sees "errors $(of_dump $name 'map(select((.ret // 0) < 0)) | length')"
	sees "$(of_dump $name 'sum(.insn.pcilg)') PCILG, $(of_dump $name 'sum(.insn.pcistg)') PCISTG, $(of_dump $name 'sum(.insn.pcistb)') PCISTB"
	sees "failed $(of_dump $name 'sum(.insn.failed)')" "latency us: p50" "accesses/s |" "loads, stores" "█"
	sees "max $(of_dump $name '[.[] | select(.type == "access") | .latency_ns] | max / 100 | round / 10')"
	keys NPage NPage
	sees "Fix:" "Means:"
	keys PPage PPage PPage
	sees "latency us"
	keys Escape
	sees FUNCTION
	keys 2 Enter
	sees "processes: ismload["
	keys BSpace 3 Down Enter
	sees "regions: "
	keys Escape 4 Enter
	sees "sizes: " "instructions of this size"
	keys Escape 5 Enter
	sees "findings: ISM0" "Means:" "Fix:"
	fits 80 24
}

@test "80x24: sorting, by hot key and by neighbour, reversed" {
	local name=several
	show 80x24 -d 100 "tests/traces/$name.pcapng.gz"
	sees REPLAY
	keys End 2
	sees END COMMAND
	keys N
	sees "by PID"
	same "by number" "$(screen | sed -n '7,15p' | awk '{print $1}' | xargs)" "$(of_dump $name 'map(.pid // empty) | unique | join(" ")')"
	keys r
	sees "rev PID"
	same "reversed" "$(screen | sed -n '7,15p' | awk '{print $1}' | xargs)" "$(of_dump $name 'map(.pid // empty) | unique | reverse | join(" ")')"
	keys R
	sees "by PID"
	keys B
	sees "by BYTES/s"
	keys '>'
	sees "by INSN/s"
	same "by instructions" "$(screen | sed -n '7p' | awk '{print $1}')" \
		"$(of_dump $name '[.[] | select(.pid)] | group_by(.pid) | map({pid: .[0].pid, n: (map(.insn | .pcilg + .pcistg + .pcistb) | add)}) | sort_by(-.n, .pid) | .[0].pid')"
	keys '<' '<'
	sees "by ACC/s"
	# A column for which there is no room appears when it is sorted by.
	keys T
	sees "by TOTAL" " TOTAL"
	fits 80 24
}

@test "80x24: filter, pause, interval, reset, help, and keys that are none" {
	local name=several
	show 80x24 -d 100 "tests/traces/$name.pcapng.gz"
	sees REPLAY
	keys End
	sees END
	keys / 0012
	sees "Filter (functions, drivers, processes): 0012_"
	keys BSpace 2 Enter
	sees 'filter "0012"' "functions 1 " "accesses $(of_dump $name 'map(select(.function == "0012:00:00.0")) | length')"
	sees_not 0011:00:00.0
	keys Escape
	sees 0011:00:00.0 "functions 3 "
	keys f nobody Enter
	sees "Nothing that passes the filter" "accesses 0 "
	keys Escape
	keys p
	sees PAUSED
	keys Space
	sees END
	keys d 0.5 Enter
	keys s
	sees "Interval in seconds, now 0.5"
	keys x Enter
	sees "An interval is 0.1 to 3600 seconds, not 'x'"
	keys z
	sees "accesses 0 "
	keys h
	sees "Keys" "PgUp"
	keys '?'
	sees FUNCTION
	keys F5 Z '~' @ IC
	sees FUNCTION
	fits 80 24
}

@test "120x40: more columns, four histograms" {
	local name=tour-ism-kprobe
	show 120x40 -d 100 "tests/traces/$name.pcapng.gz"
	sees REPLAY
	keys End
	sees END "FULL%" "p99(us)" "TOTAL" "p50(us)" "ERR/s"
	[[ $(screen | tr -s ' ' | grep "^0011") == *" $(of_dump $name 'sum(1)')"* ]]
	keys Enter
	sees "loads, stores" "store blocks" "latency, us" "access size"
	fits 120 40
	keys Escape 5
	sees Latest
	# All that are kept, or as many as there is room for.
	same events "$(screen | grep -c ' s ISM0')" 18
	fits 120 40
}

@test "40x10: too small, and says so; larger again while it runs" {
	show 40x10 -d 0.2 "tests/traces/apart.pcapng.gz"
	sees "ismtop needs 80x24" "40x10" "q quits"
	fits 40 10
	keys 3 Enter h d Escape
	sees "ismtop needs 80x24"
	fits 40 10
	tm resize-window -x 80 -y 24
	sees "tests/traces/apart" "Esc back"
	keys Escape Escape 1
	sees FUNCTION
	fits 80 24
	tm resize-window -x 120 -y 40
	sees "p50(us)"
	fits 120 40
	tm resize-window -x 20 -y 3
	sees "ismtop needs"
	tm resize-window -x 1 -y 1
	sleep 0.3
	tm resize-window -x 79 -y 24
	sees "ismtop needs 80x24"
	tm resize-window -x 80 -y 23
	sees "80x23"
	keys q
	restored 0
}

@test "a replay goes at its own speed, pauses, and goes where it is sent" {
	local big=$BATS_TEST_TMPDIR/big.pcapng.gz at begin
	# An access each 50 us: a minute of it.
	"$HOST/make-capture" "$big" 1200000 1 >/dev/null
	show 80x24 -d 0.5 "$big"
	sees REPLAY
	begin=$SECONDS
	sees " 2."
	[ $((SECONDS - begin)) -le 4 ]
	keys Space
	sees PAUSED
	at=$(row 0)
	sleep 1.2
	same "while it is paused" "$(row 0)" "$at"
	keys Home
	sees " 0.000 of "
	keys Right
	sees " 10.000 of "
	same "accesses until 10 s" "$(screen | grep -o 'accesses [0-9.K]*')" \
		"accesses $(shown count "$(ismtop --json -d 10 -n 1 "$big" | jq .totals.accesses)")"
	same "rates of the interval that ends there" "$(row 1)" "$(ismtop --json -d 0.5 -n 20 "$big" | tail -n 1 |
		jq -r '[.rates.accesses, .rates.bytes, .rates.instructions, .rates.findings] | @tsv' | {
			read -r a b i f
			echo "accesses/s $(shown count "$a") bytes/s $(shown bytes "$b") insn/s $(shown count "$i") findings/s $(shown count "$f") lost/s 0"
		})"
	keys Right Right Left
	sees " 20.000 of "
	keys Enter
	# The line has the intervals before, though nobody has seen them.
	sees "the last 20.0 s"
	keys Escape Left Left Left
	sees " 0.000 of "
	keys End
	sees PAUSED
	# A machine with much to do has not looked for the end before: then it is known only here.
	sees_line ' \([0-9.]*\) of \1 s,.* PAUSED'
	keys Home + + Space
	sees "speed 4"
	begin=$SECONDS
	sees " 12."
	[ $((SECONDS - begin)) -le 6 ]
	keys - - -
	sees "speed 0.5"
	keys q
	restored 0
}

@test "--speed, --view, --sort, -n: as asked" {
	show 80x24 -d 0.2 --speed 0.01 --view processes --sort=-pid -n 3 "tests/traces/several.pcapng.gz"
	sees "rev PID" "speed 0.01"
	restored 0
}

@test "Ctrl-Z stops it and gives the terminal back, fg goes on" {
	cat >"$BATS_TEST_TMPDIR/rc" <<-END
		PS1='shell> '
		set -m
	END
	tm -f /dev/null new-session -d -x 80 -y 24 "bash --noprofile --rcfile $BATS_TEST_TMPDIR/rc -i"
	sees "shell>"
	keys "cd $TOP && $HOST/ismtop -d 0.2 tests/traces/apart.pcapng.gz" Enter
	sees "FUNCTION"
	keys C-z
	sees "Stopped"
	same "alternate screen" "$(tm display-message -p '#{alternate_on}')" 0
	keys "echo it e''choes" Enter
	sees "it echoes"
	keys "fg" Enter
	sees FUNCTION
	same "alternate screen" "$(tm display-message -p '#{alternate_on}')" 1
	keys q
	sees_not FUNCTION
	sees "shell>"
}

# --- Every way out.

@test "the terminal is as it was: q, Ctrl-C, SIGTERM, SIGHUP, a crash" {
	local way status
	for way in q C-c TERM HUP SEGV; do
		show 80x24 -d 0.2 "tests/traces/apart.pcapng.gz"
		sees FUNCTION
		same "alternate screen" "$(tm display-message -p '#{alternate_on}')" 1
		status=0
		case $way in
		q | C-c)
			keys "$way"
			;;
		*)
			# The shell's child.
			kill "-$way" "$(pgrep -P "$(tm display-message -p '#{pane_pid}')" -x ismtop)"
			[ $way != SEGV ] || status=139
			;;
		esac
		restored $status || fail "after $way"
		tm kill-server
	done
}

@test "the terminal is as it was when the capture goes wrong under it" {
	local file=$BATS_TEST_TMPDIR/gone.pcapng.gz
	cp "$TRACES/apart.pcapng.gz" "$file"
	show 80x24 -d 0.2 "$file"
	sees FUNCTION
	keys End
	sees END
	printf 'nonsense' >"$file"
	keys Home
	sees "is not a capture"
	keys q
	restored 4
}

@test "an unknown terminal, or none: one line, and what to do" {
	run -2 --separate-stderr ismtop "$TRACES/apart.pcapng.gz"
	same stdout "$output" ""
	[[ $stderr == "ismtop: standard output is no terminal"*"-b"* ]]
	ENV=TERM=nonsense show 80x24 "tests/traces/apart.pcapng.gz"
	restored 5
	[[ $(<"$BATS_TEST_TMPDIR/stderr") == "ismtop: this terminal is not known: TERM is 'nonsense'"* ]]
}

# --- What the terminal can do.

@test "colours, unless NO_COLOR or -M; bars, unless the locale is not UTF-8" {
	show 80x24 -d 100 "tests/traces/tour-ism-kprobe.pcapng.gz"
	sees REPLAY
	keys End
	sees END "█"
	tm capture-pane -pe | grep -qE $'\e\\[3[1-6]m|\e\\[[0-9;]*3[1-6]m'
	tm kill-server

	ENV=NO_COLOR=1 show 80x24 -d 100 "tests/traces/tour-ism-kprobe.pcapng.gz"
	sees REPLAY
	keys End
	sees END
	same colours "$(tm capture-pane -pe | grep -cE $'\e\\[[0-9;]*3[1-6]m')" 0
	tm kill-server

	show 80x24 -M -d 100 "tests/traces/tour-ism-kprobe.pcapng.gz"
	sees REPLAY
	keys End
	sees END
	same colours "$(tm capture-pane -pe | grep -cE $'\e\\[[0-9;]*3[1-6]m')" 0
	tm kill-server

	ENV=LC_ALL=C show 80x24 -d 100 "tests/traces/tour-ism-kprobe.pcapng.gz"
	sees REPLAY
	keys End
	sees END "one PCISTB ###"
	keys Enter
	sees "##" "accesses/s |@|"
	same "other characters" "$(screen | LC_ALL=C grep -c '[^ -~]')" 0
}

@test "escapes in the name of a process reach no terminal" {
	local output
	show 80x24 -d 100 "tests/traces/hostile.pcapng.gz"
	sees REPLAY
	keys End 2
	sees END '=\x1b[1m<b>",@x'
	keys Enter
	sees 'processes: =\x1b[1m<b>",@x['
	output=$(ismtop -b --view processes -d 100 "$TRACES/hostile.pcapng.gz")
	[[ $output != *$'\e'* && $output == *'=\x1b[1m<b>",@x'* ]]
	output=$(ismtop --json -d 100 "$TRACES/hostile.pcapng.gz")
	[[ $output != *$'\e'* && $(jq -r '.processes[0].comm' <<<"$output") == $'=\e[1m<b>",@x' ]]
}

# --- Batch and JSON.

@test "batch: intervals of capture time, the same each time, accesses where they end" {
	local name interval
	for name in several tour-ism-kprobe apart; do
		for interval in 0.1 0.25; do
			ismtop --json -d $interval "$TRACES/$name.pcapng.gz" >"$BATS_TEST_TMPDIR/one"
			ismtop --json -d $interval "$TRACES/$name.pcapng.gz" | cmp - "$BATS_TEST_TMPDIR/one"
			jq -sc --argjson d "$interval" --slurpfile all "$(dump $name)" '
				($all[-1].begin) as $b | ($all[-1].end) as $e | ($d * 1e9) as $d |
				[range(0; (($e - $b) / $d | ceil))] | map(
					($b + . * $d) as $from | ([$from + $d, $e] | min) as $to |
					[$all[] | select(.type == "access") | (.ts + .latency_ns) as $t |
						select(($t > $from or ($from == $b and $t >= $b)) and ($t <= $to or $to == $e))] |
					[length, (map([.ret, 0] | max) | add // 0)])' <<<'' >"$BATS_TEST_TMPDIR/wanted"
			same "$name, every $interval s" \
				"$(jq -sc 'map([.interval.accesses, .interval.bytes])' "$BATS_TEST_TMPDIR/one")" \
				"$(cat "$BATS_TEST_TMPDIR/wanted")"
			every "$BATS_TEST_TMPDIR/one" true '.type == "interval" and .source == "capture"' \
				true '(.rates.accesses * .seconds - .interval.accesses | fabs) < 1e-6' \
				true '.end - .begin - .seconds * 1e9 | fabs < 1000'
		done
	done
}

@test "batch: efficiency, findings, latencies out of the capture" {
	local name
	for name in tour-ism-kprobe tour-vfio-kprobe; do
		ismtop --json -d 100 "$TRACES/$name.pcapng.gz" >"$BATS_TEST_TMPDIR/json"
		same "$name: findings" "$(jq -c '[.findings[] | select(.findings > 0) | [.rule, .findings]] | sort' "$BATS_TEST_TMPDIR/json")" \
			"$(jq -sc '[.[] | select(.type == "access") | .rules[]] | group_by(.) | map([.[0], length])' "$(dump $name)")"
		same "$name: one PCISTB" "$(jq '.interval.one_block_percent * 1e6 | round' "$BATS_TEST_TMPDIR/json")" \
			"$(jq -s '[.[] | select(.op == "write" and (.region | startswith("bar")))] |
				(map(select(.insn | .pcistb == 1 and .pcilg + .pcistg + .mio + .failed == 0)) | length) / length * 1e8 | round' "$(dump $name)")"
		same "$name: bytes a store" "$(jq '.interval.bytes_per_store * 1e6 | round' "$BATS_TEST_TMPDIR/json")" \
			"$(jq -s '[.[] | select(.op == "write" and (.region | startswith("bar")))] |
				(map(.insn.bytes) | add) / (map(.insn | .pcistg + .pcistb) | add) * 1e6 | round' "$(dump $name)")"
		same "$name: slowest" "$(ismtop --json -d 100 "$TRACES/$name.pcapng.gz" | jq '.functions[0].errors')" \
			"$(jq -s 'map(select(.ret != null and .ret < 0)) | length' "$(dump $name)")"
	done
}

@test "batch text: no escapes, the rows of the view, totals that are their sum" {
	ismtop -b -d 100 --view processes --sort pid "$TRACES/several.pcapng.gz" >"$BATS_TEST_TMPDIR/text"
	same "escapes, tabs, blanks at ends" "$(grep -c $'[\e\t]\| $' "$BATS_TEST_TMPDIR/text")" 0
	same rows "$(grep -cE '^[0-9]+ +ismload ' "$BATS_TEST_TMPDIR/text")" "$(of_dump several 'map(.pid // empty) | unique | length')"
	awk '/^PID/ { for (i = 1; i <= NF; i++) if ($i == "TOTAL") at = i }
		/^[0-9]+ +ismload/ { sum += $at } /^total/ { total = $(at - 1) } END { exit !(sum == total && sum > 0) }' "$BATS_TEST_TMPDIR/text"
	same intervals "$(ismtop -b -d 0.1 -n 2 "$TRACES/several.pcapng.gz" | grep -c ^ismtop)" 2
	run -0 ismtop -b -d 0.1 "$TRACES/several.pcapng.gz"
	same intervals "$(grep -c ^ismtop <<<"$output")" 6
	# In any order that there is a column for.
	run -0 ismtop -b -d 100 --view regions --sort op "$TRACES/several.pcapng.gz"
	same "first" "$(grep -A1 ^REGION <<<"$output" | tail -n 1 | awk '{print $2}')" read
}

@test "filters: as in ismtrace, and what is left out is counted" {
	local all
	all=$(of_dump several 'sum(1)')
	same writes "$(ismtop --json -d 100 -w write "$TRACES/several.pcapng.gz" | jq -c '[.totals.accesses, .totals.filtered]')" \
		"$(of_dump several 'map(select(.op == "write")) | [length, '"$all"' - length] | tostring')"
	same "one function" "$(ismtop --json -d 100 --function uid:18 "$TRACES/several.pcapng.gz" | jq -c '[.functions[].function]')" '["0012:00:00.0"]'
	same rule "$(ismtop --json -d 100 --rule ISM005 "$TRACES/several.pcapng.gz" | jq '.totals.accesses')" \
		"$(of_dump several 'map(select(.rules // [] | index("ISM005"))) | length')"
	for all in -b --json ''; do
		run -2 --separate-stderr ismtop $all --function 0099:00:00.0 "$TRACES/several.pcapng.gz"
		[[ $stderr == "ismtop: no such function in the capture: 0099:00:00.0" ]]
	done
}

@test "lost and filtered are those of the capture" {
	local summary
	summary=$("$HOST/ismtrace" dump --json "$TRACES/lossy.pcapng.gz" | tail -n 1 | jq '.lost | if type == "object" then (.ring + .slot + .return + .probe + .writer) else . end')
	[ "$summary" -gt 0 ]
	same lost "$(ismtop --json -d 100 "$TRACES/lossy.pcapng.gz" | jq .totals.lost)" "$summary"
	same "as a finding" "$(ismtop --json -d 100 "$TRACES/lossy.pcapng.gz" | jq '.findings[] | select(.rule == "ISM012") | .findings')" "$summary"
	same filtered "$(ismtop --json -d 100 "$TRACES/filtered.pcapng.gz" | jq .totals.filtered)" \
		"$("$HOST/ismtrace" dump --json "$TRACES/filtered.pcapng.gz" | tail -n 1 | jq .filtered)"
}

@test "several captures, one from a pipe" {
	same sum "$(ismtop --json -d 3600 "$TRACES/several.pcapng.gz" "$TRACES/plain.pcapng" | jq -s 'map(.interval.accesses) | add')" \
		"$(($(of_dump several 'sum(1)') + $("$HOST/ismtrace" dump --json "$TRACES/plain.pcapng" | grep -c '"type":"access"')))"
	same piped "$(ismtop --json -d 100 - <"$TRACES/several.pcapng.gz" | jq .totals.accesses)" "$(of_dump several 'sum(1)')"
}

# --- What goes wrong.

@test "no such file, no capture, a cut-off one" {
	local way
	for way in -b --json ''; do
		run -4 --separate-stderr ismtop $way /nowhere/x.pcapng
		[[ $stderr == "ismtop: "*"/nowhere/x.pcapng"*"No such file"* ]]
		run -4 --separate-stderr ismtop $way "$TOP/README.md"
		[[ $stderr == "ismtop: "*"README.md"* && ${#stderr_lines[@]} -eq 1 ]]
	done
	run -0 --separate-stderr ismtop --json -d 100 "$TRACES/cut-plain.pcapng"
	[[ $stderr == "ismtop: warning: "*"cut-plain.pcapng"* ]]
	same "what could be read" "$(jq .totals.accesses <<<"$output")" \
		"$("$HOST/ismtrace" dump --json "$TRACES/cut-plain.pcapng" 2>/dev/null | grep -c '"type":"access"')"
	run -4 ismtop --json -d 100 --strict "$TRACES/cut-plain.pcapng"
	show 80x24 -d 100 --strict "tests/traces/cut-plain.pcapng"
	sees REPLAY
	keys End
	sees END
	keys q
	restored 4
}

@test "bad options: 2; live on this machine: 3; a full disk: 5" {
	local words
	while read -r words; do
		# shellcheck disable=SC2086 # They are words.
		run -2 --separate-stderr ismtop $words
		same "stdout of $words" "$output" ""
		[[ $stderr == "ismtop: "*"--help"* ]] || fail "$words: $stderr"
	done <<-END
		-d 0
		-d 0.01
		-d 4000
		-d soon
		-n 0
		--view nonsense
		--sort nonsense
		--sort accesses_per_s --view findings
		--speed 2
		--speed 0 $TRACES/apart.pcapng.gz
		--speed 2 -b $TRACES/apart.pcapng.gz
		--nonsense
		-r bar9
		-
	END
	run -3 --separate-stderr ismtop -b
	[[ $stderr == "ismtop: tracing works on s390x only"* ]]
	run -3 --separate-stderr ismtop
	run -5 bash -c '"$1" -b "$2" >/dev/full' bash "$HOST/ismtop" "$TRACES/apart.pcapng.gz"
	[[ $output == "ismtop: cannot write the output: No space left on device" ]]
	run -0 bash -c '"$1" -b -d 0.1 "$2" | head -n 1; exit ${PIPESTATUS[0]}' bash "$HOST/ismtop" "$TRACES/apart.pcapng.gz"
}

@test "--help, --version, man page and completion agree" {
	local options option version
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$TOP/driver/dkms.conf")
	run -0 ismtop --version
	same version "$output" "ismtop $version"
	says "$TOP/build/man/ismtop.8" "\"ismtop $version\""
	options=$(ismtop --help | grep -oE -- '^ +(-., )? *--[a-z-]+(=[^ ]*, --[a-z-]+)?' | grep -oE -- '--[a-z-]+' |
		grep -vxE -- '--(help|usage|version)' | sort -u)
	[ "$(wc -l <<<"$options")" -ge 18 ]
	same "options of the man page" "$(sed 's/\\-/-/g' "$TOP/build/man/ismtop.8" | grep -oE -- '(^|[^a-z-])--[a-z][a-z-]*' |
		grep -oE -- '--[a-z-]+' | grep -vxE -- '--(help|usage|version)' | sort -u)" "$options"
	ismtop --completion bash >"$BATS_TEST_TMPDIR/bash"
	bash -n "$BATS_TEST_TMPDIR/bash"
	ismtop --completion zsh >"$BATS_TEST_TMPDIR/zsh"
	for option in $options; do
		says "$BATS_TEST_TMPDIR/bash" " $option"
		says "$BATS_TEST_TMPDIR/zsh" "*$option"
	done
	complete_line()
	{
		bash -c '. "$1"; COMP_LINE=$2 COMP_POINT=${#2}; _ismtop 2>/dev/null; echo "${COMPREPLY[*]}"' \
			bash "$BATS_TEST_TMPDIR/bash" "$1"
	}
	same views "$(complete_line "ismtop --view=")" "functions processes regions sizes findings"
	same options "$(complete_line "ismtop --sp")" "--speed="
	cd "$TOP/tests/unit" || return
	same files "$(complete_line "ismtop sam")" "sample.h"
	run -2 ismtop --completion fish
}

@test "the man page names every column, view and key of JSON" {
	local name
	ismtop --json -d 100 "$TRACES/several.pcapng.gz" >"$BATS_TEST_TMPDIR/json"
	for name in $(jq -r 'paths | map(strings) | last // empty' "$BATS_TEST_TMPDIR/json" | sort -u); do
		sed 's/\\-/-/g' "$TOP/build/man/ismtop.8" | grep -qE "(^|[^a-z_])$name([^a-z_]|$)" || fail "not in ismtop.8: $name"
	done
}

@test "the picture in README.md is the real screen" {
	run -0 "$TOP/scripts/ismtop-picture" --check
}
