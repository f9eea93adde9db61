#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# guest.sh COUNT ROUNDS [PEER...] -- runs in the lab's machine under icount,
# where a nanosecond is an instruction: what a write of so many bytes takes,
# untraced, traced by us, and by others (bench/peers.sh has their names).
# Prints "SIZE MODE INSTRUCTIONS OF-CLIENT LOST ATTACHED PEAK" lines: by the client's clock
# around all its writes, and of its own CPU time, which the tracer's reader is not part of;
# seconds from the tracer's start to the client's, and the tracer's largest memory in KiB.
# bench/run calls it.

BENCH=$(dirname "$0")

client()
{
	ismload --quiet --json --no-timing "block:size=$1,count=$count,verify=0" >/tmp/client
}

# A tracer failed: show what it said, and no figures of it.
failed()
{
	cat /tmp/err >&2
	exit 1
}

per_write()
{
	sed -n 's/.*"elapsed_ns":\([0-9]*\),"cpu_ns":\([0-9]*\).*/\1 \2/p' /tmp/client |
		awk -v n="$count" '{ printf "%d %d", $1 / n, $2 / n }'
}

# Seconds from /tmp/start to /tmp/begin, and the peak that the client left behind.
attached()
{
	echo "$(cat /tmp/start)" "$(cat /tmp/begin)" "$(cat /tmp/peak)" |
		awk '{ printf "%.3f %d", ($2 - $1) / 1e9, $3 }'
}

# What was lost, as the text, the JSON or record says it.
lost()
{
	sed -n 's/.* accesses recorded, \([0-9]*\) lost.*/\1/p
		s/.*"lost":{"total":\([0-9]*\).*/\1/p
		s/^ismtrace: [0-9]* accesses, .*; \([0-9]*\) lost.*/\1/p' /tmp/out /tmp/err | head -n 1
}

# traced SIZE COMMAND... -- the same while ismtrace COMMAND traces all processes.
traced()
{
	size=$1
	shift
	/usr/bin/date +%s%N >/tmp/start
	ismtrace "$@" -a -- sh "$0" --client "$count" "$size" >/tmp/out 2>/tmp/err || failed
	echo "$(per_write) $(lost) $(attached)"
}

# The records alone: the reader stands still meanwhile, as if it had a CPU of its own.
unread()
{
	/usr/bin/date +%s%N >/tmp/start
	# shellcheck disable=SC2016 # For that shell.
	ismtrace live -q -a -- sh -c 'kill -STOP $PPID; sh "$@"; kill -CONT $PPID' sh \
		"$0" --client "$count" "$1" >/tmp/out 2>/tmp/err || failed
	echo "$(per_write) $(lost) $(attached)"
}

# peer SIZE NAME -- while that one does.
peer()
{
	if ! sh "$BENCH/peers.sh" "$2" -- sh "$0" --client "$count" "$1" >/tmp/out 2>/tmp/err; then
		tail -n 3 /tmp/err >&2
		return 1
	fi
	echo "$(per_write) $(sed -n 's/.* lost \([-0-9]*\) attached \([0-9.]*\) peak \([0-9]*\).*/\1 \2 \3/p' /tmp/out)"
}

# show SIZE MODE COMMAND... -- the line that COMMAND has the rest of.
show()
{
	show_what="$1 $2"
	shift 2
	show_rest=$("$@") || exit 1
	echo "$show_what $show_rest"
}

if [ "$1" = --client ]; then
	/usr/bin/date +%s%N >/tmp/begin
	count=$2
	client "$3"
	# The peak of the parent, which is the tracer, or a shell that stands for it.
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$PPID/status" >/tmp/peak
	exit
fi

count=$1 rounds=$2
shift 2
round=0
while [ "$round" -lt "$rounds" ]; do
	for size in 8 256 4096; do
		client "$size"
		echo "$size untraced $(per_write) 0 0 0"
		show "$size" stat traced "$size" stat
		show "$size" records unread "$size"
		show "$size" live-q traced "$size" live -q
		show "$size" live-json traced "$size" live --json
		show "$size" record traced "$size" record -o /tmp/capture.pcapng
	done
	round=$((round + 1))
done
for name; do
	# Once to get the program into memory.
	peer 256 "$name" >/dev/null || continue
	round=0
	while [ "$round" -lt "$rounds" ]; do
		echo "256 $name $(peer 256 "$name")"
		round=$((round + 1))
	done
done
