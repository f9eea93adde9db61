#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# peers.sh NAME -- CMD [ARG...] -- in the lab's machine, run CMD while the tracer
# NAME watches the entry and the return of ism_vfio_pci_write and of
# __zpci_store_block, on all CPUs, and detach it.  After CMD's own output comes
#
#   NAME seen N lost N attached SECONDS peak KIB
#
# what it has in the end of those four a write, what it says it has lost of them ("-":
# it does not tell), how long it took until CMD could start, and how much memory the
# process had at most that started it.  CMD's status is passed on; 125 if the tracer failed.  peers.sh --list prints the names.
#
# lab/run --tools "$(bench/get-peers)" brings the programs.

TOOLS=/tools
TRACING=/sys/kernel/tracing
KPROBES=/sys/kernel/debug/kprobes/list
# Whatever is left of a peer's output, to look at when it has failed.
WORK=/tmp/peer

fail()
{
	echo "peers.sh: $peer: $*" >&2
	tail -n 5 "$WORK"/*.err >&2
	exit 125
}

now()
{
	# Not busybox's, which knows no nanoseconds.
	/usr/bin/date +%s%N
}

# tool ROOT PROGRAM [ARG...] -- of another Debian than the machine's, with its loader.
tool()
{
	tool_root=$TOOLS/$1 tool_name=$2
	tool_lib=$tool_root/usr/lib/s390x-linux-gnu
	for tool_llvm in "$tool_root"/usr/lib/llvm-*/lib; do
		tool_lib=$tool_lib:$tool_llvm
	done
	shift 2
	"$tool_root/usr/lib/ld64.so.1" --library-path "$tool_lib" \
		"$tool_root/usr/bin/$tool_name" "$@"
}

# --- What is told about it.

sum()
{
	awk '{ n += $1 } END { printf "%d\n", n }'
}

# The ring buffer's own account: field_of entries, field_of overrun.
buffer()
{
	sed -n "s/^$1: *//p" "$TRACING"/per_cpu/cpu*/stats | sum
}

# --- Probes of tracefs, which perf and trace-cmd use as well.

define_events()
{
	for at in ism_vfio_pci_write __zpci_store_block; do
		echo "p:peer/in_$at $at" && echo "r:peer/out_$at $at"
	done >"$TRACING/kprobe_events" || fail "cannot define the probes"
}

remove_events()
{
	echo 0 >"$TRACING/events/enable"
	echo >"$TRACING/kprobe_events"
}

missed()
{
	awk '{ n += $3 } END { printf "%d\n", n }' "$TRACING/kprobe_profile"
}

empty_buffer()
{
	echo nop >"$TRACING/current_tracer"
	echo >"$TRACING/trace"
}

# --- The peers: each runs $WORK/cmd and sets seen and lost.

peer_untraced()
{
	sh "$WORK/cmd"
	seen=- lost=-
}

# bpftrace_run PROGRAM -- it starts the command when all is attached.
bpftrace_run()
{
	bpftrace_root=bpftrace
	[ -e /proc/self/ns/pid ] || bpftrace_root=bpftrace-sid
	tool $bpftrace_root bpftrace -q -c "/bin/sh $WORK/cmd" -o "$WORK/out" -e "$1" \
		>"$WORK/bpftrace.out" 2>"$WORK/bpftrace.err" ||
		fail "bpftrace failed"
	lost=$(sed -n 's/^Lost \([0-9]*\) events.*/\1/p' "$WORK/out" "$WORK/bpftrace.err" | sum)
}

peer_floor_kprobe()
{
	bpftrace_run 'kprobe:ism_vfio_pci_write { } kretprobe:ism_vfio_pci_write { }
		kprobe:__zpci_store_block { } kretprobe:__zpci_store_block { }'
	seen=-
}

peer_floor_fentry()
{
	bpftrace_run 'fentry:ism_vfio_pci:ism_vfio_pci_write { } fexit:ism_vfio_pci:ism_vfio_pci_write { }
		fentry:vmlinux:__zpci_store_block { } fexit:vmlinux:__zpci_store_block { }'
	seen=-
}

# What ismtrace stat tells, as far as it goes: sizes and latencies of both.
peer_bpftrace()
{
	bpftrace_run '
		kprobe:ism_vfio_pci_write { @write_size = hist(arg2); @write[tid] = nsecs; }
		kretprobe:ism_vfio_pci_write /@write[tid]/ {
			@write_ns = hist(nsecs - @write[tid]); delete(@write[tid]); }
		kprobe:__zpci_store_block { @block_size = hist(arg1 & 0xffff); @block[tid] = nsecs; }
		kretprobe:__zpci_store_block /@block[tid]/ {
			@block_ns = hist(nsecs - @block[tid]); delete(@block[tid]); }'
	seen=$(sed -n 's/^\[.*) *\([0-9]*\) |.*/\1/p; s/^\[[0-9]*\] *\([0-9]*\) |.*/\1/p' "$WORK/out" | sum)
}

