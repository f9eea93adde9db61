#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# growth.sh COUNT ROUNDS CPUS/FUNCTIONS/PROCESSES... -- runs in the lab's machine:
# what COUNT writes of 256 bytes take of the processes that make them, untraced and
# traced, so many of them on so many functions and CPUs.  Prints
# "CPUS/FUNCTIONS/PROCESSES MODE NANOSECONDS NANOSECONDS LOST 0 0" lines, under icount instructions;
# bench/run calls it.
#
# Not by the clock on the wall, for clients that wait for one another would be counted as
# working, but by the CPU time of the clients: the kernel reads the CPU's own timer
# whenever it switches.

# client CPUS FUNCTIONS PROCESSES -- each prints its CPU time.
client()
{
	local cpus=$1 functions=$2 each=$(($3 / $2)) f used=0
	local -a load=(ismload --quiet --json --no-timing "--processes=$each" --wait=/tmp/go)
	rm -f /tmp/go
	[ "$cpus" -gt 1 ] || load=(taskset 1 "${load[@]}")
	for f in $ISM_FUNCTIONS; do
		[ "$used" -lt "$functions" ] || break
		used=$((used + 1))
		"${load[@]}" --device="$f" "block:size=256,count=$((count / $3)),verify=0" \
			>"/tmp/client.$used" &
	done
	sleep 1
	touch /tmp/go
	wait
}

# What the last clients had to say, a write.
per_write()
{
	sed -n 's/.*"ops":\([0-9]*\),.*"cpu_ns":\([0-9]*\).*/\1 \2/p' /tmp/client.* |
		awk '{ n += $1; t += $2 } END { printf "%d %d", t / n, t / n }'
	rm -f /tmp/client.*
}

# traced CONFIGURATION COMMAND... -- while ismtrace COMMAND traces all processes.
traced()
{
	local configuration=$1
	shift
	ismtrace "$@" -a -- bash "$0" --client "$count" "$configuration" >/tmp/out 2>/tmp/err
	echo "$(per_write) $(sed -n 's/.* accesses recorded, \([0-9]*\) lost.*/\1/p' /tmp/out /tmp/err | head -n 1) 0 0"
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
		bash "$0" --client "$count" "$configuration"
		echo "$configuration untraced $(per_write) 0 0 0"
		echo "$configuration stat $(traced "$configuration" stat)"
		echo "$configuration live-q $(traced "$configuration" live -q)"
	done
done
