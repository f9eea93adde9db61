#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bench-guest.sh COUNT ROUNDS -- runs in the lab's machine under icount, where
# a nanosecond is an instruction: what a write of so many bytes takes, untraced
# and traced.  Prints "SIZE MODE INSTRUCTIONS LOST" lines; scripts/bench calls it.

count=$1 rounds=$2

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

# traced SIZE OPTION... -- the same under ismtrace live.
traced()
{
	size=$1
	shift
	ismtrace live "$@" -- sh "$0" --client "$count" "$size" >/tmp/out
	echo "$(per_write) $(sed -n 's/.* accesses recorded, \([0-9]*\) lost.*/\1/p
		s/.*"lost":{"total":\([0-9]*\).*/\1/p' /tmp/out)"
}

if [ "$1" = --client ]; then
	count=$2
	client "$3"
	exit
fi

round=0
while [ "$round" -lt "$rounds" ]; do
	for size in 8 256 4096; do
		client "$size"
		echo "$size untraced $(per_write) 0"
		echo "$size live-q $(traced "$size" -q)"
		echo "$size live $(traced "$size")"
		echo "$size live-json $(traced "$size" --json)"
	done
	round=$((round + 1))
done
