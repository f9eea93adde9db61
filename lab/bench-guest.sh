#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bench-guest.sh COUNT ROUNDS [PEER...] -- runs in the lab's machine under icount,
# where a nanosecond is an instruction: what a write of so many bytes takes,
# untraced, traced by us, and by others (lab/bench/peers.sh has their names).
# Prints "SIZE MODE INSTRUCTIONS LOST" lines; scripts/bench calls it.

BENCH=$(dirname "$0")/bench

client()
{
	ismload --quiet --json --no-timing "block:size=$1,count=$count,verify=0" >/tmp/client
}

# From the client's own clock around all its writes.
per_write()
{
	sed -n 's/.*"elapsed_ns":\([0-9]*\).*/\1/p' /tmp/client |
		awk -v n="$count" '{ printf "%d", $1 / n }'
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
	ismtrace "$@" -a -- sh "$0" --client "$count" "$size" >/tmp/out 2>/tmp/err
	echo "$(per_write) $(lost)"
}

# The records alone: the reader stands still meanwhile, as if it had a CPU of its own.
unread()
{
	# shellcheck disable=SC2016 # For that shell.
	ismtrace live -q -a -- sh -c 'kill -STOP $PPID; sh "$@"; kill -CONT $PPID' sh \
		"$0" --client "$count" "$1" >/tmp/out 2>/tmp/err
	echo "$(per_write) $(lost)"
}

# peer SIZE NAME -- while that one does.
peer()
{
	sh "$BENCH/peers.sh" "$2" -- sh "$0" --client "$count" "$1" >/tmp/out 2>/tmp/err || return
	echo "$(per_write) $(sed -n 's/.* lost \([-0-9]*\) attached .*/\1/p' /tmp/out)"
}

if [ "$1" = --client ]; then
	count=$2
	client "$3"
	exit
fi

count=$1 rounds=$2
shift 2
round=0
while [ "$round" -lt "$rounds" ]; do
	for size in 8 256 4096; do
		client "$size"
		echo "$size untraced $(per_write) 0"
		echo "$size stat $(traced "$size" stat)"
		echo "$size records $(unread "$size")"
		echo "$size live-q $(traced "$size" live -q)"
		echo "$size live-json $(traced "$size" live --json)"
		echo "$size record $(traced "$size" record -o /tmp/capture.pcapng)"
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
