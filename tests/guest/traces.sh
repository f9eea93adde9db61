#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2317 # Functions that are called by name.
#
# traces.sh MACHINE -- record the captures of tests/traces that come from this
# machine; scripts/record-traces says what it is.  Beside each, NAME.client is
# the client's own account.
#
# traces.sh killed COUNT -- COUNT recorders of one client, each killed at a
# random moment: what tests/traces.bats looks at.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# capture FILE [record option...] -- PATTERN... -- by ismload, which tells each
# access.  What is recorded is checked by the tests; here it only has to work.
capture()
{
	capture_file=$1
	capture_name=${1%%.*}
	shift
	capture_options=
	while [ "$1" != -- ]; do
		capture_options="$capture_options $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # They are words.
	ismtrace record -q -o "$OUT/$capture_file" $capture_options -- \
		sh -c 'out=$1 && shift && exec ismload --json "$@" >"$out"' sh \
		"$OUT/$capture_name.client" "$@" 2>"$OUT/$capture_name.err" || {
		cat "$OUT/$capture_name.err" >&2
		echo "cannot record $capture_file" >&2
		exit 1
	}
}

# What both drivers and both ways to attach are compared by: everything, once.
tour="block:count=3 block:region=bar0,offset=0x123456789000,count=1 read:count=2
	split:total=1024,size=256 oversized crossing misaligned:count=4 odd:size=6
	badregion beyond fault empty disabled"

from_ism_kprobe()
{
	capture clean.pcapng.gz -- block:count=4 block:region=bar0,offset=0x123456789000,count=2 read:count=4
	capture oversized.pcapng.gz -- oversized:count=2
	capture crossing.pcapng.gz -- crossing
	capture split.pcapng.gz -- split:verify=0
	capture apart.pcapng.gz -- rate:rate=5,seconds=1,size=512,stride=512
	capture narrow.pcapng.gz -- odd:size=8
	capture misaligned-relaxed.pcapng.gz -- misaligned
	capture short.pcapng.gz -- beyond
	capture failed.pcapng.gz -- badregion fault disabled
	capture insn-ism.pcapng.gz --insn -- block:count=2 odd:size=4
	capture payload.pcapng.gz -s 64 -- block:size=32,count=3 block:size=256,count=3
	capture filtered.pcapng.gz -w write --size 64- -- block:size=32,count=3 block:size=64,count=3
	capture plain.pcapng -- block:count=20 oversized
	# So small a ring, and a reader that stands still, lose the rest.
	ismtrace record -q -o "$OUT"/lossy.pcapng.gz --buffer-size 16K -- sh -c '
		kill -STOP $PPID
		ismload --json --quiet block:size=64,count=400,verify=0 >/share/lossy.client
		kill -CONT $PPID' || exit 1
	hostile=$(printf '=\033[1m<b>",@x')
	ln -s "$(command -v ismload)" "/tmp/$hostile"
	ismtrace record -q -o "$OUT"/hostile.pcapng.gz -- "/tmp/$hostile" --quiet block:count=2 crossing \
		>/dev/null || exit 1
	# Eleven seconds of client; the recorder lives for the half of one.
	ismload --quiet rate:region=bar0,size=8,stride=4096,rate=500,seconds=11 >/dev/null &
	killed_client=$!
	ismtrace record -q -o "$OUT"/killed.pcapng.gz 2>"$OUT"/killed.err &
	sleep 2.5
	kill -KILL $!
	kill "$killed_client"
	wait
	tour_of ism-kprobe
}

tour_of()
{
	# shellcheck disable=SC2086 # They are words.
	capture "tour-$1.pcapng.gz" -- $tour
}

from_vfio_kprobe()
{
	capture fragmented.pcapng.gz -- block:count=2
	capture payload-vfio.pcapng.gz -s 16 -- block:size=64,count=2
	capture insn-vfio.pcapng.gz --insn -- block:size=64,count=2
	tour_of vfio-kprobe
}

from_ism_strict()
{
	capture misaligned-strict.pcapng.gz -- misaligned --strict
	capture aligned-strict.pcapng.gz -- block:size=64,count=4 --strict
}

# Each function has its own client, with two processes of two threads; all
# at once, on two CPUs.
from_ism_many()
{
	ismtrace record -q -o "$OUT"/several.pcapng.gz -- sh -c '
		for function in $ISM_FUNCTIONS; do
			ismload --json -d $function --processes 2 --threads 2 block:size=256,count=3 odd:size=3 \
				>/share/several-$function.client &
		done
		wait' || exit 1
	cat "$OUT"/several-*.client >"$OUT"/several.client
}

killed()
{
	# Each write has an offset of its own, one page behind the one before.  So
	# few fill no buffer within a second: what is in the file was flushed.
	ismload --quiet rate:region=bar0,size=8,stride=4096,rate=200,seconds=3600 >/dev/null &
	killed_client=$!
	killed_seed=$(date +%N)
	for i in $(seq "$1"); do
		ismtrace record -o "$OUT/$i.pcapng.gz" 2>"$OUT/$i.err" &
		# Each fourth one while it attaches, perhaps.
		[ $((i % 4)) = 0 ] || until grep -q tracing "$OUT/$i.err"; do
			sleep 0.02
		done
		sleep "$(awk -v "seed=$killed_seed$i" 'BEGIN { srand(seed); print 1.6 * rand() }')"
		! grep -q tracing "$OUT/$i.err" || : >"$OUT/$i.tracing"
		cut -d ' ' -f 1 /proc/uptime >"$OUT/$i.uptime"
		kill -KILL $!
		# shellcheck disable=SC3045
		wait $!
		echo $? >"$OUT/$i.status"
	done
	kill "$killed_client"
	wait
}

case $1 in
killed)
	killed "$2"
	;;
ism-kprobe | vfio-kprobe | ism-strict | ism-many)
	"from_$(echo "$1" | tr - _)"
	;;
ism-fentry | vfio-fentry)
	tour_of "$1"
	;;
*)
	exit 2
	;;
esac
exit 0
