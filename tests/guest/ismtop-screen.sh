#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ismtop-screen.sh -- ismtop on a terminal, beside 64 clients of eight functions;
# what it costs goes to /share/screen.cpu.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# clients -- once ismtop is there: it attaches sooner while the machine is idle.
clients()
{
	appears $OUT/go
	for fn in $ISM_FUNCTIONS; do
		ismload --quiet --device="$fn" --processes=8 \
			rate:rate=10,seconds=600,size=256,verify=0 &
	done
}

# measure -- once it is on the screen.
measure()
{
	appears $OUT/measure
	share "$(pgrep -x ismtop)" >$OUT/screen.part
	mv $OUT/screen.part $OUT/screen.share
}

clients >/dev/null 2>&1 &
measure >/dev/null 2>&1 &
exec ismtop -d 1
