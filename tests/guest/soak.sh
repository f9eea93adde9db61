#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# soak.sh SEED SECONDS [ismsoak option...] -- the load, and live, record, stat and
# ismtop at once over it; and some that begin and end in between.  scripts/soak runs
# it, tests/soak/ holds against one another what it leaves in /share.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

seed=$1
seconds=$2
shift 2

# Files that are written all the time are in memory; they are moved at the end.
T=/tmp/soak
mkdir $T $T/cut || exit 1
mkdir -p /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null

# Two functions are open, and their measurement blocks count, before anybody looks.
ismsoak --seed "$seed" --seconds "$seconds" --log $T/log --ready $T/ready --wait $T/go \
	--done $T/done --hold $T/hold "$@" >$T/ops 2>"$OUT/load.err" &
load=$!
while [ ! -e $T/ready ]; do
	kill -0 $load 2>/dev/null || exit 1
	sleep 0.05
done

ismtop --json -d 2 >$T/top.json 2>"$OUT/top.err" &
top=$!
while ! grep -q '"state":"running"' $T/top.json; do
	kill -0 $top 2>/dev/null || exit 1
	sleep 0.1
done

# What the innermost of the tracers runs.
cat >$T/work.sh <<END
. /share/lib.sh
touch $T/go
ismsoak cut --seed $seed --dir $T/cut --until $T/done 2>"$OUT/cut.err" &
cut=\$!
while [ ! -e $T/done ]; do
	kill -0 $load 2>/dev/null || exit 1
	sleep 0.1
done
wait \$cut
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
kill -INT $top
wait $top
touch $T/hold
wait $load
tail -n 1 $T/top.json >"$OUT/top.json"
cp -r $T/ops $T/live.json $T/stat.json $T/record.pcapng.gz $T/cut "$OUT/"
exit 0
