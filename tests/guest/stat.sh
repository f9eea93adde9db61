#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# stat.sh DRIVER -- counts kept in the kernel: what tests/stat.bats looks at.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

every=$(patterns | paste -sd " ")

# The same accesses, counted and recorded at once.
ran live ismtrace live --json -a -- \
	sh -c "exec ismtrace stat --json -a -- sh -c 'exec ismload --json $every >$OUT/stat.ops' >$OUT/stat.out"

[ "$1" = ism-vfio-pci ] || exit 0

# Only CMD, while another client goes on with another function.
# shellcheck disable=SC2086 # Several words, one for each function.
set -- $ISM_FUNCTIONS
ismload --device "$2" --quiet rate:rate=200,seconds=60 >/dev/null 2>&1 &
other=$!
ran tree ismtrace stat --json -- \
	sh -c "exec ismload --device $1 --quiet --json block:size=256,count=5000,verify=0 >/share/tree.ops"
kill $other
wait $other

ran interval ismtrace stat --json -I 100 -- \
	sh -c 'exec ismload --json rate:rate=400,size=256,seconds=2 >/share/interval.ops'
ran intervals ismtrace stat -I 50 -n 3
# Somebody sets the clock meanwhile.
(
	sleep 0.7
	date -s @100000000
	sleep 0.7
	date -s @1900000000
) >/dev/null &
ran clock ismtrace stat --json -I 100 -- ismload --quiet rate:rate=100,seconds=2
wait
ran text ismtrace stat -- ismload --quiet block:count=3 oversized crossing
ran writes ismtrace stat --json -w write --size 64- -- \
	sh -c 'exec ismload --quiet block:size=32,count=7,verify=0 block:size=64,count=11,verify=0 >&2'
ran errors ismtrace stat --json --errors -- \
	sh -c 'exec ismload --quiet block:size=64,count=20,verify=0 oversized:count=2 >&2'
# A reader that stands still loses no count; the findings come by a buffer of 16 MiB.
ran stopped ismtrace stat --json -- \
	sh -c 'kill -STOP $PPID; ismload --quiet block:size=64,count=20000,verify=0 >&2; kill -CONT $PPID'
ran many ismtrace stat --json -- sh -c 'exec ismload --json --no-timing --quiet --processes 16 --threads 2 \
	block:size=128,count=200,verify=0 odd:size=3,count=5 >/share/many.ops'
ran exit-7 ismtrace stat -- sh -c 'exit 7'
ran exit-missing ismtrace stat -- /no/such/program
ran time ismtrace stat -t 0.5 -- sleep 20
exit 0
