#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# shell.sh -- signals that are ignored, commands that are stopped, outputs that are
# apart, processes that are named: what tests/shell.bats looks at.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# shellcheck disable=SC2086 # Four words.
set -- $ISM_FUNCTIONS

# more FILE -- once ismtop has had time to see what has happened.
more()
{
	more_lines=$(wc -l <"$1")
	until [ "$(wc -l <"$1")" -gt $((more_lines + 1)) ]; do
		sleep 0.05
	done
}

# ended NAME PID -- wait for it, no longer than it takes for what hangs to be sure.
ended()
{
	ended_n=0
	while kill -0 "$2" 2>/dev/null && [ $ended_n -lt 2400 ]; do
		ended_n=$((ended_n + 1))
		sleep 0.05
	done
	kill -KILL "$2" 2>/dev/null && echo killed >"$OUT/$1.hung"
	wait "$2"
	echo $? >"$OUT/$1.exit"
}

# --- Background jobs of a script, which ignore SIGINT and SIGQUIT, under nohup, which
# ignores SIGHUP.  All trace the same client.

# job NAME CMD...
job()
{
	job_name=$1
	shift
	nohup "$@" >"$OUT/$job_name.out" 2>"$OUT/$job_name.err" </dev/null &
	eval "job_$job_name=$!"
}

job live ismtrace live --json
job record ismtrace record -q -o /tmp/record.pcapng
job stat ismtrace stat --json
job ismtop ismtop --json -d 0.5
job check ismtrace check --json -- \
	ismload --json --ready=/tmp/job.open --wait=/tmp/job.go block:size=64,count=7 crossing
# And a client of its own, that has much to do.
job load ismload --quiet --device="$2" --ready=/tmp/load.open --wait=/tmp/job.go rate:rate=50,seconds=2,size=32
until [ -e /tmp/job.open ] && [ -e /tmp/load.open ] && [ -s $OUT/ismtop.out ] && [ -s /tmp/record.pcapng ] &&
	grep -qs tracing $OUT/live.err && grep -qs counting $OUT/stat.err; do
	sleep 0.05
done
# shellcheck disable=SC2154 # By eval.
for pid in $job_live $job_record $job_stat $job_ismtop $job_check $job_load; do
	kill -INT "$pid"
	kill -QUIT "$pid"
	kill -HUP "$pid"
done
sleep 0.3
touch /tmp/job.go
ended check "$job_check"
ended load "$job_load"
more $OUT/ismtop.out
# shellcheck disable=SC2154
kill -TERM "$job_live" "$job_record" "$job_stat" "$job_ismtop"
for job_name in live record stat ismtop; do
	eval "ended $job_name \$job_$job_name"
done
ismtrace dump --json /tmp/record.pcapng >$OUT/record.out

# --- What CMD gets to see of signals: what it would without us.

# No shell in between: it has an idea of its own of SIGCHLD.
look='grep ^Sig...: /proc/self/status'
# shellcheck disable=SC2086 # Words.
for how in --default-signal "--ignore-signal=PIPE,CHLD,XFSZ,INT,USR1 --block-signal=TERM,USR2"; do
	/usr/bin/env $how $look >>$OUT/signals.wanted
	/usr/bin/env $how ismtrace live -q -o /dev/null -- $look >>$OUT/signals.live
done
for command in stat check 'record -q'; do
	# shellcheck disable=SC2086 # Words.
	/usr/bin/env --ignore-signal=PIPE,CHLD,XFSZ ismtrace $command -o /tmp/signals -- $look \
		>"$OUT/signals.${command%% *}"
done

# --- A command that is stopped when the trace is over.

# stopped NAME CMD... -- it may take as long as it takes, but not for ever.
stopped()
{
	stopped_name=$1
	shift
	ran "$stopped_name" timeout 120 "$@"
}

# It stops itself first, so that SIGTERM finds it so.
stopped stopped-live ismtrace live -q -t 0.5 -- sh -c 'kill -STOP $$; sleep 600'
stopped stopped-stat ismtrace stat -t 0.5 -- sh -c 'kill -STOP $$; sleep 600'
stopped stopped-count ismtrace record -q -o /tmp/stopped.pcapng -n 2 -- \
	sh -c 'trap "exit 7" TERM; ismload --quiet block:count=4; kill -STOP $$; while :; do sleep 0.1; done'

