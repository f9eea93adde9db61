#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# demo.sh [live options] -- runs in the lab's machine: one trace over the
# same client on both drivers.  scripts/demo calls it.

f=${ISM_FUNCTIONS%% *}
dev=/sys/bus/pci/devices/$f

bind()
{
	echo "$1" >"$dev/driver_override"
	[ ! -e "$dev/driver" ] || echo "$f" >"$dev/driver/unbind"
	echo "$f" >/sys/bus/pci/drivers_probe
	[ "$(basename "$(readlink "$dev/driver")")" = "$1" ] || exit 3
}

client()
{
	echo
	echo "--- $1: two writes of 4096 bytes, read back"
	bind "$1"
	ismload --quiet block:size=4096,count=2 || exit
	# The tracer looks 20 times a second: let it show this before going on.
	sleep 0.2
}

if [ "${1:-}" = --client ]; then
	client vfio-pci
	client ism-vfio-pci
	exit
fi

modprobe -a vfio-pci ism-vfio-pci || exit 3
# One stream: the client's lines belong between those about its accesses.
exec ismtrace live --measure -r bar2 "$@" -- sh "$0" --client 2>&1
