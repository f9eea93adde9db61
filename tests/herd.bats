#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tracer keeps of processes and places is bounded, and those who access choose how
# many there are: nothing is lost for it, of them or of others.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make_here test-clients
	mkdir -p "$BATS_FILE_TMPDIR/herd"
	cp "$TOP/build/s390x/tests/herd" "$BATS_FILE_TMPDIR/herd/"
	lab herd --functions 2 --smp 2 --mem 1024 -- herd.sh 3000
}

BOOT=herd

# row NAME FUNCTION-NUMBER REGION OP -- accesses, by stat.
row()
{
	jq -r --arg f "00$2:00:00.0" --arg r "$3" --arg o "$4" 'select(.type == "summary") | .rows[] |
		select(.function == $f and .region == $r and .op == $o) | .accesses' "$(at "$1.stat.out")"
}

# all_counted NAME N -- stat and ismtop counted N accesses, lost none, and all of the bystander's.
all_counted()
{
	local way
	for way in '' .stat .top; do
		status_of "$1$way" 0 || return
	done
	same "$1 by stat: recorded, filtered, lost" "$(jq -c 'select(.type == "summary") |
		[.recorded, .filtered, .lost.total]' "$(at "$1.stat.out")")" "[$(($2 + 205)),0,0]" || return
	same "$1 by ismtop: accesses, filtered, lost" "$(jq -c '.totals | [.accesses, .filtered, .lost]' \
		"$(at "$1.top.out")")" "[$(($2 + 205)),0,0]" || return
	same "$1 by ismtop: of all processes" "$(jq '[.processes[].accesses] | add' "$(at "$1.top.out")")" \
		$(($2 + 205)) || return
	same "$1: the bystander's writes" "$(row "$1" 12 bar2 write)" 101 || return
	same "$1: the bystander's reads" "$(row "$1" 12 bar2 read)" 101
}

@test "more short-lived processes than there are cells" {
	all_counted short 6000
	same reads "$(row short 11 bar0 read)" 3000
	same writes "$(row short 11 bar0 write)" 3000
}

@test "more processes at once than there are cells" {
	all_counted wide 7000
	same reads "$(row wide 11 bar0 read)" 3500
	same writes "$(row wide 11 bar0 write)" 3500
}

@test "one process at more regions than there are cells, none of which exists" {
	all_counted regions 5000
	same "what has no row of its own" "$(row regions 11 dev32+ read)" 4968
	same bar0 "$(row regions 11 bar0 read)" 1
}

@test "descendants of CMD that there is no room to remember are lost, not filtered" {
	local way
	for way in live stat; do
		status_of "track.$way" 0
		same "$way: all" "$(jq -c 'select(.type == "summary") |
			[.recorded + .lost.track, .filtered, .lost.total - .lost.track, .lost.track > 0]' \
			"$(at "track.$way.json")")" '[1402,0,0,true]'
	done
}
