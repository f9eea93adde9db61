#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# demo-visit.sh [live options] -- in the other machine of the demo: logs in on the console of
# the first and mounts its disk, while ismtrace watches.  scripts/demo calls it.

# shellcheck disable=SC2046,SC2086 # Words.
visit()
{
	set -- $ISM_FUNCTIONS $(cat /share/gids)
	echo
	echo "--- lpar-two on the console of lpar-one, through $1"
	# What a person would type, one line after the other.
	{
		sleep 1
		echo 'hostname; tty; ls -l /tmp/disk'
		sleep 1
		echo exit
	} | ismpeer console -f "$1" --peer "$3"
	echo
	echo "--- the disk of lpar-one is /dev/nbd0 of lpar-two, through $2"
	modprobe nbd && modprobe ext4 || exit 3
	ismpeer block --device /dev/nbd0 -f "$2" --peer "$4" &
	until [ "$(cat /sys/block/nbd0/size)" != 0 ]; do sleep 0.1; done
	sleep 0.2
	mkdir -p /mnt
	mount -t ext4 /dev/nbd0 /mnt || exit
	cat /mnt/welcome
	head -c 1000000 /dev/urandom >/mnt/written-by-two
	ls -l /mnt
	umount /mnt
	kill %1
}

if [ "${1:-}" = --client ]; then
	hostname lpar-two
	visit
	exit 0
fi

n=0
until [ -e /share/gids ]; do
	sleep 0.2
	[ $((n += 1)) -lt 300 ] || exit 3
done
ismtrace live --quiet --measure "$@" -- sh "$0" --client 2>&1
status=$?
touch /share/seen
exit $status
