#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# ismpeer: two of them on two functions of one machine, and what ismtrace says of them.

# Variables of bats and of the helper, and programs for jq.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	local share=$BATS_FILE_TMPDIR/peer files=$BATS_FILE_TMPDIR/files
	build_all
	make_here test-clients
	mkdir -p "$share" "$files"
	cp "$TOP"/build/s390x/tests/{answer,nbd-server} "$share/"
	echo "a file of the host" >"$files/from-the-host"
	PATH=$PATH:/sbin:/usr/sbin mke2fs -q -t ext4 -d "$files" "$share/image" 16M
	lab peer --smp 2 --functions 3 --function memory=off --function memory=off --function memory=on -- peer.sh
}

BOOT=peer

@test "info: GIDs differ, who is there is found, memory is no function" {
	status_of info-1 0
	status_of info-2 0
	[ "$(grep '^gid' "$(at info-1.out)")" != "$(grep '^gid' "$(at info-2.out)")" ]
	says "$(at info-peer.out)" 'is there'
	status_of info-nobody 1
	says "$(at info-nobody.out)" 'is not there'
	status_of info-memory 1
	says "$(at info-memory.err)" 'does not answer commands as an ISM function does'
}

@test "pipe: 64 MiB each way at once, as nobody, and the machine's counts are ours" {
	status_of pipe 0
	same "both files" "$(<"$(at pipe.same)")" "same a
same b"
	# An instruction that is under way when the block begins or ends may be on one side alone.
	is "$(at pipe.out)" '[.[-1].functions[].measure | select(.) | (.difference | map(fabs) | add) <= .under_way, .mismatch]' \
		'[true,false,true,false]'
	# Sixteen thousand pages each way, and cursors.
	is "$(at pipe.out)" '[.[-1].functions[].measure | select(.) | .machine.blocks > 16384 and .machine.blocks < 40000]' \
		'[true,true]'
}

@test "pipe: who could not write or read says so, and the other does not believe that all is well" {
	local case
	for case in full-1 full-2 closed-1 directory-1 directory-2; do
		status_of $case-1 1
		status_of $case-2 1
	done
	says "$(at full-1-1.err)" 'cannot write to stdout: No space left'
	says "$(at full-1-2.err)" 'peer 0x' ': No space left on device'
	says "$(at full-2-1.err)" 'peer 0x' ': No space left on device'
	says "$(at full-2-2.err)" 'cannot write to stdout: No space left'
	says "$(at closed-1-1.err)" 'cannot write to stdout: Bad file descriptor'
	says "$(at directory-1-1.err)" 'cannot read stdin: Is a directory'
	says "$(at directory-1-2.err)" 'peer 0x' ': Is a directory'
}

@test "pipe: when one side is told to end in the middle the other has not succeeded" {
	status_of ended-1-1 143
	status_of ended-1-2 3
	status_of ended-2-1 3
	status_of ended-2-2 143
	says "$(at ended-1-2.err)" 'it was ended'
}

@test "pipe: an interrupt that is lost, and a function in error state: nobody waits for ever" {
	status_of unheard-1 0
	same "what came" "$(<"$(at unheard.sum)")" "$(<"$(at unheard.sent)")"
	status_of uncalled-1 0
	status_of uncalled-2 0
	status_of error-1 1
	says "$(at error-1.err)" 'carries out no commands any more'
	status_of error-2 3
	status_of error-after 0
}

@test "a ring that may not be locked: said at once, with what helps" {
	status_of too-much 1
	same "stderr" "$(cat "$(at too-much.err)")" \
		"ismpeer: cannot lend 2101248 bytes to the peer: Cannot allocate memory; see ulimit -l, or make --ring less"
}

@test "ismtrace finds nothing to say of it, and of pieces of 8 what there is" {
	status_of check-4096 0
	is "$(at check-4096.out)" '[.[] | select(.type == "finding")]' '[]'
	status_of check-8 1
	is "$(at check-8.out)" '[.[] | select(.type == "finding") | .rule] | index("ISM004") != null' true
}

@test "sockets: connections, and either side killed and started again" {
	same answers "$(<"$(at sockets.out)")" "first answered
second answered
third answered"
}

@test "console: a terminal there, its line, its status, one after the other" {
	status_of console 7
	says "$(at console.out)" '/dev/pts/' '24 80' 'line: typed'
	says "$(at console-again.out)" 'line: again'
}

@test "console: a last line without its end is no reason to wait for ever" {
	status_of console-line 0
	says "$(at console-line.out)" 'no end'
}

@test "sockets: where no descriptor is left a connection waits, and nobody spins" {
	says "$(at few.err)" 'cannot take a connection: Too many open files'
	[ "$(awk "{ print \$1 + \$2 }" "$(at few.ticks)")" -lt 100 ]
}

@test "block: a device that was held open comes back; a server that is killed is a failure" {
	same "when it is let go" "$(<"$(at block-again.out)")" back
	status_of block-ended 1
	says "$(at block.err)" 'the NBD server has ended the connection'
}

@test "block: an image of one side is a disk of the other" {
	same "what was done" "$(<"$(at block.out)")" "a file of the host
written
same"
	# The image has it, as seen from this machine.
	same "the file in the image" "$(PATH=$PATH:/sbin:/usr/sbin debugfs -R 'cat /d' "$(at image.after)" 2>/dev/null | sha256sum)" \
		"$(<"$(at block.sum)")"
}

@test "nobody there: it sleeps, and ends when told; a function that is in use is said to be" {
	status_of alone 143
	# Hundredths of a second, in user space and in the kernel.
	[ "$(awk "{ print \$1 + \$2 }" "$(at alone.ticks)")" -lt 20 ]
	status_of in-use 1
	says "$(at in-use.err)" 'in use'
}
