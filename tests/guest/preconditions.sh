#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# preconditions.sh -- what probes depend on is turned off, or is not enough, before a trace
# or during it: tests/preconditions.bats looks at it.  Begins on generic vfio-pci.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

level=/sys/kernel/debug/s390dbf/pci_error/level
kprobes=/sys/kernel/debug/kprobes/enabled
ftrace=/proc/sys/kernel/ftrace_enabled
events=/sys/kernel/tracing/kprobe_events
# Ten writes, by themselves or as the CMD of one that traces them.
load()
{
	"$@" ismload --quiet --json block:size=64,count=10,verify=0
}

# while_off NAME FILE VALUE CMD... -- CMD traces three loads of ten writes; before the
# second VALUE is written to FILE, before the third what was there.
while_off()
{
	off_name=$1
	off_file=$2
	off_value=$3
	off_was=$(cat "$2")
	shift 3
	ran "$off_name" "$@" &
	until grep -qsE 'tracing|counting' "$OUT/$off_name.err"; do
		sleep 0.05
	done
	load env >"$OUT/$off_name.ops"
	echo "$off_value" >"$off_file"
	load env >>"$OUT/$off_name.ops"
	until grep -q 'turned off' "$OUT/$off_name.err"; do
		sleep 0.05
	done
	echo "$off_was" >"$off_file"
	load env >>"$OUT/$off_name.ops"
	kill "$(pidof ismtrace)"
	wait
}

# --- As many calls at once as there are, on generic vfio-pci: its return is a probe.

ran crowd-live ismtrace live --json -- /share/crowd 60 2
ran crowd-stat ismtrace stat --json -- /share/crowd 60 2
ran crowd-insn ismtrace live --json --insn -- /share/crowd 60 2
cat "$events" >"$OUT/events.after"
# Somebody else's, and some that look nearly like ours.
{
	echo 'r:mine/other vfio_pci_core_read'
	echo 'r:ismtrace_123/near vfio_pci_core_read'
} >>"$events"
ran killed ismtrace live -t 600 &
until grep -qs tracing "$OUT/killed.err"; do
	sleep 0.05
done
cat "$events" >"$OUT/events.used"
# Another one that starts meanwhile leaves alone what is in use.
ran beside ismtrace live --quiet -- true
cat "$events" >"$OUT/events.beside"
kill -KILL "$(pidof ismtrace)"
wait
cat "$events" >"$OUT/events.killed"
ran next ismtrace live --quiet -- true
cat "$events" >"$OUT/events.next"
echo >"$events"

mkdir /tmp/nothing
mount -o bind /tmp/nothing /sys/kernel/tracing
mount -o bind /tmp/nothing /sys/kernel/debug/tracing
ran few ismtrace live -- /share/crowd 60 2
ran few-json ismtrace live --json -- /share/crowd 60 2
ran few-doctor ismtrace doctor
umount /sys/kernel/tracing /sys/kernel/debug/tracing

# --- The log of errors: generic vfio-pci's stores all fail.

echo - >"$level"
load ran level-before ismtrace live --json --
load ran level-stat ismtrace stat --json --
ran level-doctor ismtrace doctor
echo 3 >"$level"
# The MSI-X table is the driver's own.
ran msix ismtrace live --json -- ismload --quiet --json block:region=bar4,size=8,count=10,verify=0
ran msix-stat ismtrace stat --json -- ismload --quiet block:region=bar4,size=8,count=10,verify=0
while_off level-during "$level" - ismtrace live --json
while_off level-counted "$level" - ismtrace stat -I 100 --json

# --- Probes: of our driver's accesses the trace events tell, of instructions only these.

bind "$ISM_FUNCTIONS" ism-vfio-pci
ran msix-reads ismtrace live --json -- ismload --quiet --json read:region=bar4,size=8,count=10
for name in kprobes ftrace; do
	eval "file=\$$name"
	# shellcheck disable=SC2154 # By eval.
	echo 0 >"$file"
	load ran $name-before ismtrace live --json --
	ran $name-doctor ismtrace doctor
	ran $name-list ismtrace list
	echo 1 >"$file"
done
while_off ftrace-live "$ftrace" 0 ismtrace live --json
while_off ftrace-stat "$ftrace" 0 ismtrace stat --json
while_off ftrace-record "$ftrace" 0 ismtrace record -o /tmp/ftrace.pcapng
ran ftrace-report ismtrace report --json /tmp/ftrace.pcapng
# ismtop prints its first interval when it is attached.
ran ftrace-top ismtop --json -d 1 -n 5 &
until [ -s "$OUT/ftrace-top.out" ]; do
	sleep 0.05
done
load env >"$OUT/ftrace-top.ops"
echo 0 >"$ftrace"
load env >>"$OUT/ftrace-top.ops"
sleep 0.5
echo 1 >"$ftrace"
wait
if [ "$1" = kprobe ]; then
	while_off kprobes-live "$kprobes" 0 ismtrace live --json
fi

# --- Limits.

for n in 12 40; do
	ran "files-$n" sh -c "ulimit -n $n; exec ismtrace live -- true"
done
ran files-soft sh -c 'ulimit -Sn 20; exec ismtrace live --quiet -- sh -c "ulimit -Sn >/share/files-cmd"'
ran data sh -c 'ulimit -d 2000; exec ismtrace live -- true'
ran data-stat sh -c 'ulimit -d 2000; exec ismtrace stat -- true'
ran space sh -c 'ulimit -v 20000; exec ismtrace live -- true'
ran threads bash -c 'ulimit -u 1; exec ismtrace record -o /tmp/x.pcapng -- true'
exit 0
