#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# ismtrace shows each refused access and each failed instruction, with its rule,
# condition code and status.  What fails is decided by lab-inject; what the client
# got is what ismload says.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	lab inject -- inject.sh
}

setup()
{
	BOOT=inject
}

# [op, ret, PCILG, PCISTB, failed, cc, status, rules] of each access.
shown()
{
	jq -c 'select(.type == "access") | [.op, .ret, .insn.pcilg, .insn.pcistb, .insn.failed,
		.error.cc, .error.status, (.rules | join(" "))]' "$(at "$1.out")"
}

# What the client got is what the trace has, access by access.
client_agrees()
{
	same "results of $1" "$(jq -c 'select(.type == "access") | [.op, .ret]' "$(at "$1.out")")" \
		"$(jq -c 'select(.type == "op" and (.region | startswith("bar"))) | [.op, .ret]' "$(at "$1.ops")")"
}

@test "a store block with cc 1: EIO, ISM008 with the status" {
	same shown "$(shown cc1)" '["write",-5,0,1,1,1,40,"ISM008"]
["write",-5,0,1,1,1,40,"ISM008"]
["write",64,0,1,0,null,null,""]'
	client_agrees cc1
	is "$(at cc1.out)" '[.[-1].findings[] | [.rule, .count, (.evidence | contains("cc 1") and contains("status 40"))]]' \
		'[["ISM008",2,true]]'
}

@test "a store block with cc 3: EIO, ISM008" {
	same shown "$(shown cc3)" '["write",-5,0,1,1,3,0,"ISM008"]
["write",64,0,1,0,null,null,""]'
	client_agrees cc3
}

@test "a store block that raised an exception: ENXIO, ISM008, no condition code" {
	same shown "$(shown exception)" '["write",-6,0,1,1,null,null,"ISM008"]
["write",64,0,1,0,null,null,""]'
	client_agrees exception
}

@test "a busy function: asked again until it is done; no error, no rule" {
	same shown "$(shown busy)" '["write",64,0,1,0,null,null,""]
["write",64,0,1,0,null,null,""]'
	client_agrees busy
	# All three were used up.
	says "$(at busy.left)" 'block=0'
}

@test "a read whose third load fails: EIO, ISM008, the place of that load" {
	same shown "$(shown load)" '["read",-5,3,0,1,1,16,"ISM008"]
["read",64,8,0,0,null,null,""]'
	client_agrees load
	is "$(at load.out)" '.[0].error | [.insn, .offset, .len, .rc]' '["pcilg",16,8,-5]'
	same shown "$(shown load-exception)" '["read",-6,1,0,1,null,null,"ISM008"]
["read",64,8,0,0,null,null,""]'
	client_agrees load-exception
}

@test "a stale handle: EIO, ISM008 with cc 3, both ways" {
	same shown "$(shown stale)" '["write",-5,0,1,1,3,0,"ISM008"]
["write",-5,0,1,1,3,0,"ISM008"]
["read",-5,1,0,1,3,0,"ISM008"]'
	client_agrees stale
}

# Our driver knows of it by then and issues nothing; another one may try.
@test "a function that is broken: every access fails, each with a rule" {
	client_agrees permanent
	every "$(at permanent.out)" '.type == "access"' '.ret == -5 and (if .insn.failed > 0
		then .error.cc == 1 and rule("ISM008") else rule("ISM010") end)'
	is "$(at permanent.out)" 'map(select(.type == "access")) | length' 3
}

@test "what the driver refuses: no instruction, and the rule that says why" {
	client_agrees refused
	every "$(at refused.out)" \
		'.type == "access" and .ret == -22' '(.insn | idle) and .error == null' \
		'.type == "access" and .ret == -22 and .len == 4097' 'rule("ISM002")' \
		'.type == "access" and .ret == -22 and .op == "write" and .offset % 4096 + .len > 4096 and bar' 'rule("ISM003")' \
		'.type == "access" and .ret == -22 and .region == "bar1"' '.rules == ["ISM010"]' \
		'.type == "access" and .ret >= 0 and .ret < .len' 'rule("ISM009")' \
		'.type == "access" and .ret < 0' '.rules | length > 0'
}
