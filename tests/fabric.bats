#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Two machines that are joined by a fabric, and a VFIO client on each: both store into one another's
# memory at once; one of them is stopped, goes on, and is killed.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

# machine NAME OTHER -- what this process becomes.
machine()
{
	export TMPDIR=$BATS_FILE_TMPDIR
	exec "$TOP/lab/run" --kernel "$TEST_KERNEL" --fabric "$BATS_FILE_TMPDIR/fabric" --share "$DIR" --timeout 600 -- \
		/share/far "$1" "$2" /share 2000 >"$DIR/$1.out" 2>"$DIR/$1.err"
}

# waits FOR WHAT... -- until the condition holds, or some minutes have passed.
waits()
{
	local i
	for ((i = 0; i < 1200; i++)); do
		! "$@" || return 0
		sleep 0.1
	done
	echo "waited in vain: $*" >&2
}

# over WHAT NUMBER -- the count in that file is greater.
over()
{
	[ -e "$DIR/$1" ] && [ $((16#$(cat "$DIR/$1" || echo 0))) -gt "$2" ]
}

setup_file()
{
	local one two qemu good
	build_all
	make_here test-clients
	mkdir "$DIR"
	cp "$TOP/build/s390x/tests/far" "$DIR/"
	(machine one two) 3>&- &
	one=$!
	(machine two one) 3>&- &
	two=$!
	waits over good.one 0
	waits over good.two 0
	qemu=$(pgrep -P $two qemu)
	kill -STOP "$qemu"
	waits over bad.one 2
	good=$((16#$(cat "$DIR/good.one")))
	kill -CONT "$qemu"
	waits over good.one $((good + 5))
	kill -9 $two
	sleep 1
	touch "$DIR/end"
	wait $one && echo 0 >"$DIR/status" || echo $? >"$DIR/status"
	wait $two || :
}

DIR=$BATS_FILE_TMPDIR/dir

@test "both store into the other's memory at once, and find what the other one stored" {
	local name
	for name in one two; do
		says_not "$DIR/$name.out" 'not ok'
		says "$DIR/$name.out" "stores to the other machine" "what it has stored" "its own memory is for the other one"
	done
}

@test "a machine that is stopped: stores fail in time, and work when it goes on" {
	over bad.one 2
	says "$DIR/one.out" 'ok ' 'no store waits for ever'
}

@test "a machine that is killed: the other one hears of it, and is none the worse" {
	same status "$(cat "$DIR/status")" 0
	says "$DIR/one.out" 'its GID is gone' 'nobody has its GID' ', 0 failed'
	says_not "$DIR/one.err" 'the kernel complained'
}

@test "nonsense from somebody else harms neither the daemon nor a machine" {
	local share=$BATS_TEST_TMPDIR/share seed
	mkdir "$share"
	cp "$TOP/build/s390x/tests/function" "$share/"
	"$TOP/lab/run" --kernel "$TEST_KERNEL" --fabric "$BATS_TEST_TMPDIR/fabric" --functions 2 --share "$share" --timeout 600 -- \
		sh -c 'touch /share/up; until [ -e /share/go ]; do sleep 0.2; done; /share/function $ISM_FUNCTIONS' \
		>"$share/out" 2>"$share/err" 3>&- &
	waits test -e "$share/up"
	for seed in 1 2 3; do
		"$TOP/tests/nonsense.py" "$BATS_TEST_TMPDIR/fabric" $seed
	done
	touch "$share/go"
	wait $! || fail "status $?" "$(grep -A2 '^not ok' "$share/out")" "$(tail -n 5 "$share/err")"
	says "$share/out" ', 0 failed'
}

@test "the daemon ends with its last machine" {
	gone()
	{
		[ ! -e "$BATS_FILE_TMPDIR/fabric" ]
	}
	waits gone
	[ -z "$(ls "$BATS_FILE_TMPDIR"/fabric* 2>/dev/null)" ]
}
