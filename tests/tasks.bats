#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Tasks that are renamed, execute, fork, leave, are cut off, or have other numbers where
# they are looked at from: every access of theirs is one record with the right task, and
# live, record and stat agree, held against what the client itself says.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make_here test-clients build/host/bin/ismtrace
	mkdir -p "$BATS_FILE_TMPDIR/tasks"
	cp "$TOP"/build/s390x/tests/{steps,timens} "$BATS_FILE_TMPDIR/tasks/"
	lab tasks --functions 2 --smp 2 -- tasks.sh
}

BOOT=tasks

# What the client says it wrote: process, thread, length, name.
said()
{
	sed -n 's/^write //p' "$(at "$1")"
}

# The same of the records; what the client does to get there is not in the BARs.
seen()
{
	jq -r 'select(.type == "access" and .op == "write" and (.region | startswith("bar"))) |
		"\(.pid) \(.tid) \(.len) \(.comm)"' "$(at "$1")"
}

# count FILE KEY -- of the summary.
count()
{
	jq -r "select(.type == \"summary\") | .$2" "$(at "$1")"
}

# complete NAME OPENED -- all three ways have all that the client did, OPENED accesses to
# configuration space besides, and nothing was filtered or lost.
complete()
{
	local way
	for way in live record stat; do
		same "$1.$way status" "$(cat "$(at "$1.$way.status")")" 0 || return
		[ "$way" = stat ] ||
			same "$1 by $way" "$(seen "$1.$way.out")" "$(said "$1.$way.client")" || return
	done
	for way in live stat; do
		same "$1 by $way: recorded" "$(count "$1.$way.out" recorded)" \
			$(($(wc -l <"$(at "$1.$way.client")") + $2)) || return
		same "$1 by $way: filtered" "$(count "$1.$way.out" filtered)" 0 || return
		same "$1 by $way: lost" "$(count "$1.$way.out" lost.total)" 0 || return
	done
}

@test "a name is that of the time, whoever gave it" {
	complete names 2
	same "names" "$(seen names.live.out | cut -d' ' -f4 | paste -sd' ')" "steps first second second first"
}

@test "a process goes on without its first thread" {
	complete leave 2
}

@test "a program that was executed has its name" {
	complete exec 2
}

@test "a thread that executes a program takes over the number of the first" {
	complete thread-exec 2
	same "threads" "$(seen thread-exec.live.out | awk '{ print $1 == $2 }' | paste -sd' ')" "1 1 1 0"
}

@test "a process that was asked for by its number is followed to its last thread" {
	local name
	for name in leave exec; do
		same "$name by live" "$(seen "p-$name.live.out")" "$(said "p-$name.client" | sed 1d)"
		same "$name by stat" "$(count "p-$name.stat.out" '| [.recorded, .filtered, .lost.total]' | tr -d ' \n')" "[2,0,0]"
	done
}

@test "threads that come and go" {
	complete threads 2
}

@test "a program's workers for io_uring are found by its name" {
	local way
	for way in live stat; do
		same "$way" "$(count "worker.$way.out" recorded) $(count "worker.$way.out" filtered)" "5 0"
	done
	same "names" "$(jq -r 'select(.type == "access" and .len == 128) | .comm' "$(at worker.live.out)" |
		sed 's/[0-9].*//' | sort -u)" iou-wrk-
}

@test "what is under way when the trace ends is lost, and said to be" {
	local name way
	for name in time int; do
		for way in live stat; do
			same "$name.$way lost" "$(count "$name.$way.out" 'lost | .unfinished == 1 and .total == 1')" true
			same "$name.$way recorded" "$(count "$name.$way.out" recorded)" \
				$(($(grep -c ^write "$(at "$name.$way.client")") + 2))
		done
	done
	same "live -n" "$(count enough.live.out '| [.recorded, .filtered, .lost.unfinished]' | tr -d ' \n')" "[4,0,1]"
	run -0 "$TOP/build/host/bin/ismtrace" report --json "$(at time.pcapng)"
	same "record -t" "$(jq -c 'select(.type == "summary") | [.recorded, .filtered, .lost.unfinished, .lost.total]' \
		<<<"$output")" "[4,0,1,1]"
}

@test "children of a server that was there before the trace are processes of their own" {
	local pids
	pids=$(grep ' 256 ' "$(at server.client)" | cut -d' ' -f2 | sort -n)
	same "the client's" "$(wc -l <<<"$pids")" 64
	same "live's" "$(jq -r 'select(.type == "access" and .len == 256) | .pid' "$(at server.live.out)" | sort -n)" "$pids"
	same "stat's" "$(count server.stat.out recorded)" "$(count server.live.out recorded)"
	same "stat's losses" "$(count server.stat.out lost.total)" 0
}

@test "a run of writes goes on whatever else is opened" {
	local findings='| [.findings[] | select(.rule == "ISM004") | .count] | add'
	[ "$(grep -c ^write "$(at runs.client)")" -eq 61 ]
	[ "$(count runs.live.out "$findings")" -gt 30 ]
	same "stat's" "$(count runs.stat.out "$findings")" "$(count runs.live.out "$findings")"
}

@test "in a PID namespace the numbers are those that are seen there" {
	local way
	for way in live stat; do
		same "$way: status" "$(cat "$(at "inside.$way.status")")" 0
		same "$way: recorded" "$(count "inside.$way.out" recorded)" 4
		same "$way: of others" "$(count "inside.$way.out" foreign)" 0
	done
	same "live" "$(seen inside.live.out)" "$(said inside.live.client)"
	# Its children are not asked for.
	says "$(at doctor.out)" "a PID namespace of its own"
	same "-p" "$(seen asked.live.out)" "$(said asked.client | sed -n 2p)"
	same "-p, the rest" "$(count asked.live.out '| [.filtered, .lost.total]' | tr -d ' \n')" "[1,0]"
}

@test "who is outside the PID namespace has no number, and that is said" {
	same "pids" "$(seen outside.live.out | cut -d' ' -f1 | paste -sd' ')" "0 0"
	[ "$(count outside.live.out foreign)" -ge 2 ]
}

@test "in a time namespace times are those of the world outside" {
	[ "$(cat "$(at timens.status)")" != 77 ] || { jit && return; }
	status_of timens 0
	is "$(at timens.out)" '.[-1] as $s | map(select(.type == "access") | .ts > $s.begin and .ts < $s.end) | unique' '[true]'
}

@test "a gate does not pass when CMD, or what it has started, was not done" {
	local soon
	status_of cut 6
	says "$(at cut.err)" "not enough was looked at: the trace ended before CMD did"
	status_of left 6
	for soon in '' -0.1 -0.3; do
		status_of "left$soon" 6
		says "$(at "left$soon.err")" "not enough was looked at: CMD has ended, but not all that it has started"
	done
	status_of whole 0
}

@test "a driver that is loaded after the trace began is missing from it, in captures as well" {
	status_of late.check 6
	says "$(at late.check.err)" "seconds at most of a driver that came later"
	run -0 "$TOP/build/host/bin/ismtrace" report --json "$(at late.pcapng)"
	same "record" "$(jq -c 'select(.type == "summary") | [.lost.driver > 0, ([.findings[].rule] | index("ISM012") != null)]' <<<"$output")" "[true,true]"
	run -6 "$TOP/build/host/bin/ismtrace" check --severity error "$(at late.pcapng)"
}
