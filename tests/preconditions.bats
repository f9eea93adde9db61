#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What probes need and may not have: kprobes, ftrace, the log of errors, room for many calls,
# files and threads.  A trace that lacks it says so, and never looks complete.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	mkdir -p "$BATS_FILE_TMPDIR/all"
	make_here build/s390x/tests/crowd
	cp "$TOP/build/s390x/tests/crowd" "$BATS_FILE_TMPDIR/all/"
	lab all --driver vfio-pci --smp 2 -- preconditions.sh "$(if trampolines; then echo fentry; else echo kprobe; fi)"
}

setup()
{
	BOOT=all
}

# summary NAME FILTER -- of the last line, which is the summary.
summary()
{
	tail -n 1 "$(at "$1.out")" | jq -c "$2"
}

# lost NAME -- what was, by cause, in the order of the table.
lost()
{
	summary "$1" '.lost | with_entries(select(.value > 0 and .key != "total")) | keys_unsorted'
}

# incomplete NAME -- ISM012 says so.
incomplete()
{
	same "ISM012 of $1" "$(summary "$1" '[.findings[] | select(.rule == "ISM012")] | length')" 1
}

# --- Many calls at once.

# bats test_tags=on-6
@test "sixty writes at once on generic vfio-pci: each is a record, a count, and all its instructions" {
	only_on 6
	local name
	for name in crowd-live crowd-stat crowd-insn; do
		status_of $name 0
		same "$name: recorded and lost" "$(summary $name '[.recorded, .lost.total] + (.lost | [add])')" '[121,0,0]'
		same "$name: instructions" "$(summary $name '[.rows[].insn.pcistg]')" "[$((121 * 64 / PIECE))]"
	done
	same "records of instructions" "$(jq -c 'select(.type == "insn" and .inside) | 1' "$(at crowd-insn.out)" | wc -l)" $((121 * 64 / PIECE))
}

# bats test_tags=on-6
@test "without tracefs: what is lost is counted, and the remedy is one" {
	only_on 6
	status_of few 0
	status_of few-json 0
	if trampolines; then
		same "recorded and lost" "$(summary few-json '[.recorded, .lost.total]')" '[121,0]'
		return
	fi
	same "the sum" "$(summary few-json '.recorded + .lost.total')" 121
	[ "$(summary few-json .lost.return)" -gt 50 ]
	says "$(at few.out)" 'accesses: return not seen' 'hint: mount -t tracefs'
	says_not "$(at few.out)" '--buffer-size'
	grep -qE '^lacks +tracefs ' "$(at few-doctor.out)"
}

@test "return probes in tracefs: removed at the end, or by the next after a kill; others' are left" {
	local used others
	same "after a trace" "$(cat "$(at events.after)")" ""
	used=$(grep -cE '^r4096:ismtrace_[0-9a-f]{16}/vfio_pci_core_(read|write) ' "$(at events.used)") || :
	if trampolines; then same "in use" "$used" 0; else same "in use" "$used" 2; fi
	same "beside another" "$(cat "$(at events.beside)")" "$(cat "$(at events.used)")"
	same "after a kill" "$(cat "$(at events.killed)")" "$(cat "$(at events.used)")"
	others=$(grep -E '^r[0-9]*:(mine/other|ismtrace_123/near) ' "$(at events.used)")
	same "others'" "$(wc -l <<<"$others")" 2
	same "after the next" "$(cat "$(at events.next)")" "$others"
}

# --- The log of errors.

# bats test_tags=on-6
@test "pci_error turned off before: return values tell of errors, and that is said" {
	only_on 6
	status_of level-before 0
	says "$(at level-before.err)" 'warning: the debug area pci_error is turned off' 'hint: echo 3 >'
	same "findings" "$(summary level-before '[.findings[] | select(.rule == "ISM008" or .rule == "ISM011") | .count]')" '[10,10]'
	same "cc" "$(jq -c 'select(.error) | [.error.rc, .error.cc]' "$(at level-before.out)" | sort -u)" '[-5,null]'
	same "lost" "$(lost level-before)" '[]'
	same "stat" "$(summary level-stat '[.findings[] | select(.rule == "ISM008" or .rule == "ISM011") | .count]')" '[10,10]'
	grep -qE '^lacks +errors +the debug area pci_error is turned off' "$(at level-doctor.out)"
}

# bats test_tags=on-6
@test "pci_error turned off during a trace: it is said at once, and the trace is incomplete" {
	only_on 6
	local name
	for name in level-during level-counted; do
		status_of $name 0
		says "$(at $name.err)" 'warning: the debug area pci_error was turned off: errors of instructions may be missing since'
		same "lost in $name" "$(lost $name)" '["errors_off"]'
		incomplete $name
		# Thirty writes, the stores of twenty of which were heard to fail.
		same "$name" "$(summary $name '[.rows[] | select(.op == "write" and .region == "bar2") | .accesses, .insn.pcistg, .insn.failed]')" "[30,$((30 * 64 / PIECE)),$((20 * 64 / PIECE))]"
	done
}

