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
# A file that has had something before.
yes before | head -c 200000 >/tmp/small/keep
cp /tmp/small/keep $OUT/keep.before
ismtrace record -o - -z 0 -- sh -c 'ismload --quiet block:size=64,count=4000,verify=0 >&2' \
	>>/tmp/small/keep 2>$OUT/keep.err
echo $? >$OUT/keep.status
cp /tmp/small/keep $OUT/keep.after
rm /tmp/small/keep
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

# Told to end while it waits for a reader who does not read.
mkfifo /tmp/still
# shellcheck disable=SC2217 # It holds the pipe, as a reader who does not read.
sleep 1000 </tmp/still &
still=$!
ismtrace record -s 4096 -o /tmp/still 2>$OUT/still.err &
tracer=$!
until grep -q tracing $OUT/still.err; do
	sleep 0.05
done
ismload --quiet block:size=4096,count=300,verify=0
sleep 1
kill -TERM $tracer
n=0
while kill -0 $tracer 2>/dev/null && [ $n -lt 100 ]; do
	n=$((n + 1))
	sleep 0.1
done
echo $n >$OUT/still.tenths
kill -KILL $tracer $still 2>/dev/null
wait $tracer
echo $? >$OUT/still.status

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

# --- Somebody else owns the directory, and what is in it.

as_nobody()
{
	su -s /bin/sh nobody -c "$*"
}

mkdir -p /tmp/way/in /tmp/victim
echo "root's own" >/tmp/victim/file
chmod 600 /tmp/victim/file
chown -R nobody /tmp/way
echo 0 >/proc/sys/fs/protected_hardlinks
as_nobody 'cd /tmp/way/in && mkfifo x.00002.pcapng && ln -s /tmp/victim/file x.00003.pcapng &&
	ln -s /tmp/victim/new x.00004.pcapng && touch x.00006.pcapng && chmod 666 x.00006.pcapng'
ln /tmp/victim/file /tmp/way/in/x.00005.pcapng
as_nobody 'exec sleep 1000 </tmp/way/in/x.00006.pcapng' &
holder=$!
until pgrep -x sleep >/dev/null; do sleep 0.1; done
# What is written with the file open before, and after the way there leads elsewhere.
ran swapped ismtrace record -o /tmp/way/in/x.pcapng -s 4096 -C 20k -- sh -c '
	ismload --json block:size=4096,count=20,verify=0 >/share/swapped.1.ops
	su -s /bin/sh nobody -c "mv /tmp/way/in /tmp/way/out && ln -s /tmp/victim /tmp/way/in"
	ismload --json block:size=4096,count=20,verify=0 >/share/swapped.2.ops'
readlink /proc/"$(pgrep -x sleep)"/fd/0 >$OUT/swapped.held
wc -c </proc/"$(pgrep -x sleep)"/fd/0 >>$OUT/swapped.held
pkill -x sleep
wait $holder
(cd /tmp/way/out && stat -c '%F %a %u %h %n' -- * && find . -mindepth 1 ! -name 'x.*') >$OUT/swapped.files
ls -A /tmp/victim >$OUT/swapped.victim
cat /tmp/victim/file >>$OUT/swapped.victim
ismtrace dump --json /tmp/way/out/x.*.pcapng >$OUT/swapped.dump 2>$OUT/swapped.note
rm -rf /tmp/way

# The same name again, for no program and for one that does nothing.
for cmd in "ismload --quiet block:size=64,count=3" /nowhere/program true; do
	# shellcheck disable=SC2086 # Words.
	ismtrace record -o $OUT/again.pcapng -- $cmd >/dev/null 2>>$OUT/again.err
	echo "$? $(cd $OUT && stat -c '%n %s' again.pcapng*)" | paste -sd' '
done >$OUT/again

# The process that makes the files: what it may do, and that it can be ended.
for owner in root nobody; do
	mkdir /tmp/some
	chown $owner /tmp/some
	ismtrace record -o /tmp/some/y.pcapng -C 20k -- sh -c 'ismload --quiet block:size=64,count=3; touch /tmp/done; sleep 1000' \
		2>/dev/null &
	tracer=$!
	appears /tmp/done
	opener=$(pgrep -x -P $tracer ismtrace)
	grep -E '^(Uid|CapEff|CapPrm|NoNewPrivs)' /proc/"$opener"/status >$OUT/opener.$owner
	kill -TERM "$opener"
	n=0
	while [ -e /proc/"$opener"/exe ] && [ $n -lt 100 ]; do
		n=$((n + 1))
		sleep 0.1
	done
	[ $n = 100 ] || echo ended >>$OUT/opener.$owner
	kill -TERM $tracer
	wait $tracer
	rm -rf /tmp/some /tmp/done
done

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
