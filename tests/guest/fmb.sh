#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# fmb.sh DRIVER -- two functions, the second on DRIVER, while their measurement blocks
# count: what tests/fmb.bats holds against ismtrace.  A function has one only
# while it is open, in QEMU from when it is turned off and on again, and the
# machine updates it every 4 seconds.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

patterns="block:count=40 block:region=bar0,size=200,count=9 read:count=7 widths widths:write=1
	split oversized crossing odd config badregion beyond fault mixed:count=200"

driver=$1
# shellcheck disable=SC2086 # Two words.
set -- $ISM_FUNCTIONS
[ "$driver" = ism-vfio-pci ] || bind "$2" "$driver"
for f in "$1" "$2"; do
	# shellcheck disable=SC2086 # Words.
	ismload --json --device="$f" --ready="/tmp/open.$f" --wait=/tmp/go --hold=600000 $patterns \
		>"$OUT/$f.ops" &
	clients="$clients $!"
done
appears "/tmp/open.$1" "/tmp/open.$2"
for f in "$1" "$2"; do
	echo 0 >"/sys/kernel/debug/pci/$f/statistics"
	echo 1 >"/sys/kernel/debug/pci/$f/statistics"
done

# Several tracers, so that records, what was filtered and what was lost are each
# put to the test; and one that ends when the functions are closed again.
# NAME UNTIL [OPTION...]
watch()
{
	watch_name=$1
	watch_until=$2
	shift 2
	ran "$watch_name" ismtrace live -a "$@" -- \
		sh -c ". /share/lib.sh; echo \$PPID >/tmp/$watch_name.pid; touch /tmp/$watch_name.on
			appears /tmp/$watch_until" &
	watching="$watching /tmp/$watch_name.on"
}

watch all stop --json
watch filtered stop --json -r bar0,config -w read
watch lossy stop --json --buffer-size 64K
watch closed closed --quiet
# shellcheck disable=SC2086
appears $watching
# One stands still meanwhile, and loses what its buffer does not hold.
kill -STOP "$(cat /tmp/lossy.pid)"
touch /tmp/go
while ! grep -q '"total"' "$OUT/$1.ops" || ! grep -q '"total"' "$OUT/$2.ops"; do
	sleep 0.1
done
kill -CONT "$(cat /tmp/lossy.pid)"
sleep 5
for f in "$1" "$2"; do
	cp "/sys/kernel/debug/pci/$f/statistics" "$OUT/$f.statistics"
done
ran list ismtrace list --json
touch /tmp/stop
while [ ! -e "$OUT/all.status" ] || [ ! -e "$OUT/filtered.status" ] || [ ! -e "$OUT/lossy.status" ]; do
	sleep 0.1
done
# shellcheck disable=SC2086
kill $clients
# shellcheck disable=SC2086
wait $clients
touch /tmp/closed
wait
exit 0
