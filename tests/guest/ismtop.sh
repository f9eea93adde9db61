#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ismtop.sh -- ismtop beside clients, and while drivers come and go: what
# tests/ismtop-live.bats looks at.  Wants eight functions and two CPUs.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

first=${ISM_FUNCTIONS%% *}

# lines FILE N -- until it has so many.
lines()
{
	appears "$1"
	until [ "$(wc -l <"$1")" -ge "$2" ]; do
		sleep 0.1
	done
}

# A steady rate, two looks at it.
# Attaching takes seconds in the lab.
ismload --json rate:rate=200,seconds=240,size=256 >$OUT/rate.ops &
load=$!
sleep 1
ran rate-text ismtop -b -n 3 -d 1 &
text=$!
ran rate ismtop --json -n 3 -d 1
wait $text
kill -TERM $load
wait $load

# Eight functions, 64 processes, from the first access to the last.
rm -f /tmp/go /tmp/ready.*
ismtop --json -d 1 >$OUT/many.out 2>$OUT/many.err &
top=$!
lines $OUT/many.out 1
loads=
for fn in $ISM_FUNCTIONS; do
	ismload --json --device="$fn" --processes=8 --wait=/tmp/go --ready="/tmp/ready.$fn" \
		rate:rate=10,seconds=10,size=256,verify=0 >"$OUT/many.$fn.ops" &
	loads="$loads $!"
done
for fn in $ISM_FUNCTIONS; do
	appears "/tmp/ready.$fn"
done
: >/tmp/go
sleep 3
grep -E '^(Uid|Cap(Prm|Eff)|NoNewPrivs)' "/proc/$top/status" >$OUT/many.status
for load in $loads; do
	wait "$load"
done
lines $OUT/many.out $(($(wc -l <$OUT/many.out) + 2))
kill -TERM $top
wait $top
echo $? >$OUT/many.exit

# No driver; the generic one comes, then ours, and the function goes from one to the other.
unbind()
{
	for fn in $ISM_FUNCTIONS; do
		[ ! -e "/sys/bus/pci/devices/$fn/driver" ] ||
			echo "$fn" >"/sys/bus/pci/devices/$fn/driver/unbind"
	done
}

# last FILTER -- until it holds for the last line.  What is said in vain is said
# here, and not by the machine's timeout.  (jq -e takes no input for a yes.)
last()
{
	last_n=0
	until tail -n 1 $OUT/drivers.out | jq -se ".[0] | $1" >/dev/null 2>&1; do
		sleep 0.1
		last_n=$((last_n + 1))
		[ $last_n -lt 1200 ] || {
			echo "it does not come to $1" >&2
			tail -n 1 $OUT/drivers.out | cut -c1-1000 >&2
			exit 1
		}
	done
}

use()
{
	[ ! -e "/sys/bus/pci/devices/$first/driver" ] ||
		echo "$first" >"/sys/bus/pci/devices/$first/driver/unbind"
	echo "$1" >"/sys/bus/pci/devices/$first/driver_override"
	echo "$first" >/sys/bus/pci/drivers_probe
}

# Ended in the middle of its first interval: what it has counted is in a last one.
ismtop --json -d 3600 >$OUT/short.out 2>$OUT/short.err &
top=$!
# It is there once its programs are; the load waits for that.
until grep -q ^ismtop "/proc/$top/comm" && [ "$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$top/status")" = 0000000000000000 ]; do
	sleep 0.1
done
ismload --json --device="$first" block:count=7,verify=0,size=64 >$OUT/short.ops
kill -TERM $top
wait $top
echo $? >$OUT/short.exit

unbind
rmmod ism_vfio_pci vfio_pci vfio_pci_core 2>/dev/null
rmmod vfio_pci_core 2>/dev/null
[ ! -e /sys/module/vfio_pci_core ] || exit 1
ismtop --json -d 0.5 >$OUT/drivers.out 2>$OUT/drivers.err &
top=$!
last '.state == "waiting"'
modprobe vfio-pci
use vfio-pci
last '.attaches == 1'
ismload --json --device="$first" block:count=3,verify=0,size=64 >$OUT/drivers.1.ops
last ".totals.accesses == $(grep -c '"type":"op"' $OUT/drivers.1.ops)"
modprobe ism-vfio-pci
use ism-vfio-pci
# It is noticed, and attached to as well.
last '.attaches == 2'
ismload --json --device="$first" block:count=20,verify=0 >$OUT/drivers.2.ops
last ".totals.accesses == $(cat $OUT/drivers.[12].ops | grep -c '"type":"op"')"
kill -TERM $top
wait $top
echo $? >$OUT/drivers.exit
