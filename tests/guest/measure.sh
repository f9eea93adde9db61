#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# measure.sh DRIVER -- --measure of every command that has it, over two functions, the
# second on DRIVER.
#
# What is held against it is the kernel's own file about the block, where there is time to
# read it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

patterns="block:count=40 block:region=bar0,size=200,count=9 read:count=7 widths widths:write=1
	split crossing odd config badregion beyond mixed:count=50"

# written FUNCTION N -- wait until the machine has written its block N times.
written()
{
	written_last=
	written_n=0
	while [ $written_n -le "$2" ]; do
		written_now=$(sed -n 's/^ *Samples: *//p' "/sys/kernel/debug/pci/$1/statistics" 2>/dev/null)
		[ "$written_now" = "$written_last" ] || written_n=$((written_n + 1))
		written_last=$written_now
		sleep 0.05
	done
}

# Clients that have opened the functions; they go on at /tmp/NAME.go.
# opened NAME FUNCTION...
opened()
{
	opened_name=$1
	shift
	clients=
	for f; do
		# shellcheck disable=SC2086 # Words.
		ismload --json --device="$f" --ready="/tmp/$opened_name.$f" --wait="/tmp/$opened_name.go" \
			--hold=600000 $patterns >"$OUT/$opened_name.$f.ops" &
		clients="$clients $!"
		appears "/tmp/$opened_name.$f"
	done
}

# They go on, and stay open until what they did is in the blocks.
# used NAME FUNCTION...
used()
{
	used_name=$1
	shift
	touch "/tmp/$used_name.go"
	for f; do
		while ! grep -q '"total"' "$OUT/$used_name.$f.ops"; do
			sleep 0.1
		done
		written "$f" 2
		cp "/sys/kernel/debug/pci/$f/statistics" "$OUT/$used_name.$f.statistics"
	done
}

closed()
{
	# shellcheck disable=SC2086
	kill $clients
	# shellcheck disable=SC2086
	wait $clients
	return 0
}

# work NAME FUNCTION... -- what is traced: a reset has ended the blocks, so that they are
# only written again when they have begun anew.
work()
{
	opened "$@"
	work_name=$1
	shift
	for f; do
		written "$f" 2
	done
	used "$work_name" "$@"
	closed
}

case $1 in
--work)
	shift
	work "$@"
	exit
	;;
--off)
	# What the kernel does not tell the tracer of, but the machine counts.
	opened "$2" "$3"
	written "$3" 2
	echo 0 >/sys/kernel/debug/kprobes/enabled
	used "$2" "$3"
	echo 1 >/sys/kernel/debug/kprobes/enabled
	closed
	exit
	;;
--begun)
	# Blocks that begin and end while others are at it: with a CPU for each.
	f=${ISM_FUNCTIONS%% *}
	# shellcheck disable=SC2016 # For the shell that is traced.
	ran begun ismtrace live --json --measure -- sh -c '
		ismload --quiet --device="$1" block:size=64,count=6000,verify=0 >&2 &
		while kill -0 $! 2>/dev/null; do
			echo 0 >"/sys/kernel/debug/pci/$1/statistics"
			echo 1 >"/sys/kernel/debug/pci/$1/statistics"
		done 2>/dev/null
		true' sh "$f"
	exit 0
	;;
esac

driver=$1
# shellcheck disable=SC2086 # Two words.
set -- $ISM_FUNCTIONS
[ "$driver" = ism-vfio-pci ] || bind "$2" "$driver"

ran live ismtrace live --json --measure -- sh /share/measure.sh --work live "$1" "$2"
ran stat ismtrace stat --json --measure -- sh /share/measure.sh --work stat "$1" "$2"
ran filtered ismtrace live --json --measure -c nobody -- sh /share/measure.sh --work filtered "$1"
ran record ismtrace record -o /tmp/m.pcapng.gz --measure -- sh /share/measure.sh --work record "$1" "$2"
ran report ismtrace report --json /tmp/m.pcapng.gz
ran text ismtrace report /tmp/m.pcapng.gz
ran html ismtrace report --html /tmp/m.html /tmp/m.pcapng.gz
cp /tmp/m.html "$OUT/report.html"
ran check ismtrace check --json --measure -- sh /share/measure.sh --work check "$1"
ran twice ismtrace live --json --measure -- sh -c ". /share/lib.sh
	sh /share/measure.sh --work once $1
	sh /share/measure.sh --work again $1"

# Open before the trace begins, and still open when it ends.
opened held "$1"
ran held ismtrace live --measure --color=never -- sh -c "touch /tmp/held.go
	until grep -q '\"total\"' $OUT/held.$1.ops; do sleep 0.1; done"
cp "/sys/kernel/debug/pci/$1/statistics" "$OUT/held.$1.statistics"
closed

ismtop --json --measure -d 0.2 >"$OUT/top.out" 2>"$OUT/top.err" &
top=$!
until [ -s "$OUT/top.out" ]; do
	sleep 0.1
done
work top "$1"
kill -TERM $top
wait $top
echo $? >"$OUT/top.status"

# Without a JIT programs hang on kprobes, which can be switched off.
[ -e /proc/sys/net/core/bpf_jit_enable ] ||
	ran off ismtrace live --json --measure -- sh /share/measure.sh --off off "$1"

# The process that begins blocks, and a trace that goes on without it.
# shellcheck disable=SC2016 # For the shell that is traced.
ran helper ismtrace live --quiet --measure -- sh -c '
	for p in $(pgrep -P $PPID); do
		[ $p = $$ ] || {
			cat /proc/$p/status
			ls -l /proc/$p/fd
			grep bpf /proc/$p/maps
			kill -KILL $p
		} >/share/helper.proc
	done
	sleep 0.5'
exit 0
