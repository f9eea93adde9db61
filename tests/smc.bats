#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# bats file_tags=on-7
#
# The kernel's own software on the lab's functions: its ism driver, DIBS, and SMC-D, which carries
# what a program sends over TCP.  Ground truth is what the programs got, byte by byte, what
# sock_diag says of their sockets, and the measurement blocks.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

# Each way.
BYTES=$((64 << 20))

setup_file()
{
	build_all
	make_here test-clients
	mkdir -p "$BATS_FILE_TMPDIR/smc"
	cp "$TOP/build/s390x/tests/smc" "$BATS_FILE_TMPDIR/smc/"
	lab smc --driver none --smp 2 --functions 3 --function memory=off --function memory=off -- smc.sh "$BYTES"
}

BOOT=smc
A=0x1014040000000001 B=0x1014040000000002

setup()
{
	only_on 7
}

# whole NAME BYTES -- both sides got what the other one sent, over SMC-D.
whole()
{
	local side
	for side in connect serve; do
		status_of "$1-$side" 0 || return
		is "$(at "$1-$side.out")" '.[0] | [.mode, .sent, .received, .wrong, .send_error, .receive_error]' \
			"[\"smcd\",$2,$2,0,\"\",\"\"]" || return
	done
	same "checksums" "$(jq -r .sum_sent "$(at "$1-serve.out")") $(jq -r .sum_received "$(at "$1-serve.out")")" \
		"$(jq -r .sum_received "$(at "$1-connect.out")") $(jq -r .sum_sent "$(at "$1-connect.out")")"
}

@test "the kernel's driver binds what works, and no memory; DIBS has them" {
	same bound "$(paste -sd' ' "$(at bound)")" "ism ism none"
	same dibs "$(wc -w <"$(at dibs)")" 2
}

@test "SMC-D between two namespaces: 64 MiB each way, as they were sent" {
	whole plain "$BYTES"
}

@test "sock_diag: from one function to the other" {
	is "$(at plain-connect.out)" '.[0] | [.my_gid, .peer_gid]' "[\"$A\",\"$B\"]"
	is "$(at plain-serve.out)" '.[0] | [.my_gid, .peer_gid]' "[\"$B\",\"$A\"]"
}

@test "the measurement blocks have each store block that the kernel issued" {
	local blocks
	blocks=$(paste -sd+ "$(at blocks)")
	same "store blocks" "$((blocks))" "$(cat "$(at sent)")"
	# A page a store, at best.
	[ "$((blocks))" -gt $((2 * BYTES / 4096)) ] || fail "$blocks is too few"
	[ "$(head -n 1 "$(at blocks)")" -gt $((BYTES / 4096)) ]
}

@test "a peer is killed in the middle: the other one is told, the next connection works" {
	status_of killed-serve 1
	is "$(at killed-serve.out)" '.[0] | [.mode, .wrong, .received < '"$BYTES"', .receive_error != ""]' \
		'["smcd",0,true,true]'
	whole after 1000000
}

@test "a function is taken away in the middle: both are told" {
	local side
	for side in connect serve; do
		status_of "gone-$side" 1
		is "$(at "gone-$side.out")" '.[0] | [.mode, .wrong, .received < '"$BYTES"']' '["smcd",0,true]'
	done
}

@test "the kernel has nothing to complain about" {
	says_not "$(at stderr)" 'the kernel complained'
}