peer_trace_cmd()
{
	define_events
	tool trace-cmd trace-cmd record -q -o "$WORK/trace.dat" -e peer sh "$WORK/cmd" \
		2>"$WORK/trace-cmd.err" || fail "trace-cmd record failed"
	tool trace-cmd trace-cmd report --stat -i "$WORK/trace.dat" >"$WORK/stat" 2>>"$WORK/trace-cmd.err"
	lost=$(sed -n 's/^ *\(commit \)\{0,1\}overrun: *\([0-9]*\).*/\2/p' "$WORK/stat" | sum)
	seen=$(tool trace-cmd trace-cmd report -i "$WORK/trace.dat" 2>>"$WORK/trace-cmd.err" | grep -c ' \(in\|out\)_')
	remove_events
}

peer_perf_record()
{
	define_events
	tool linux-perf perf record -q -a -e 'peer:*' -o "$WORK/perf.data" -- sh "$WORK/cmd" \
		2>"$WORK/perf.err" || fail "perf record failed"
	tool linux-perf perf report --stats -i "$WORK/perf.data" >"$WORK/stat" 2>>"$WORK/perf.err"
	seen=$(sed -n 's/^ *SAMPLE events: *\([0-9]*\).*/\1/p' "$WORK/stat" | head -n 1)
	lost=$(sed -n 's/^ *LOST_SAMPLES events: *\([0-9]*\).*/\1/p; s/^ *LOST events: *\([0-9]*\).*/\1/p' \
		"$WORK/stat" | sum)
	remove_events
}

peer_perf_stat()
{
	define_events
	tool linux-perf perf stat -a -x, -e 'peer:*' -o "$WORK/stat" -- sh "$WORK/cmd" \
		2>"$WORK/perf.err" || fail "perf stat failed"
	seen=$(grep peer "$WORK/stat" | cut -d, -f1 | sum)
	lost=$(missed)
	remove_events
}

peer_function_graph()
{
	empty_buffer
	printf '%s\n' ism_vfio_pci_write __zpci_store_block >"$TRACING/set_ftrace_filter"
	echo function_graph >"$TRACING/current_tracer" || fail "no function_graph"
	sh "$WORK/cmd"
	echo 0 >"$TRACING/tracing_on"
	seen=$(buffer entries) lost=$(buffer overrun)
	empty_buffer
	echo >"$TRACING/set_ftrace_filter"
	echo 1 >"$TRACING/tracing_on"
}

peer_kprobe_events()
{
	empty_buffer
	define_events
	echo 1 >"$TRACING/events/peer/enable"
	sh "$WORK/cmd"
	echo 0 >"$TRACING/events/peer/enable"
	seen=$(buffer entries) lost=$(($(buffer overrun) + $(missed)))
	remove_events
	empty_buffer
}

# --- One of them.

peer=${1:-}
if [ "$peer" = --list ]; then
	sed -n 's/^peer_\(.*\)()$/\1/p' "$0" | tr _ -
	exit
fi
if [ "${2:-}" != -- ] || [ $# -lt 3 ]; then
	echo "usage: peers.sh NAME -- CMD [ARG...]" >&2
	exit 2
fi
shift 2

rm -rf "$WORK"
mkdir "$WORK"
# What the peer starts, with the words as they are.
{
	printf '/usr/bin/date +%%s%%N >%s/begin\n' "$WORK"
	for word; do
		printf "'%s' " "$(printf '%s\n' "$word" | sed "s/'/'\\\\''/g")"
	done
	echo '>&3'
	# shellcheck disable=SC2016 # For that shell.
	printf 's=%s\nsed -n "s/^VmHWM: *//p" /proc/$PPID/status >%s/peak\necho $s >%s/status\nexit $s\n' \
		'$?' "$WORK" "$WORK"
} >"$WORK/cmd"

# CMD's output is not the peer's.
exec 3>&1
start=$(now)
case $peer in
untraced) peer_untraced ;;
floor-kprobe) peer_floor_kprobe ;;
floor-fentry) peer_floor_fentry ;;
bpftrace) peer_bpftrace ;;
trace-cmd) peer_trace_cmd ;;
perf-record) peer_perf_record ;;
perf-stat) peer_perf_stat ;;
function-graph) peer_function_graph ;;
kprobe-events) peer_kprobe_events ;;
*)
	echo "peers.sh: no peer '$peer'; --list has the names" >&2
	exit 2
	;;
esac
# Detaching is deferred, and what comes next must not pay for it.
while [ -s "$KPROBES" ]; do
	sleep 0.05
done
[ -s "$WORK/status" ] || fail "CMD was not run"
echo "$peer seen $seen lost $lost attached $(awk -v b="$(cat "$WORK/begin")" -v s="$start" \
	'BEGIN { printf "%.3f", (b - s) / 1e9 }') peak $(awk '{ print $1 }' "$WORK/peak")"
exit "$(cat "$WORK/status")"
