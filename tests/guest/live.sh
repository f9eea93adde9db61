#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# live.sh DRIVER -- one function, one client: what tests/live.bats looks at.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

every="block block:region=bar0,offset=0x123456789000 read widths widths:write=1 split oversized \
	crossing misaligned odd config badregion beyond window fault empty disabled \
	rate:rate=500 rate:rate=200,size=64,stride=64 rate:rate=5,size=64,stride=64 \
	split:region=bar0,total=12288,size=2048 mixed:count=300"

# All that the client can do; of all processes, so that a stray record shows.
ran all ismtrace live --json -a -- \
	sh -c "exec ismload --json $every >$OUT/all.ops"
ran insn ismtrace live --json --insn -- \
	sh -c "exec ismload --json block:count=2 block:size=72,count=1 widths:write=1 odd config \
		oversized badregion mixed:count=40 >$OUT/insn.ops"
ran text ismtrace live -- \
	ismload --quiet block:count=1 oversized crossing badregion split:total=96,size=32,verify=0 \
	odd:size=3

[ "$1" = ism-vfio-pci ] || exit 0

ran many ismtrace live --json -- \
	sh -c 'exec ismload --quiet --no-timing block:size=256,count=100000,verify=0 >&2'
# A reader that stands still has to lose what does not fit.
ran lossy ismtrace live --json --buffer-size 64K -- \
	sh -c 'kill -STOP $PPID
		ismload --json block:size=64,count=10000,verify=0 >/share/lossy.ops
		kill -CONT $PPID'
ran lossy-text ismtrace live --quiet --buffer-size 64K -- \
	sh -c 'kill -STOP $PPID; ismload --quiet block:size=64,count=1000; kill -CONT $PPID'

ran count ismtrace live --json -n 5 -- sh -c \
	"ismload --json block:count=200,size=64 >$OUT/count.ops; touch /tmp/counted"
appears /tmp/counted
ran time ismtrace live --json -t 1.5
ran time-cmd ismtrace live --json -t 1 -- sleep 20

ran exit-0 ismtrace live --quiet -- true
ran exit-7 ismtrace live --quiet -- sh -c 'exit 7'
ran exit-term ismtrace live --quiet -- sh -c 'kill -TERM $$'
ran exit-missing ismtrace live --quiet -- /no/such/program
echo text >/tmp/text
ran exit-refused ismtrace live --quiet -- /tmp/text
exit 0
