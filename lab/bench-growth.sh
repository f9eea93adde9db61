#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench-growth.sh COUNT ROUNDS CPUS/FUNCTIONS/PROCESSES... -- runs in the lab's machine:
# what COUNT writes of 256 bytes take of the processes that make them, untraced and
# traced, so many of them on so many functions and CPUs.  Prints
# "CPUS/FUNCTIONS/PROCESSES MODE NANOSECONDS LOST" lines, under icount instructions;
# scripts/bench calls it.
#
# Not by the clock on the wall, for clients that wait for one another would be counted as
# working, but by the CPU time of the clients: the kernel reads the CPU's own timer
# whenever it switches.

# client CPUS FUNCTIONS PROCESSES -- print instructions a write.
client()
{
	local cpus=$1 functions=$2 each=$(($3 / $2)) f used=0
	local -a load=(ismload --quiet --no-timing "--processes=$each" --wait=/tmp/go)
	rm -f /tmp/go /tmp/ready.*
	[ "$cpus" -gt 1 ] || load=(taskset 1 "${load[@]}")
	TIMEFORMAT='%3U %3S'
	time {
		for f in $ISM_FUNCTIONS; do
			[ "$used" -lt "$functions" ] || break
			"${load[@]}" --device="$f" --ready="/tmp/ready.$used" \
				"block:size=256,count=$((count / $3)),verify=0" >/dev/null 2>&1 &
			used=$((used + 1))
			until [ -e "/tmp/ready.$((used - 1))" ]; do
				sleep 0.01
			done
		done
		touch /tmp/go
		wait
	}
}

# per_write LOG -- of the two times in its last line.
per_write()
{
	awk -v n="$count" '/^[0-9.]+ [0-9.]+$/ { t = $1 + $2 } END { printf "%d", t * 1e9 / n }' "$1"
}

# traced CONFIGURATION COMMAND... -- while ismtrace COMMAND traces all processes.
traced()
{
	local configuration=$1
	shift
	ismtrace "$@" -a -- bash "$0" --client "$count" "$configuration" >/tmp/out 2>/tmp/err
	echo "$(per_write /tmp/err) $(sed -n 's/.* accesses recorded, \([0-9]*\) lost.*/\1/p' /tmp/out /tmp/err | head -n 1)"
}

count=$2
if [ "$1" = --client ]; then
	IFS=/ read -r cpus functions processes <<<"$3"
	client "$cpus" "$functions" "$processes"
	exit
fi
count=$1 rounds=$2
shift 2
for ((round = 0; round < rounds; round++)); do
	for configuration; do
		bash "$0" --client "$count" "$configuration" 2>/tmp/err
		echo "$configuration untraced $(per_write /tmp/err) 0"
		echo "$configuration stat $(traced "$configuration" stat)"
		echo "$configuration live-q $(traced "$configuration" live -q)"
	done
done
