#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# record.sh -- recorders whose output fails or is slow, and what becomes of the
# workload when the trace ends first: tests/record.bats looks at it.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# --- A full disk.

mkdir /tmp/small
mount -t tmpfs -o size=300k none /tmp/small

# full NAME FILE [record option...] -- until nothing fits any more; the client goes on.
full()
{
	full_name=$1
	full_file=$2
	shift 2
	ran "$full_name" ismtrace record -o "/tmp/small/$full_file" "$@" -- \
		sh -c 'ismload --json block:size=64,count=4000,verify=0 >"$1"; touch "$2"' \
		sh "$OUT/$full_name.ops" "/tmp/went-on-$full_name"
	appears "/tmp/went-on-$full_name"
	cp "/tmp/small/$full_file" "$OUT/"
	rm "/tmp/small/$full_file"
}

full full-plain full.pcapng
# Not compressed, but in members.
full full-members full.pcapng.gz -z 0
dd if=/dev/zero of=/tmp/small/rest bs=1k count=300 2>/dev/null
ran full-already ismtrace record -o /tmp/small/none.pcapng -- touch /tmp/was-run
ran was-run ls /tmp/was-run

# --- A slow reader, one that stands still, one that goes away.

# As long as the client runs nothing is read; 12 MB are more than the buffers.
{
	ismtrace record -q -o - -s 4096 -- sh -c '
		ismload --json block:size=4096,count=3000,verify=0 >/share/slow.ops
		touch /tmp/slow-done' 2>$OUT/slow.err
	echo $? >$OUT/slow.status
} | {
	appears /tmp/slow-done
	cat >$OUT/slow.pcapng
}

# Killed while it waits for its reader.
{
	ismtrace record -o - -s 4096 2>$OUT/stuck.err &
	until grep -q tracing $OUT/stuck.err; do
		sleep 0.05
	done
	ismload --json block:size=4096,count=300,verify=0 >$OUT/stuck.ops
	sleep 1
	kill -KILL $!
	# shellcheck disable=SC3045
	wait $!
	echo $? >$OUT/stuck.status
	touch /tmp/stuck-killed
} | {
	appears /tmp/stuck-killed
	cat >$OUT/stuck.pcapng
}

{
	ismtrace record -o - -- sh -c 'ismload --quiet rate:rate=100,seconds=3 >&2; touch /tmp/gone-on' 2>$OUT/gone.err
	echo $? >$OUT/gone.status
} | head -c 2000 >$OUT/gone.pcapng
appears /tmp/gone-on

# --- The trace ends first.

# ends NAME OPTION VALUE CMD -- what ismtrace makes of a CMD that it has to end.
ends()
{
	ran "$1" ismtrace record -o "$OUT/$1.pcapng" "$2" "$3" -- sh -c "$4"
}

ends ends-time -t 0.5 'exec sleep 600'
ran ends-time-left pgrep -x sleep
ends ends-count -n 5 'exec ismload --json rate:rate=20,seconds=600 >/share/ends-count.ops'
ran ends-count-left pgrep -x ismload
ends ends-own -t 0.5 'trap "exit 7" TERM; while :; do sleep 0.1; done'
ends ends-late -t 0.5 'trap "" TERM; sleep 3; touch /tmp/late; exit 9'
ran late ls /tmp/late
ends ends-crash -t 0.5 'trap "kill -SEGV \$\$" TERM; while :; do sleep 0.1; done'

# A signal for ismtrace alone.
ismtrace record -o /tmp/alone.pcapng -- sh -c 'touch /tmp/alone; exec sleep 600' 2>$OUT/alone.err &
appears /tmp/alone
kill -TERM $!
# shellcheck disable=SC3045
wait $!
echo $? >$OUT/alone.status
ran alone-left pgrep -x sleep

# Killed, one that has begun several files among them: CMD does not go with it.
for options in '' '-C 1M'; do
	rm -f /tmp/begun
	# shellcheck disable=SC2086 # They are words.
	ismtrace record -o /tmp/orphan.pcapng $options -- \
		sh -c 'touch /tmp/begun; sleep 2; touch "/tmp/orphan$1"' sh "$options" 2>/dev/null &
	appears /tmp/begun
	kill -KILL $!
	wait
	sleep 3
	ran "orphan${options%% *}" ls "/tmp/orphan$options"
done
exit 0
