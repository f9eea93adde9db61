#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# smc.sh BYTES -- SMC-D between two network namespaces, on two functions of this machine: what
# tests/smc.bats looks at.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

BYTES=$1
# shellcheck disable=SC2086 # Words.
set -- $ISM_FUNCTIONS

# What a working function is for, and memory is not.
modprobe ism
for f; do
	[ -e "/sys/bus/pci/devices/$f/driver" ] && basename "$(readlink "/sys/bus/pci/devices/$f/driver")" || echo none
done >"$OUT/bound"
ls /sys/class/dibs >"$OUT/dibs"
modprobe -a smc_diag veth

# A cable between here and another namespace.
unshare -n sleep 10000 &
there=$!
sleep 0.5
ip link add here type veth
ip link set veth0 netns $there
ip addr add 10.9.0.1/24 dev here
ip link set here up
in_there()
{
	nsenter -t "$there" -n "$@"
}
in_there ip addr add 10.9.0.2/24 dev veth0
in_there ip link set veth0 up
in_there ip link set lo up

# blocks FUNCTION -- store blocks that the machine has counted for it.
blocks()
{
	sed -n 's/^ *Store block operations:[^0-9]*//p' "/sys/kernel/debug/pci/$1/statistics"
}
# begun -- let the measurement blocks begin at 0.
begun()
{
	for f in "$1" "$2"; do
		echo 0 >"/sys/kernel/debug/pci/$f/statistics"
		echo 1 >"/sys/kernel/debug/pci/$f/statistics"
	done
}

# both NAME [OPTION...] -- the program, on both sides at once.
both()
{
	both_name=$1
	shift
	ran "$both_name-serve" /share/smc "$@" serve 4711 &
	both_pid=$!
	ran "$both_name-connect" in_there /share/smc "$@" connect 10.9.0.1 4711
	wait $both_pid
}

# The kernel itself counts as well what it sends.
echo 'p:stb __zpci_store_block' >/sys/kernel/tracing/kprobe_events
echo 1 >/sys/kernel/tracing/events/kprobes/stb/enable
begun "$1" "$2"
before=$(awk '{ print $2 }' /sys/kernel/tracing/kprobe_profile)
both plain --bytes "$BYTES"
echo $(($(awk '{ print $2 }' /sys/kernel/tracing/kprobe_profile) - before)) >"$OUT/sent"
echo 0 >/sys/kernel/tracing/events/kprobes/stb/enable
# The measurement blocks are updated ten times a second.
sleep 0.5
blocks "$1" >"$OUT/blocks"
blocks "$2" >>"$OUT/blocks"

# The peer is killed in the middle: the other side hears of it, and the next one works.
ran killed-serve /share/smc --bytes "$BYTES" serve 4711 &
served=$!
# shellcheck disable=SC2016 # Its own.
in_there sh -c 'echo $$ >/tmp/victim; exec /share/smc --slow 20 --begun /tmp/killed "$@"' sh --bytes "$BYTES" connect 10.9.0.1 4711 &
appears /tmp/killed
sleep 0.5
kill -9 "$(cat /tmp/victim)"
wait $served
both after --bytes 1000000

# A function is taken away in the middle.
ran gone-serve /share/smc --bytes "$BYTES" serve 4711 &
served=$!
ran gone-connect in_there /share/smc --bytes "$BYTES" --slow 20 --begun /tmp/gone connect 10.9.0.1 4711 &
connected=$!
appears /tmp/gone
sleep 0.5
echo "$2" >/sys/bus/pci/drivers/ism/unbind
wait $served $connected
exit 0
