#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# life.sh ROUNDS DRIVER -- the driver's coming and going while it is used: what
# tests/driver-life.bats looks at.  Of four functions the first is used, the second
# and third go, the fourth is busy all the time.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

rounds=$1
driver=$2
# shellcheck disable=SC2086 # Words.
set -- $ISM_FUNCTIONS

# FUNCTION -- a client that has it open, in the background; $! is its process.
held()
{
	rm -f /tmp/open
	ismload --quiet --device="$1" --ready=/tmp/open --hold=600000 block:count=1 >/dev/null &
	appears /tmp/open
}

# --- The measurement block counts what was sent, no more and no less.

ismload --json --device="$1" --ready=/tmp/open --wait=/tmp/go --hold=600000 \
	block:count=1000,verify=0 oversized:count=300 crossing:count=300 badregion:count=100 \
	read:offset=1,size=4095,count=100 >"$OUT/fmb.ops" &
client=$!
appears /tmp/open
statistics=/sys/kernel/debug/pci/$1/statistics
echo 0 >"$statistics"
echo 1 >"$statistics"
touch /tmp/go
until grep -q '"total"' "$OUT/fmb.ops"; do
	sleep 0.1
done
sleep 5
cp "$statistics" "$OUT/fmb"
kill "$client"
wait "$client"

# --- The module does not go while it is used.

held "$1"
client=$!
ran rmmod-held rmmod ism_vfio_pci
kill "$client"
wait "$client"

# --- Unbinding asks, and waits.

held "$1"
client=$!
echo "$1" >"/sys/bus/pci/drivers/$driver/unbind" &
unbind=$!
sleep 1
ran unbind-held kill -0 "$unbind"
kill "$client"
wait "$client"
ran unbind-done wait "$unbind"
ls -d "/sys/bus/pci/devices/$1/driver" >"$OUT/unbound" 2>&1
echo "$1" >"/sys/bus/pci/drivers/$driver/bind"
ran after-unbind ismcheck --device "$1" window-top

# --- Hot unplug.

ran unplug ismcheck --orders --device "$2" unplug
held "$3"
client=$!
lab-inject "$3" unplug >/dev/null
sleep 1
ran unplug-held ls "/sys/bus/pci/devices/$3/vendor"
kill "$client"
wait "$client"
sleep 1
ls /sys/bus/pci/devices >"$OUT/left"

# --- Round and round, with another function under load.

unaccounted()
{
	awk '/^SUnreclaim|^KernelStack|^Percpu/ { n += $2 } END { print n }' /proc/meminfo
}

# What is freed later is freed by now, as far as anybody can make it.
settle()
{
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
}

# shellcheck disable=SC2317 # It is called by ran.
opened()
{
	ismcheck --device "$1" --rounds "$2" reopen
}

# shellcheck disable=SC2317 # It is called by ran.
bound()
{
	i=0
	while [ "$i" -lt "$2" ]; do
		echo "$1" >"/sys/bus/pci/drivers/$driver/unbind" || return 1
		echo "$1" >"/sys/bus/pci/drivers/$driver/bind" || return 1
		i=$((i + 1))
	done
	ismcheck --device "$1" window-top
}

sh -c 'while :; do ismload --quiet --device='"$4"' mixed:count=2000 >/dev/null || exit 1; done' &
load=$!
for what in opened bound; do
	$what "$1" 50 >/dev/null
	settle
	before=$(unaccounted)
	begin=$(cut -d' ' -f1 /proc/uptime)
	ran "$what" $what "$1" "$rounds"
	end=$(cut -d' ' -f1 /proc/uptime)
	settle
	echo "{\"rounds\":$rounds,\"grown_kib\":$(($(unaccounted) - before)),\"begin\":$begin,\"end\":$end}" \
		>"$OUT/$what.rounds"
done
ran load kill -0 "$load"
kill "$load"
wait "$load"

# --- Memory that is not there, one time in ten, wherever the kernel asks for some on
# behalf of a client, or of who binds and unbinds.

# faulty CMD [ARG...] -- its own allocations fail, and no one else's.
faulty()
{
	# shellcheck disable=SC2016 # For that shell.
	sh -c 'echo 1 >/proc/self/make-it-fail && exec "$@"' sh "$@" >/dev/null 2>&1
}

faults=/sys/kernel/debug/failslab
if [ -e "$faults" ]; then
	echo Y >"$faults/task-filter"
	echo N >"$faults/ignore-gfp-wait"
	echo 0 >"$faults/verbose"
	echo -1 >"$faults/times"
	failed=0 worked=0
	i=0
	while [ "$i" -lt "$rounds" ]; do
		# From one in five to one in a hundred: each gets farther than the one before.
		echo $((20 - i * 19 / rounds)) >"$faults/probability"
		if faulty ismload --quiet --device="$1" block:count=3; then
			worked=$((worked + 1))
		else
			failed=$((failed + 1))
		fi
		for file in unbind bind; do
			# shellcheck disable=SC2016 # For that shell.
			faulty sh -c 'echo "$1" >"$2"' sh "$1" "/sys/bus/pci/drivers/$driver/$file"
			# Whatever it came to, the next one finds it bound.
			[ "$file" = unbind ] || [ -e "/sys/bus/pci/drivers/$driver/$1" ] ||
				echo "$1" >"/sys/bus/pci/drivers/$driver/bind"
		done
		i=$((i + 1))
	done
	echo 0 >"$faults/probability"
	echo "{\"rounds\":$i,\"failed\":$failed,\"worked\":$worked}" >"$OUT/faults"
	ran after-faults ismcheck --device "$1" window-top
fi
if [ -e /sys/kernel/debug/kmemleak ]; then
	echo scan >/sys/kernel/debug/kmemleak
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak >"$OUT/kmemleak"
fi

for f in "$1" "$4"; do
	echo "$f" >"/sys/bus/pci/drivers/$driver/unbind"
done
ran rmmod rmmod ism_vfio_pci
exit 0
