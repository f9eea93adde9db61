#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# live.sh DRIVER [CONTRACT] -- one function, one client: what tests/live.bats looks
# at.  CONTRACT is what the client holds the driver to, instead of its own.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

every=$(patterns | paste -sd " ")

contract=${2:+--contract=$2}

# All that the client can do; of all processes, so that a stray record shows.
ran all ismtrace live --json -a -- \
	sh -c "exec ismload --json $contract $every >$OUT/all.ops"
ran insn ismtrace live --json --insn -- \
	sh -c "exec ismload --json $contract block:count=2 block:size=72,count=1 widths:write=1 odd config \
		oversized badregion mixed:count=40 >$OUT/insn.ops"
# shellcheck disable=SC2086 # A word or none.
ran text ismtrace live -- \
	ismload --quiet $contract block:count=1 oversized crossing badregion split:total=96,size=32,verify=0 \
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

# It is told to end then, and does not.
ran count ismtrace live --json -n 5 -- sh -c \
	"trap '' TERM; ismload --json block:count=200,size=64 >$OUT/count.ops; exit 3"
ran time ismtrace live --json -t 1.5
ran time-cmd ismtrace live --json -t 1 -- sleep 20

ran exit-0 ismtrace live --quiet -- true
ran exit-7 ismtrace live --quiet -- sh -c 'exit 7'
ran exit-term ismtrace live --quiet -- sh -c 'kill -TERM $$'
ran exit-missing ismtrace live --quiet -- /no/such/program
echo text >/tmp/text
ran exit-refused ismtrace live --quiet -- /tmp/text
exit 0
