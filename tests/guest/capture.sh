#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# capture.sh DRIVER -- the same accesses seen by live and by record at once, and
# captures of all kinds: what tests/capture.bats looks at.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

every="block:count=20 block:region=bar0,offset=0x123456789000,count=5 read widths widths:write=1 \
	split oversized crossing odd config badregion beyond"

# tracing FILE -- until a tracer says on its stderr that it has begun.
tracing()
{
	until grep -q tracing "$1" 2>/dev/null; do
		sleep 0.05
	done
}

# Live watches from before to after; nobody else has the function open.
ismtrace live --json >$OUT/live.out 2>$OUT/live.err &
live=$!
tracing $OUT/live.err
ran record ismtrace record -o $OUT/all.pcapng.gz -a -- \
	sh -c "exec ismload --json $every >$OUT/all.ops"
sleep 0.2
kill -TERM $live
wait $live
echo $? >$OUT/live.status

ran live-check ismtrace check --severity error -- ismload --quiet block:count=3,size=64
ran live-check-error ismtrace check -- ismload --quiet crossing

[ "$1" = ism-vfio-pci ] || exit 0

ran insn ismtrace record -o $OUT/insn.pcapng --insn -- \
	sh -c "exec ismload --json block:count=3 odd >$OUT/insn.ops"
ran payload ismtrace record -o $OUT/payload.pcapng.gz -s 64 -- \
	ismload --quiet block:size=32,count=2 block:size=256,count=2
hostile=$(printf '=\033[1m<b>",@x')
ln -s "$(command -v ismload)" "/tmp/$hostile"
ran hostile ismtrace record -o $OUT/hostile.pcapng.gz -- "/tmp/$hostile" --quiet block:count=4 crossing
ran many ismtrace record -o $OUT/many.pcapng.gz -- \
	sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do ismload --quiet block:size=64,count=500,verify=0; done'
# A reader that stands still has to lose what does not fit.
ran lossy ismtrace record -o $OUT/lossy.pcapng.gz --buffer-size 64K -- \
	sh -c 'kill -STOP $PPID
		ismload --quiet block:size=64,count=5000,verify=0
		kill -CONT $PPID'
ran live-check-exit ismtrace check --severity error -- sh -c 'exit 7'
ran live-check-json ismtrace check --json -- sh -c 'exec ismload --quiet crossing >&2'
exit 0
