#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may touch a tracer and its helpers: root, and nobody else. What they may touch: what is
# open already, and little besides.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make_here test-clients
	mkdir -p "$BATS_FILE_TMPDIR/guard"
	cp "$TOP/build/s390x/tests/neighbour" "$BATS_FILE_TMPDIR/guard/"
	lab guard -- guard.sh
}

BOOT=guard

# All that guard.sh started, and those of them that have a helper.
GUARDED="live insn stat interval record rotated top measure measure-top"
HELPED="rotated measure measure-top"

# fields FILE NAME -- of all threads there, without the name.
fields()
{
	sed -n "s/^$2:[[:space:]]*//p" "$(at "$1")" | tr '\t' ' '
}

# all_are FILE NAME VALUE -- of each thread, and there is one.
all_are()
{
	same "$2 of $1" "$(fields "$1" "$2" | sort -u)" "$3"
}

@test "neither user 65534 nor anybody else can stop, end, limit, trace or read a tracer or a helper" {
	local name
	for name in $GUARDED; do
		every "$(at "$name.neighbour")" true \
			'del(.pid) | length == 12 and ([.[]] - ["EPERM", "EACCES", "ENOSYS"] == [])' \
			true '[.[] | select(. == "ENOSYS")] | length <= 1' # process_vm_readv, an option of kernels
	done
	for name in $HELPED; do
		same "processes of $name" "$(jq -s 'map(.pid) | unique | length' "$(at "$name.neighbour")")" 2
	done
}

@test "what was tried against them costs no count" {
	local name
	for name in $GUARDED; do
		status_of "$name" 0
	done
	for name in live stat interval measure; do
		is "$(at $name.out)" '.[-1] | [.recorded, .lost.total]' '[82,0]'
	done
	is "$(at insn.file)" '.[-1] | [.recorded, .lost.total]' '[82,0]'
	for name in record rotated; do
		says "$(at $name.err)" '82 accesses' '; 0 lost'
	done
	is "$(at top.out)" '.[-1].totals | [.accesses, .lost]' '[82,0]'
}

@test "a tracer is a user of its own, in each thread, without capabilities and dumps" {
	local name uid uids=
	for name in $GUARDED; do
		uid=$(fields "$name.tracer" Uid | head -n 1 | cut -d' ' -f1)
		[ "$uid" -ge $((0x78000000)) ] || fail "$name is user $uid"
		uids+="$uid "
		all_are "$name.tracer" Uid "$uid $uid $uid $uid"
		all_are "$name.tracer" Gid "$uid $uid $uid $uid"
		all_are "$name.tracer" Groups ""
		all_are "$name.tracer" CapEff 0000000000000000
		all_are "$name.tracer" NoNewPrivs 1
		[[ $name = *top ]] || all_are "$name.tracer" CapPrm 0000000000000000
	done
	same "different users" "$(tr ' ' '\n' <<<"${uids% }" | sort -u | wc -l)" 9
	# Those that have a thread that writes.
	same threads "$(fields record.tracer Uid | wc -l)" 2
}

@test "calls are filtered in each thread of a tracer and of a helper" {
	local name
	for name in $GUARDED; do
		all_are "$name.tracer" Seccomp 2
	done
	for name in $HELPED; do
		all_are "$name.helpers" Seccomp 2
		all_are "$name.helpers" NoNewPrivs 1
	done
	# The directory is root's own.
	for name in $HELPED; do
		all_are "$name.helpers" CapPrm 0000000000000000
		all_are "$name.helpers" CapEff 0000000000000000
	done
}

@test "a helper's root directory is the one that it has to do with" {
	all_are rotated.helpers Root /tmp/rotated
	all_are measure.helpers Root /sys/kernel/debug/pci
	all_are measure-top.helpers Root /sys/kernel/debug/pci
}

@test "none of them needed a call that it has not" {
	# lab() looks at it, of all boots.
	same "refused calls" "$(cat "$(at refused)")" ""
}

@test "rotation goes on: the opener makes and removes files" {
	same files "$(wc -l <"$(at rotated.files)")" 3
	status_of rotated-report 0
}

@test "blocks are begun anew in the middle of it, by a measurer that has no other file" {
	every "$(at measure.out)" '.type == "summary"' '.functions[0].measure | .begun >= 2 and .mismatch == false'
	every "$(at measure-top.out)" '.type == "measure"' '.measure | .begun >= 2 and .mismatch == false'
}

# --- Who it becomes.

@test "user ismtrace where there is one, unless somebody runs as it" {
	status_of who-named 0
	all_are who-named.tracer Uid "977 977 977 977"
	all_are who-named.tracer Gid "966 966 966 966"
	all_are first.tracer Uid "977 977 977 977"
	status_of who-second 0
	[ "$(fields who-second.tracer Uid | cut -d' ' -f1)" -ge $((0x78000000)) ]
}

@test "-Z chooses another, or root without capabilities" {
	local name
	for name in root number nobody; do
		status_of who-$name 0
		all_are who-$name.tracer CapPrm 0000000000000000
		all_are who-$name.tracer Seccomp 2
		all_are who-$name.tracer Groups ""
	done
	all_are who-root.tracer Uid "0 0 0 0"
	all_are who-number.tracer Uid "12345 12345 12345 12345"
	all_are who-nobody.tracer Uid "65534 65534 65534 65534"
	status_of who-none 2
	says "$(at who-none.err)" "no such user in /etc/passwd: 'no-such-user'"
	[ ! -e "$(at who-none.cmd)" ]
}

@test "whoever it becomes, CMD is who called it, with no filter and all capabilities" {
	local name
	for name in default root number nobody named; do
		all_are who-$name.cmd Uid "0 0 0 0"
		all_are who-$name.cmd Seccomp 0
		all_are who-$name.cmd NoNewPrivs 0
		same "capabilities of CMD" "$(fields who-$name.cmd CapEff)" "$(fields who-default.cmd CapEff)"
		[ "$(fields who-$name.cmd CapEff)" != 0000000000000000 ]
	done
	same "limit of its core dumps" "$(cat "$(at core)")" "$(cat "$(at core-before)")"
}

# --- What there is to say about it.

@test "doctor tells who it becomes and what is in force" {
	status_of doctor 0
	grep -qE '^ok +user +a tracer becomes user ismtrace \(977\), without capabilities$' "$(at doctor.out)"
	grep -qE '^ok +seccomp ' "$(at doctor.out)"
	grep -qE '^ok +dumps ' "$(at doctor.out)"
	if grep -q landlock "$(at lsm)"; then
		grep -qE '^ok +Landlock +Landlock [0-9]+: no files are in a tracer.s reach$' "$(at doctor.out)"
	else
		grep -qE '^lacks +Landlock ' "$(at doctor.out)"
		is "$(at doctor-json.out)" 'map(select(.name == "Landlock"))[0].hint | contains("lsm=")' true
	fi
	is "$(at doctor-json.out)" 'map(select(.name | IN("user", "seccomp", "Landlock", "dumps")).name)' \
		'["user","seccomp","Landlock","dumps"]'
}
