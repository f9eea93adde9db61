#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What shells and scripts take for granted: signals that are ignored, output that goes
# where it is sent, names of processes, terminals as they are.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

HOST=$TOP/build/host/bin

setup_file()
{
	build_all
	make_here host
	lab shell --functions 4 -- shell.sh
	export TMUX_TMPDIR=$BATS_FILE_TMPDIR
	unset TMUX NO_COLOR COLUMNS LINES
	export LC_ALL=C.UTF-8
}

setup()
{
	BOOT=shell
}

teardown()
{
	tmux -L "shell-$BATS_TEST_NUMBER" kill-server 2>/dev/null || :
}

# soon COMMAND... -- it holds, now or after a while.
soon()
{
	local i
	for ((i = 0; i < 600; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	fail "not so: $*" "$(tmux -L "shell-$BATS_TEST_NUMBER" capture-pane -p 2>&1)"
}

# --- Signals.

@test "nohup and background jobs: SIGHUP, SIGINT and SIGQUIT end nothing, SIGTERM does" {
	local name
	for name in live record stat ismtop; do
		[ ! -e "$(at $name.hung)" ] || fail "$name had to be killed"
		same "exit status of $name" "$(cat "$(at $name.exit)")" 0
	done
	same "exit status of check" "$(cat "$(at check.exit)")" 1
	same "exit status of ismload" "$(cat "$(at load.exit)")" 0
	# The accesses of both clients are later than the signals.
	grep '^{' "$(at check.err)" | jq -c 'select(.type == "op")' >"$(at job.ops)"
	local all own load
	own=$(wc -l <"$(at job.ops)")
	load=$(sed -n 's/^.*: \([0-9]*\) accesses in .* 0 unexpected$/\1/p' "$(at load.out)")
	[ "$own" -gt 10 ] && [ "$load" -gt 50 ]
	is "$(at check.out)" '.[-1] | .recorded, .lost.total' "$own"$'\n0'
	for name in live record; do
		same "accesses of the client in $name" "$(jq -sc --slurpfile ops "$(at job.ops)" \
			'[.[] | select(.type == "access" and .pid == $ops[0].pid)] | length' "$(at $name.out)")" "$own"
		is "$(at $name.out)" '[.[] | select(.type == "access")] | length == ('"$own + $load"')' true
	done
	is "$(at stat.out)" '.[-1].recorded' $((own + load))
	is "$(at ismtop.out)" '.[-1].totals.accesses' $((own + load))
}

@test "CMD gets signals as it would without ismtrace" {
	same "lines" "$(wc -l <"$(at signals.wanted)")" 8
	same "of live's CMD" "$(cat "$(at signals.live)")" "$(cat "$(at signals.wanted)")"
	grep -q '^SigBlk:.*[1-9]' "$(at signals.wanted)"
	local name
	for name in stat check record; do
		# SIGPIPE, SIGCHLD, SIGXFSZ; SIGQUIT may be ignored by whoever started the script.
		same "ignored by the CMD of $name" \
			"$((0x$(sed -n 's/^SigIgn:[[:space:]]*//p' "$(at signals.$name)") & 0x1011000))" $((0x1011000))
	done
}

@test "a CMD that is stopped when the trace ends gets SIGTERM, and goes on to end" {
	status_of stopped-live 0
	status_of stopped-stat 0
	# It has a handler.
	status_of stopped-count 7
}

@test "nohup lab/run: SIGHUP ends nothing" {
	nohup "$TOP/lab/run" --driver none -- sh -c 'echo up; sleep 2; echo end' \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null 3>&- &
	local pid=$!
	soon grep -qs up "$BATS_TEST_TMPDIR/out"
	kill -HUP "$pid"
	wait "$pid"
	same "its output" "$(xargs <"$BATS_TEST_TMPDIR/out")" "up end"
}

# --- Output.

# Only what ismtrace writes, and it is whole: no line is the client's.
ours()
{
	is "$(at "$1")" '[.[].type] | unique' "$2"
	is "$(at "$1")" '.[-1] | .recorded, .lost.total' $'6\n0'
}

@test "what CMD prints is not in a pipe behind --json: it goes to standard error" {
	local name
	for name in live stat check stdout; do
		status_of mixed-$name 0
		# All of it, from its first line to its last.
		grep '^{' "$(at mixed-$name.err)" >"$(at mixed-$name.client)"
		is "$(at mixed-$name.client)" '[.[0].type, .[-1].type]' '["start","total"]'
	done
	ours mixed-live.out '["access","summary"]'
	ours mixed-stdout.out '["access","summary"]'
	ours mixed-stat.out '["summary"]'
	ours mixed-check.out '["summary"]'
}

@test "-o FILE has the output, standard output what CMD prints; for the owner alone" {
	local name
	for name in live stat check list doctor; do
		status_of file-$name 0
		same "mode of $name" "$(cat "$(at file-$name.mode)")" 600
		same "stderr of $name" "$(cat "$(at file-$name.err)")" ""
	done
	for name in live stat check; do
		is "$(at file-$name.out)" '[.[0].type, .[-1].type]' '["start","total"]'
	done
	# What was there before is gone.
	ours file-live.file '["access","summary"]'
	ours file-stat.file '["summary"]'
	same "of check -q" "$(cat "$(at file-check.file)")" "0 findings (0 error, 0 warning, 0 info) in 6 accesses"
	same "of list" "$(cat "$(at file-list.file)")" "$(cat "$(at plain-list.out)")"
	[ "$(grep -c '^ok ' "$(at file-doctor.file)")" -ge 7 ]
	same "stdout of list and doctor" "$(cat "$(at file-list.out)" "$(at file-doctor.out)")" ""
}

@test "-o: a link is not followed, and a full disk is told" {
	status_of link 5
	says "$(at link.err)" "ismtrace: cannot write /tmp/link: it is a symbolic link, which is not followed"
	same "behind the link" "$(cat "$(at link.target)")" kept
	says "$(at link.ran)" "No such file"
	local name
	for name in live check list; do
		status_of full-$name 5
		says "$(at full-$name.err)" "ismtrace: cannot write /dev/full: No space left on device"
	done
	# CMD has nothing to do with it.
	says "$(at full-live.ran)" /tmp/full-ran
}

@test "closed descriptors stay closed, for CMD too, and no file takes their place" {
	same status "$(cat "$(at closed.status)")" 0
	ours closed.file '["access","summary"]'
	# ls itself: its output, and the directory.
	same "descriptors of CMD" "$(xargs <"$(at closed.fds)")" "0 1"
}

@test "check -o does not empty one of its captures" {
	cp "$TOP/tests/traces/apart.pcapng.gz" "$BATS_TEST_TMPDIR/c.gz"
	run -2 "$HOST/ismtrace" check -o "$BATS_TEST_TMPDIR/c.gz" "$BATS_TEST_TMPDIR/c.gz"
	[[ $output == "ismtrace: cannot write "*"c.gz: it is one of the captures" ]]
	cmp "$TOP/tests/traces/apart.pcapng.gz" "$BATS_TEST_TMPDIR/c.gz"
	run "$HOST/ismtrace" check "$BATS_TEST_TMPDIR/c.gz"
	local said=$output rc=$status
	run "$HOST/ismtrace" check -o "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/c.gz"
	same status "$status" "$rc"
	same "file and what is said" "$(cat "$BATS_TEST_TMPDIR/out"; echo "$output")" "$said"
}

@test "--help, --version and completion into a full disk do not exit 0" {
	local program words
	while read -r program words; do
		# shellcheck disable=SC2086 # They are words.
		run ! bash -c '"$@" >/dev/full' bash qemu-s390x-static "$BIN/$program" $words
		[[ $output == "$program: cannot write the output: "* ]] || fail "$program $words: $output"
		# Without a reader, as with any pipeline, nothing is said.
		# shellcheck disable=SC2086
		run bash -c '"$@" | true' bash qemu-s390x-static "$BIN/$program" $words
		same "what $program $words says" "$output" ""
	done <<-'END'
		ismtrace --version
		ismtrace --help
		ismtrace help
		ismtrace live --help
		ismtrace live --usage
		ismtrace record --help
		ismtrace check --help
		ismtrace doctor
		ismtrace completion bash
		ismtrace completion zsh
		ismtop --version
		ismtop --help
		ismtop --completion bash
		ismload --version
		ismload --help
		ismload --list
		ismcheck --help
		ismcheck --list
	END
	run -5 bash -c '"$1" --version >&-' bash "$HOST/ismtrace"
	[[ $output == "ismtrace: cannot write the output: Bad file descriptor" ]]
}

# --- Processes.

@test "-p: several, as a list or one by one, in every command" {
	local wanted
	read -ra pids <"$(at pids)"
	wanted=$(cat "$(at p1.ops)" "$(at p2.ops)" "$(at p4.ops)" | grep '"type":"op"' | grep -c '"region":"bar2"')
	[ "$wanted" -eq $((4 * (1 + 2 + 4))) ]
	is "$(at pids_live.out)" '[.[] | select(.type == "access").pid] | unique' \
		"$(printf '%s\n' "${pids[0]}" "${pids[1]}" "${pids[3]}" | jq -sc sort)"
	is "$(at pids_live.out)" '.[-1].recorded' "$wanted"
	is "$(at pids_stat.out)" '.[-1].recorded' "$wanted"
	is "$(at pids_ismtop.out)" '.[-1].totals.accesses' "$wanted"
	status_of many-pids 0
	run -2 qemu-s390x-static "$BIN/ismtrace" live -p "$(seq -s, 1025)"
	[[ $output == *"too many values (at most 1024)"* ]]
}

@test "-p: a process that does not exist is an error, and nothing is made or run" {
	local name
	for name in live stat record ismtop; do
		status_of gone-$name 3
		[[ $(<"$(at gone-$name.err)") == "ism"*": no such process: 4194304"$'\n'"  hint: "* ]]
		same "stdout of $name" "$(cat "$(at gone-$name.out)")" ""
	done
	says "$(at gone.files)" "No such file"
	# Captures may be of processes that are long gone.
	run -0 "$HOST/ismtrace" dump -q -p 4194304 "$TOP/tests/traces/apart.pcapng.gz"
}

# --- Terminals.

# show COLSxROWS ENV... -- ismtop over a capture on a terminal, with this environment.
show()
{
	local size=$1
	shift
	rm -f "$BATS_TEST_TMPDIR"/{status,stderr}
	cat >"$BATS_TEST_TMPDIR/start" <<-END
		cd "$TOP" || exit
		env $(printf '%q ' "$@") "$HOST/ismtop" tests/traces/apart.pcapng.gz 2>"$BATS_TEST_TMPDIR/stderr"
		echo \$? >"$BATS_TEST_TMPDIR/status"
		exec sleep 1000
	END
	tmux -L "shell-$BATS_TEST_NUMBER" -f /dev/null new-session -d -x "${size%x*}" -y "${size#*x}" \
		"bash --norc $BATS_TEST_TMPDIR/start"
}

on_screen()
{
	tmux -L "shell-$BATS_TEST_NUMBER" capture-pane -p | grep -qF -- "$1"
}

# The last line is the one with the keys: so many rows are used.
rows_used()
{
	[ "$(tmux -L "shell-$BATS_TEST_NUMBER" capture-pane -p | grep -n 'q quit' | cut -d: -f1)" = "$1" ]
}

@test "ismtop: a terminal that cannot show a screen, one that is not known, none: said" {
	local name status said
	while read -r status name said; do
		# shellcheck disable=SC2086 # A word or two.
		show 80x24 ${name//,/ }
		soon test -s "$BATS_TEST_TMPDIR/status"
		same "exit status with $name" "$(cat "$BATS_TEST_TMPDIR/status")" "$status"
		same "lines with $name" "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" 2
		says "$BATS_TEST_TMPDIR/stderr" "ismtop: $said" '  hint: -b writes lines, --json objects'
		same "on the screen with $name" "$(tmux -L "shell-$BATS_TEST_NUMBER" capture-pane -p | grep -c .)" 0
		tmux -L "shell-$BATS_TEST_NUMBER" kill-server
	done <<-'END'
		5 TERM=dumb this terminal cannot show a screen: TERM is 'dumb'
		5 TERM=nonsense this terminal is not known: TERM is 'nonsense'
		5 TERM= this terminal is not known: TERM is ''
		5 -u,TERM this terminal is not known: TERM is not set
	END
}

@test "ismtop: COLUMNS and LINES of another terminal do not matter, before and after a resize" {
	show 80x24 COLUMNS=40 LINES=10
	soon on_screen "apart.pcapng.gz"
	soon rows_used 24
	tmux -L "shell-$BATS_TEST_NUMBER" resize-window -x 120 -y 40
	soon rows_used 40
	tmux -L "shell-$BATS_TEST_NUMBER" send-keys q
	soon test -s "$BATS_TEST_TMPDIR/status"
	same "exit status" "$(cat "$BATS_TEST_TMPDIR/status")" 0
}
