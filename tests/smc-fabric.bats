#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# bats file_tags=on-7
#
# Two machines that are joined by a fabric: SMC-D from one to the other, begun over the network
# that comes with it.  One of them is killed in the middle, and comes back.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

# Each way.
BYTES=$((64 << 20))

setup_file()
{
	local first second
	build_all
	make_here test-clients
	mkdir -p "$BATS_FILE_TMPDIR"/{one,two,again}
	cp "$TOP/build/s390x/tests/smc" "$BATS_FILE_TMPDIR/one/"
	cp "$TOP/build/s390x/tests/smc" "$BATS_FILE_TMPDIR/two/"
	cp "$TOP/build/s390x/tests/smc" "$BATS_FILE_TMPDIR/again/"
	cp "$TOP"/tests/guest/*.sh "$BATS_FILE_TMPDIR/two/"

	machine one 1 whole cut again 3>&- &
	first=$!
	# One that can be killed: it is all that this process becomes.  What it leaves is ours to remove.
	(TMPDIR=$BATS_FILE_TMPDIR exec "$TOP/lab/run" --kernel "$TEST_KERNEL" --driver none --function memory=off --fabric "$BATS_FILE_TMPDIR/fabric" \
		--share "$BATS_FILE_TMPDIR/two" -- sh /share/smc-machine.sh 2 "$BYTES" whole cut) \
		>"$BATS_FILE_TMPDIR/two/stdout" 2>"$BATS_FILE_TMPDIR/two/stderr" 3>&- &
	second=$!
	while [ ! -e "$BATS_FILE_TMPDIR/two/cut.begun" ] && kill -0 $second; do
		sleep 0.2
	done
	sleep 1
	kill -9 $second
	date +%s >"$BATS_FILE_TMPDIR/killed"
	wait $second || :
	machine again 2 again
	wait $first
}

# machine NAME NUMBER CONNECTION...
machine()
{
	lab "$1" --driver none --function memory=off --fabric "$BATS_FILE_TMPDIR/fabric" -- smc-machine.sh "$2" "$BYTES" "${@:3}"
}

setup()
{
	only_on 7
}

# whole NAME SERVER CLIENT -- both sides got what the other one sent, over SMC-D.
whole()
{
	local at="$BATS_FILE_TMPDIR" side
	for side in "$2" "$3"; do
		same "status of $1 on $side" "$(cat "$at/$side/$1.status")" 0
		is "$at/$side/$1.out" '.[0] | [.mode, .sent, .received, .wrong, .send_error, .receive_error]' \
			"[\"smcd\",$BYTES,$BYTES,0,\"\",\"\"]"
	done
	same checksums "$(jq -r '[.sum_sent, .sum_received] | join(" ")' "$at/$2/$1.out")" \
		"$(jq -r '[.sum_received, .sum_sent] | join(" ")' "$at/$3/$1.out")"
}

@test "SMC-D between two machines: 64 MiB each way, as they were sent" {
	whole whole one two
}

@test "sock_diag: from the function of one machine to that of the other" {
	is "$BATS_FILE_TMPDIR/one/whole.out" '.[0] | .my_gid != .peer_gid' true
	same GIDs "$(jq -r '[.my_gid, .peer_gid] | join(" ")' "$BATS_FILE_TMPDIR/one/whole.out")" \
		"$(jq -r '[.peer_gid, .my_gid] | join(" ")' "$BATS_FILE_TMPDIR/two/whole.out")"
}

@test "a machine is killed in the middle: the other one is told" {
	same status "$(cat "$BATS_FILE_TMPDIR/one/cut.status")" 1
	is "$BATS_FILE_TMPDIR/one/cut.out" '.[0] | [.mode, .wrong, .received < '"$BYTES"', .receive_error != ""]' \
		'["smcd",0,true,true]'
	# By an event: SMC itself would find out after minutes.
	[ $(($(stat -c %Y "$BATS_FILE_TMPDIR/one/cut.status") - $(<"$BATS_FILE_TMPDIR/killed"))) -lt 10 ]
}

@test "it comes back as who it was, and all works" {
	whole again one again
	same GIDs "$(jq -r .my_gid "$BATS_FILE_TMPDIR/again/again.out")" "$(jq -r .my_gid "$BATS_FILE_TMPDIR/two/whole.out")"
}

@test "the kernels have nothing to complain about" {
	says_not "$BATS_FILE_TMPDIR/one/stderr" 'the kernel complained'
	says_not "$BATS_FILE_TMPDIR/again/stderr" 'the kernel complained'
}

@test "the daemon ends with its last machine" {
	local i
	for ((i = 0; i < 100; i++)); do
		[ -e "$BATS_FILE_TMPDIR/fabric" ] || break
		sleep 0.1
	done
	[ -z "$(ls "$BATS_FILE_TMPDIR"/fabric* 2>/dev/null)" ]
}
