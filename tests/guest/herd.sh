# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# herd.sh -- clients that fill what the tracer keeps of processes and places, and one that
# does its work beside them.  In the machine.

cd /share || exit 1
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# bystander NAME: access the second function, which nobody else does, and note it in NAME.bystander.
bystander()
{
	ismload --json --device "${ISM_FUNCTIONS##* }" block:count=101 >"$1.bystander"
}

# counted NAME CMD... -- by stat and by ismtop at once, and the bystander after it.
counted()
{
	counted_name=$1
	shift
	ismtop --json -d 1 >"$counted_name.top" 2>"$counted_name.top.err" &
	counted_top=$!
	until grep -q '"state":"running"' "$counted_name.top"; do
		kill -0 $counted_top 2>/dev/null || exit 1
		sleep 0.1
	done
	ismtrace stat --json >"$counted_name.stat.out" 2>"$counted_name.stat.err" &
	counted_stat=$!
	until grep -q counting "$counted_name.stat.err"; do
		kill -0 $counted_stat 2>/dev/null || exit 1
		sleep 0.1
	done
	ran "$counted_name" "$@"
	bystander "$counted_name"
	grep VmHWM /proc/$counted_stat/status >"$counted_name.stat.memory"
	kill -TERM $counted_stat
	wait $counted_stat
	echo $? >"$counted_name.stat.status"
	# An interval that has all of it.
	counted_n=$(wc -l <"$counted_name.top")
	while [ "$(wc -l <"$counted_name.top")" -lt $((counted_n + 2)) ] && kill -0 $counted_top; do
		sleep 0.1
	done
	kill -TERM $counted_top
	wait $counted_top
	echo $? >"$counted_name.top.status"
	tail -n 1 "$counted_name.top" >"$counted_name.top.out"
}

counted short ./herd short "${1:-3000}"
counted wide ./herd wide 3500
counted regions ./herd regions 5000

# More descendants than there could be when the trace began.
echo 500 >/proc/sys/kernel/pid_max
for way in live stat; do
	ran track.$way ismtrace $way --json -o track.$way.json -- sh -c '
		echo 32768 >/proc/sys/kernel/pid_max
		exec ./herd wide 700'
	echo 500 >/proc/sys/kernel/pid_max
done
echo 32768 >/proc/sys/kernel/pid_max
