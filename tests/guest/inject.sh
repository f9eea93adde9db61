#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# inject.sh -- accesses that the driver refuses, and instructions that fail because
# the lab said so, while ismtrace looks: what tests/inject.bats holds it against.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

f=$ISM_FUNCTIONS

# traced NAME ORDER... -- PATTERN... -- what the function does after the orders,
# each a word with + for space.
traced()
{
	traced_name=$1
	shift
	traced_orders=
	while [ "$1" != -- ]; do
		traced_orders="$traced_orders $1"
		shift
	done
	shift
	for order in $traced_orders; do
		# shellcheck disable=SC2046 # Words.
		lab-inject "$f" $(echo "$order" | tr + ' ') >/dev/null || exit 1
	done
	ran "$traced_name" ismtrace live --json -r bar0,bar1,bar2,bar3,bar5 -- \
		sh -c "ismload --json $* >$OUT/$traced_name.ops; exit 0"
	lab-inject "$f" clear >"$OUT/$traced_name.left"
}

traced cc1 block+count=2+cc=1+status=40 -- block:count=3,size=64,verify=0
traced cc3 block+cc=3 -- block:count=2,size=64,verify=0
traced exception block+exception=1 -- block:count=2,size=64,verify=0
traced busy block+count=3+cc=2 -- block:count=2,size=64,verify=0
traced load load+skip=2+cc=1+status=16 -- read:count=2,size=64
traced load-exception load+exception=1 -- read:count=2,size=64
traced refused -- oversized:count=1 crossing:count=1 badregion beyond

# A handle that is not known any more, and a function that is broken for good: both
# come while it is open, and the first is mended before it is closed.
# NAME ORDER
during()
{
	rm -f /tmp/open /tmp/go
	ran "$1" ismtrace live --json -r bar2 -- sh -c "
		ismload --json --ready=/tmp/open --wait=/tmp/go --hold=600000 block:count=2,size=64,verify=0 \
			read:count=1,size=64 >$OUT/$1.ops" &
	appears /tmp/open
	lab-inject "$f" "$2" >/dev/null || exit 1
	touch /tmp/go
	until grep -q '"total"' "$OUT/$1.ops"; do
		sleep 0.1
	done
	lab-inject "$f" clear >/dev/null
	lab-inject "$f" handle event=1 >/dev/null
	sleep 0.5
	kill "$(pidof ismload)"
	wait
}

during stale handle
during permanent permanent
exit 0
