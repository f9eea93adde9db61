#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Captures in which there is very much of something: memory stays within docs/internals.md, and
# what there was no room for is counted, to the last access.  How often anything is looked at, for
# which no clock is asked, is in the unit tests (counts, summary, bounded).

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

HOST=$TOP/build/host/bin

setup_file()
{
	make_here host build/host/bin/make-crowd build/host/bin/measure
	cd "$BATS_FILE_TMPDIR" || return
	"$HOST/make-crowd" pids.gz pids 200000 && "$HOST/make-crowd" rows.gz rows 100000 &&
		"$HOST/make-crowd" places.gz places 3584 && "$HOST/make-crowd" mix.gz mix 100000
}

# The bound that internals.md gives for a command, MiB.
bound()
{
	sed -n "s/^| \`$1\` .*| \([0-9]*\) MiB.*/\1/p" "$TOP/docs/internals.md"
}

# within BOUND CMD [ARG...] -- its output goes to $out; what it takes at most is within the bound, MiB.
within()
{
	local limit=$1 peak
	out=$BATS_TEST_TMPDIR/out
	shift
	[[ $limit =~ ^[1-9][0-9]*$ ]] || fail "no bound of $2" || return
	# Memory is asked for within bounds as well, or it fails: what is mapped is less than twice that.
	peak=$(ulimit -v $((limit * 1024 + 262144)) && "$HOST/measure" "$out" "$@" | awk '{ print $3 }') ||
		fail "$* failed" || return
	echo "$* takes $peak KiB, within $limit MiB"
	[ "$peak" -le $((limit * 1024)) ] || fail "$* takes $peak KiB, more than $limit MiB"
}

@test "200,000 processes in ismtop: bounded, sums exact in each interval, those that are busy kept" {
	cd "$BATS_FILE_TMPDIR"
	within "$(bound ismtop)" "$HOST/ismtop" --json -d 20 pids.gz
	every "$out" true '([.processes[].accesses] | add) == .totals.accesses' \
		true '([.processes[].bytes] | add) == .totals.bytes' \
		true '(([.processes[].accesses_per_s] | add) * .seconds - .interval.accesses | fabs) < 1e-3' \
		true '[.processes[].accesses_per_s] | min >= 0' \
		true '.processes | length <= 2049' \
		true '[.processes[:-1][] | has("others")] | any | not'
	same "all of it" "$(jq -s 'map(.interval.accesses) | add' "$out")" 220000
	is "$out" '.[-1] | [.totals.accesses, .totals.bytes, .nr_processes]' '[220000,2880000,200001]'
	is "$out" '.[-1].processes[] | select(.pid == 7) | [.comm, .accesses]' '["busy",20000]'
	is "$out" '.[-1].processes[-1] | [.pid, .comm, .others == .accesses, .others > 190000]' '[null,null,true,true]'
	# The same each time, and in one interval what it is in many.
	"$HOST/ismtop" --json -d 20 pids.gz | cmp - "$out"
	is <("$HOST/ismtop" --json -d 3600 pids.gz) \
		'.[0] | [.totals.accesses, ([.processes[].accesses] | add), .interval.accesses, .nr_processes]' \
		'[220000,220000,220000,200001]'
}

@test "in text the others are the last line, and are found by no name or number" {
	cd "$BATS_FILE_TMPDIR"
	"$HOST/ismtop" -b -d 3600 --view processes --sort=-accesses pids.gz >"$BATS_TEST_TMPDIR/text"
	[[ $(tail -n 3 "$BATS_TEST_TMPDIR/text" | head -n 1) =~ ^-\ +\([0-9]+\ others\)\ +[0-9] ]] ||
		fail "$(tail -n 4 "$BATS_TEST_TMPDIR/text")"
	awk '/^PID/ { for (i = 1; i <= NF; i++) if ($i == "TOTAL") at = i }
		/^[0-9]+ +[a-z]/ { sum += $at } /^-/ { v = $(at + 1) } /^total/ { total = $(at - 1) }
		END { print sum, v, total; exit !(sum > 0 && v ~ /K$/ && total == "220K") }' "$BATS_TEST_TMPDIR/text"
}

@test "200,000 processes in report and check" {
	cd "$BATS_FILE_TMPDIR"
	within "$(bound report)" "$HOST/ismtrace" report --json --top 0 pids.gz
	is "$out" '.[0] | .tables.process | [.total.accesses, ([.rows[].accesses, .others.accesses] | add), .rows[0].pid, .rows[0].accesses]' \
		'[220000,220000,7,20000]'
	within "$(bound check)" "$HOST/ismtrace" check --json pids.gz
	is "$out" '.[-1] | [.recorded, ([.rows[].accesses] | add)]' '[220000,220000]'
}