# --- Output apart from what CMD prints.

client()
{
	client_name=$1
	shift
	ran "$client_name" "$@" -- ismload --json block:size=128,count=3
}

client mixed-live ismtrace live --json -r bar2
client mixed-stat ismtrace stat --json -r bar2
client mixed-check ismtrace check --json -r bar2
client mixed-stdout ismtrace live --json -r bar2 -o /dev/stdout
umask 022
echo old >/tmp/live.o
client file-live ismtrace live --json -r bar2 -o /tmp/live.o
client file-stat ismtrace stat --json -r bar2 --output=/tmp/stat.o
client file-check ismtrace check -q -r bar2 -o /tmp/check.o
ran file-list ismtrace list --json -o /tmp/list.o
ran file-doctor ismtrace doctor -o /tmp/doctor.o
ran plain-list ismtrace list --json
for name in live stat check list doctor; do
	cp /tmp/$name.o $OUT/file-$name.file
	stat -c %a /tmp/$name.o >$OUT/file-$name.mode
done
# A link is not followed, a full disk is told, what is no file is as it is.
echo kept >/tmp/target
ln -s /tmp/target /tmp/link
ran link ismtrace live -o /tmp/link -- touch /tmp/link-ran
ls /tmp/link-ran >$OUT/link.ran 2>&1
cp /tmp/target $OUT/link.target
ran full-live ismtrace live -o /dev/full -- sh -c 'ismload --quiet block:count=1; touch /tmp/full-ran'
ls /tmp/full-ran >$OUT/full-live.ran
ran full-check ismtrace check -o /dev/full -- ismload --quiet crossing
ran full-list ismtrace list -o /dev/full
# No descriptor of ours takes the place of one that was closed.
sh -c 'exec ismtrace live --json -r bar2 -o /tmp/closed.o -- sh -c "ls /proc/self/fd >/share/closed.fds; ismload --quiet block:count=3 >/dev/null"' \
	<&- >&- 2>&-
echo $? >$OUT/closed.status
cp /tmp/closed.o $OUT/closed.file

# --- Processes.

for n in 1 2 3 4; do
	eval "function=\$$n"
	# shellcheck disable=SC2154
	ismload --json --device="$function" --ready=/tmp/p$n.open --wait=/tmp/p.go --threads=2 block:size=64,count=$n >$OUT/p$n.ops &
	eval "p$n=$!"
done
appears /tmp/p1.open /tmp/p2.open /tmp/p3.open /tmp/p4.open
# shellcheck disable=SC2154
{
	echo "$p1 $p2 $p3 $p4" >$OUT/pids
	job pids_live ismtrace live --json -r bar2 -p "$p1,$p2" -p "$p4"
	job pids_stat ismtrace stat --json -r bar2 -p "$p1" -p "$p2,$p4"
	job pids_ismtop ismtop --json -d 0.5 -r bar2 -p "$p1,$p2,$p4"
}
until grep -qs tracing $OUT/pids_live.err && grep -qs counting $OUT/pids_stat.err && [ -s $OUT/pids_ismtop.out ]; do
	sleep 0.05
done
touch /tmp/p.go
wait "$p1" "$p2" "$p3" "$p4"
more $OUT/pids_ismtop.out
# shellcheck disable=SC2154
kill -TERM "$job_pids_live" "$job_pids_stat" "$job_pids_ismtop"
for job_name in pids_live pids_stat pids_ismtop; do
	eval "ended $job_name \$job_$job_name"
done
for command in live stat 'record -o /tmp/none.pcapng'; do
	# shellcheck disable=SC2086 # Words.
	ran "gone-${command%% *}" timeout 120 ismtrace $command -p "1,4194304"
done
ran gone-ismtop timeout 120 ismtop --json -p 4194304
ls /tmp/none.pcapng >$OUT/gone.files 2>&1
sleep 600 &
ran many-pids ismtrace live -q -t 0.1 -p "$(seq -s, 1024 | sed "s/[0-9]*/$!/g")"
kill $!
exit 0
