#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# soak.sh all|cuts SEED SECONDS [ismsoak option...] -- the load, and live, record, stat
# and ismtop at once over it, or tracers that begin and end in the middle of it.
# scripts/soak runs it, tests/soak/ holds against one another what it leaves in /share.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

what=$1
seed=$2
seconds=$3
shift 3

# Files that are written all the time are in memory; they are moved at the end.
T=/tmp/soak

# Who waits for whom, if it does not end: $OUT/stuck, and the machine is switched off soon after.
stuck()
{
	sleep $((240 + 10 * seconds))
	for stuck_task in /proc/[0-9]*/task/*; do
		echo "$stuck_task $(sed -n 's/^State:[[:space:]]*//p; s/^PPid:[[:space:]]*/parent /p' "$stuck_task/status" |
			paste -sd ' ') $(tr '\0' ' ' <"$stuck_task/cmdline")"
		cat "$stuck_task/stack" "$stuck_task/syscall"
	done >"$OUT/stuck" 2>/dev/null
	cp -r "$T" "$OUT/"
}
stuck >/dev/null 2>&1 &

mkdir $T $T/cut || exit 1
mkdir -p /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null

# In every other round the numbers of tasks are used again and again.
[ $((seed / 2 % 2)) = 0 ] || echo 700 >/proc/sys/kernel/pid_max

# Two functions are open, and their measurement blocks count, before anybody looks.
# Cut-offs are waited for.
longest=$seconds
[ "$what" != cuts ] || longest=36000
# It leaves some time to those that watch it, or their start would be all that there is.
nice -n 15 ismsoak --seed "$seed" --seconds "$longest" --log $T/log --ready $T/ready --wait $T/go \
	--done $T/done --hold $T/hold "$@" >$T/ops 2>"$OUT/load.err" &
load=$!
while [ ! -e $T/ready ]; do
	kill -0 $load 2>/dev/null || exit 1
	sleep 0.05
done

# finished -- the load has ended, or nothing will.
finished()
{
	while [ ! -e $T/done ]; do
		kill -0 $load 2>/dev/null || exit 1
		sleep 0.1
	done
}

if [ "$what" = cuts ]; then
	touch $T/go
	# Two at a time, which do not know of one another.
	ismsoak cut --seed "$seed" --dir $T/cut --log $T/log --until $T/done --first 0 2>"$OUT/cut.err" &
	one=$!
	ismsoak cut --seed "$((seed + 1))" --dir $T/cut --log $T/log \
		--until $T/done --first 100000 2>"$OUT/cut.2.err" &
	other=$!
	# So long, but so many at least: on a busy host one takes as long as ten elsewhere.
	sleep "$seconds"
	while [ "$(cat $T/cut/cuts.* | wc -l)" -lt 6 ] && kill -0 $one && kill -0 $other; do
		sleep 0.5
	done
	kill $load
	finished
	wait $one $other
	touch $T/hold
	wait $load
	cat $T/cut/cuts.* >$T/cut/cuts
	cp -r $T/ops $T/cut "$OUT/"
	exit 0
fi

ismtop --json -d 2 >$T/top.json 2>"$OUT/top.err" &
top=$!
while ! grep -q '"state":"running"' $T/top.json; do
	kill -0 $top 2>/dev/null || exit 1
	sleep 0.1
done

# What the innermost of the tracers runs.
cat >$T/work.sh <<END
touch $T/go
while [ ! -e $T/done ]; do
	kill -0 $load 2>/dev/null || exit 1
	sleep 0.1
done
# The machine updates the blocks every four seconds.
sleep 5
for f in \$ISM_FUNCTIONS; do
	cp "/sys/kernel/debug/pci/\$f/statistics" "$OUT/\$f.statistics" 2>/dev/null
done
exit 0
END

ismtrace live --json -a --buffer-size 64M -- sh -c "
	exec ismtrace record -a --buffer-size 64M -o $T/record.pcapng.gz -- sh -c '
		exec ismtrace stat --json -a -- sh $T/work.sh >$T/stat.json'" >$T/live.json 2>"$OUT/tracers.err"
echo $? >"$OUT/status"

# An interval that ended after all of that.
n=$(wc -l <$T/top.json)
while [ "$(wc -l <$T/top.json)" -lt $((n + 2)) ]; do
	kill -0 $top 2>/dev/null || break
	sleep 0.1
done
# A shell's background job leaves SIGINT alone.
kill -TERM $top
wait $top
touch $T/hold
wait $load
tail -n 1 $T/top.json >"$OUT/top.json"
cp $T/ops $T/live.json $T/stat.json $T/record.pcapng.gz "$OUT/"
exit 0