@test "100,000 rows in report: as JSON, text and a page" {
	cd "$BATS_FILE_TMPDIR"
	within "$(bound report)" "$HOST/ismtrace" report --json rows.gz
	every "$out" true '.recorded == 100000 and ([.rows[].accesses] | add) == 100000' \
		true '([.rows[].errors] | add) == 991 and (.rows | length) <= 4096' \
		true '([.rows[] | select(.folded == 0)] | length) + ([.rows[].folded] | add) == 100000' \
		true '[.rows[] | select(.folded > 0)] | length == 28 and map(.function == null and .driver == null) == [range(28) | true]' \
		true '[.rows[-28:][].folded > 0] | all' \
		true '(.functions | length) == 512'
	# What is told of regions and directions is as if there were room.
	is "$out" '.[0].rows | group_by([.region, .op]) | map(map(.accesses) | add) | [length, .[0], add]' '[28,3584,100000]'
	within "$(bound report)" "$HOST/ismtrace" report rows.gz
	says "$out" '100000 accesses recorded' '(others)' '(too many to keep: '
	within "$(bound report)" "$HOST/ismtrace" report --html - rows.gz
	says "$out" 'Too many to keep: ' '</html>'
}

@test "100,000 rows in check and dump: every finding is told of, and the summary is bounded" {
	cd "$BATS_FILE_TMPDIR"
	run -1 --separate-stderr "$HOST/ismtrace" check --json rows.gz
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/check"
	is "$BATS_TEST_TMPDIR/check" '[(map(select(.type == "finding")) | length), (.[-1].findings | map(.count) | add),
		(.[-1].rows | map(.accesses) | add)]' \
		"$(jq -c '[(.findings | map(.count) | add) as $n | $n, $n, .recorded]' <("$HOST/ismtrace" report --json rows.gz))"
	within "$(bound dump)" "$HOST/ismtrace" dump --json rows.gz
	same lines "$(grep -c '"type":"access"' "$out")" 100000
	is <(tail -n 1 "$out") '.[0].rows | map(.accesses) | add' 100000
}

@test "more functions and drivers than there is room for in ismtop" {
	cd "$BATS_FILE_TMPDIR"
	within "$(bound ismtop)" "$HOST/ismtop" --json -d 1 rows.gz
	every "$out" true '([.functions[].accesses] | add) == .totals.accesses and ([.processes[].accesses] | add) == .totals.accesses' \
		true '([.regions[].accesses] | add) == .totals.accesses and ([.functions[].errors] | add) == .totals.errors' \
		true '[.functions[].accesses_per_s, .regions[].accesses_per_s] | min >= 0'
	is "$out" '.[-1] | [.totals.accesses, .totals.errors, (.functions | length <= 513), .functions[-1].function, (.functions[-1].others > 3000)]' \
		'[100000,991,true,null,true]'
	within "$(bound ismtop)" "$HOST/ismtop" --json -d 3600 places.gz
	is "$out" '.[-1] | [.totals.accesses, ([.functions[].accesses] | add), ([.functions[-1].others] + [.functions[:-1] | length] | add), (.processes | length)]' \
		'[3584,3584,3584,1]'
}

@test "processes, functions and drivers at once, in many intervals" {
	cd "$BATS_FILE_TMPDIR"
	within "$(bound ismtop)" "$HOST/ismtop" --json -d 5 mix.gz
	every "$out" true '[([.functions, .processes, .regions][] | map(.accesses) | add)] | unique | length == 1' \
		true '(([.processes[].accesses_per_s] | add) * .seconds - .interval.accesses | fabs) < 1e-3' \
		true '(([.functions[].accesses_per_s] | add) * .seconds - .interval.accesses | fabs) < 1e-3' \
		true '[.processes[].accesses_per_s, .functions[].bytes_per_s] | min >= 0'
	is "$out" '.[-1] | [.totals.accesses, .nr_processes]' '[100000,5000]'
	# What reports have is a process's, or missing in it by what it says.
	"$HOST/ismtrace" report --json --top 0 mix.gz >"$BATS_TEST_TMPDIR/report"
	same "what processes are short of is with the others" "$(jq -n --slurpfile top <(tail -n 1 "$out") --slurpfile report "$BATS_TEST_TMPDIR/report" '
		($report[0].tables.process.rows | map({ "\(.pid)": .accesses }) | add) as $all |
		[$top[0].processes[:-1][] | $all["\(.pid)"] - .accesses] | min >= 0')" true
}

@test "the screen shows the others, at the end" {
	command -v tmux >/dev/null
	export TMUX_TMPDIR=$BATS_TEST_TMPDIR
	unset TMUX NO_COLOR
	export LC_ALL=C.UTF-8
	tmux -L bounds -f /dev/null new-session -d -x 100 -y 30 "$HOST/ismtop --view processes -d 1 $BATS_FILE_TMPDIR/pids.gz"
	local i text
	for ((i = 0; i < 100; i++)); do
		sleep 0.1
		text=$(tmux -L bounds capture-pane -p)
		[[ $text == *REPLAY* ]] && break
	done
	tmux -L bounds send-keys End
	for ((i = 0; i < 200; i++)); do
		sleep 0.1
		text=$(tmux -L bounds capture-pane -p)
		[[ $text == *" END "* ]] && break
	done
	# As many pages as it takes to be at the last row, and into it.
	for ((i = 0; i < 100; i++)); do
		tmux -L bounds send-keys NPage NPage
	done
	tmux -L bounds send-keys Enter
	for ((i = 0; i < 100; i++)); do
		sleep 0.1
		text=$(tmux -L bounds capture-pane -p)
		[[ $text == *"processes: ("*" others)"* ]] && break
	done
	tmux -L bounds kill-server
	[[ $text == *"processes: ("*" others)"*"accesses "* ]] || fail "$text"
}
