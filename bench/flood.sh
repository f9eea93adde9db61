#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# flood.sh COUNT -- runs in the lab's machine with two CPUs, two functions and
# memory for the file: two clients write as fast as they can, COUNT writes in all, while
# `ismtrace record` keeps them; then a tenth of that while it stands still for ten
# seconds.  Prints "WHAT ISSUED RECORDED LOST SECONDS" lines; bench/run calls it.

# clients EACH -- what they issued goes to /tmp/issued.
clients()
{
	for f in $ISM_FUNCTIONS; do
		ismload --quiet --json --no-timing --device="$f" "block:size=256,count=$1,verify=0" \
			>"/tmp/client.$f" &
	done
	wait
	sed -n 's/.*"ops":\([0-9]*\),.*/\1/p' /tmp/client.* | awk '{ n += $1 } END { print n }' >/tmp/issued
}

# record WHAT CMD [ARG...] -- trace CMD, and say what became of its accesses.
record()
{
	what=$1
	shift
	begin=$(/usr/bin/date +%s%N)
	ismtrace record -o /tmp/flood.pcapng -a -- "$@" 2>/tmp/err || cat /tmp/err >&2
	end=$(/usr/bin/date +%s%N)
	# What record says it did is one thing, what the file holds is another.
	recorded=$(ismtrace report --json /tmp/flood.pcapng | jq .recorded)
	lost=$(sed -n 's/^ismtrace: [0-9]* accesses, .*; \([0-9]*\) lost.*/\1/p' /tmp/err)
	echo "$what $(cat /tmp/issued) $recorded $lost $(((end - begin) / 1000000000))"
	rm /tmp/flood.pcapng
}

case $1 in
--clients) clients "$2" ;;
--stopped)
	sh "$0" --clients "$2" &
	sleep 1
	kill -STOP "$PPID"
	sleep 10
	kill -CONT "$PPID"
	wait
	;;
*)
	record flood sh "$0" --clients $(($1 / 2))
	record stopped sh "$0" --stopped $(($1 / 20))
	;;
esac