# --- Kprobes and ftrace.

@test "kprobes turned off before: no trace but by fentry; doctor tells, list works" {
	status_of kprobes-list 0
	if trampolines; then
		status_of kprobes-before 0
		same "records" "$(summary kprobes-before '[.recorded, (.rows[] | select(.op == "write") | .insn.pcistb)]')" '[11,10]'
		grep -qE '^ok +kprobes +kprobes are turned off; fentry does not need them' "$(at kprobes-doctor.out)"
		return
	fi
	status_of kprobes-before 3
	same "stderr" "$(cat "$(at kprobes-before.err)")" "ismtrace: kprobes are turned off in this kernel: no probe would run
  hint: echo 1 >/sys/kernel/debug/kprobes/enabled turns them on"
	same "stdout" "$(cat "$(at kprobes-before.out)")" ""
	grep -qE '^fails +kprobes +kprobes are turned off' "$(at kprobes-doctor.out)"
	status_of kprobes-doctor 3
}

@test "ftrace turned off before: no trace; doctor tells, list works" {
	status_of ftrace-before 3
	status_of ftrace-list 0
	status_of ftrace-doctor 3
	same "stderr" "$(cat "$(at ftrace-before.err)")" "ismtrace: ftrace is turned off in this kernel: no probe would run
  hint: sysctl kernel.ftrace_enabled=1 turns it on"
	grep -qE '^fails +ftrace +ftrace is turned off' "$(at ftrace-doctor.out)"
}

# Accesses of our driver still come, by trace events: ten of the thirty writes without
# an instruction, and a read of the command register.
unseen()
{
	same "lost in $1" "$(lost "$1")" '["probes_off","insn_unseen"]'
	same "accesses without instructions in $1" "$(summary "$1" '.lost.insn_unseen')" 10
	same "writes and blocks in $1" "$(summary "$1" '[.rows[] | select(.op == "write" and .region == "bar2") | .accesses, .insn.pcistb]')" '[30,20]'
	incomplete "$1"
}

@test "ftrace turned off during a trace: live, stat and the report of a capture say what is missing" {
	local name
	for name in ftrace-live ftrace-stat ftrace-record; do
		status_of $name 0
	done
	says "$(at ftrace-live.err)" 'warning: ftrace was turned off: accesses and instructions may be missing since'
	unseen ftrace-live
	unseen ftrace-stat
	unseen ftrace-report
	says "$(at ftrace-record.err)" 'warning: not in the trace:' "10 accesses' instructions"
}

@test "ftrace turned off while ismtop runs: more is missing than accesses" {
	status_of ftrace-top 0
	# Ten accesses without instructions, and a second or more without probes.
	same "totals" "$(tail -n 1 "$(at ftrace-top.out)" | jq -c '[.totals.lost, .totals.missing > 10]')" '[0,true]'
}

@test "kprobes turned off during a trace by kprobes: likewise" {
	if trampolines; then return; fi
	status_of kprobes-live 0
	says "$(at kprobes-live.err)" 'warning: kprobes were turned off: accesses and instructions may be missing since'
	unseen kprobes-live
}

# bats test_tags=on-6
@test "accesses to the MSI-X table take no instruction, and are no loss" {
	only_on 6
	status_of msix 0
	same "writes" "$(summary msix '[.rows[] | select(.region == "bar4") | .accesses, .insn.pcistb, .bytes]')" '[10,0,80]'
	same "reads" "$(summary msix-reads '[.rows[] | select(.region == "bar4") | .accesses, .insn.pcilg, .bytes]')" '[10,0,80]'
	same "lost" "$(summary msix '.lost | del(.error_probe) | add')$(summary msix-stat '.lost | del(.error_probe) | add')$(summary msix-reads '.lost | del(.error_probe) | add')" 000
}

# --- Limits.

@test "too many files, too many threads, too much memory: the limit is named; a soft one is raised, but not CMD's" {
	local name
	for name in files-12 files-40; do
		status_of $name 3
		same "stderr of $name" "$(cat "$(at $name.err)")" "ismtrace: cannot load the BPF programs: too many open files: a process may have ${name#files-} (ulimit -n)
  hint: ulimit -n 1024 before it raises the limit"
	done
	status_of files-soft 0
	same "CMD's" "$(cat "$(at files-cmd)")" 20
	for name in data data-stat space; do
		status_of $name 3
	done
	says "$(at data.err)" 'out of memory: a process may have 2000 KiB of data (ulimit -d)' 'hint: ulimit -v unlimited'
	says "$(at data-stat.err)" 'out of memory: a process may have 2000 KiB of data (ulimit -d)' 'hint: ulimit -v unlimited'
	says "$(at space.err)" 'out of memory: a process may have 20000 KiB (ulimit -v)' 'hint: ulimit -v unlimited'
	status_of threads 3
	says "$(at threads.err)" 'no more processes and threads are allowed: a user may have 1 (ulimit -u)' 'hint: ulimit -u'
	says_not "$(at threads.err)" 'out of memory'
}
