#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ismtop-cost.sh -- what ismtop costs as text and as JSON, one after the other, beside 64
# clients of eight functions.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# measure NAME ARG... -- of ismtop ARG...
measure()
{
	measure_name=$1
	shift
	ismtop "$@" >$OUT/"$measure_name" 2>$OUT/"$measure_name.err" &
	measure_pid=$!
	until [ "$(wc -l <$OUT/"$measure_name")" -ge 2 ]; do
		sleep 0.2
	done
	share $measure_pid >$OUT/"$measure_name.share"
	kill $measure_pid
	wait $measure_pid
}

for fn in $ISM_FUNCTIONS; do
	ismload --quiet --device="$fn" --processes=8 \
		rate:rate=10,seconds=600,size=256,verify=0 >/dev/null 2>&1 &
done
sleep 1
: >$OUT/text
: >$OUT/json
measure text -b -d 1
measure json --json -d 1
