#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# guard.sh -- who may touch a tracer, and what it may touch: tests/guard.bats looks at it.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

client="ismload --quiet block:size=64,count=20"

# looked PID... -- what each thread is.
looked()
{
	for looked_pid; do
		cat "/proc/$looked_pid"/task/*/status
		echo "Root: $(readlink "/proc/$looked_pid/root")"
	done
}

# guarded NAME CMD... -- a tracer in the background, a neighbour who tries to hurt it and
# its helpers, accesses after that, and its end by root.
guarded()
{
	name=$1
	shift
	: >"$OUT/$name.out"
	"$@" >"$OUT/$name.out" 2>"$OUT/$name.err" &
	tracer=$!
	until grep -qsE 'tracing|counting' "$OUT/$name.err" || [ "$(wc -l <"$OUT/$name.out")" -gt 0 ]; do
		sleep 0.05
	done
	$client
	looked "$tracer" >"$OUT/$name.tracer"
	# shellcheck disable=SC2046 # Several.
	looked $(pgrep -P "$tracer") >"$OUT/$name.helpers"
	# shellcheck disable=SC2046
	/share/neighbour 65534 "$tracer" $(pgrep -P "$tracer") >"$OUT/$name.neighbour"
	# As somebody else whose number is near, and as a user of this machine.
	/share/neighbour 1000 "$tracer" >>"$OUT/$name.neighbour"
	# Root without capabilities, as in a container.
	# shellcheck disable=SC2046
	/share/neighbour 0 "$tracer" $(pgrep -P "$tracer") >>"$OUT/$name.neighbour"
	ls -l "/proc/$tracer/fd" >"$OUT/$name.fds"
	$client
	sleep 0.2
	kill -TERM "$tracer"
	wait "$tracer"
	echo $? >"$OUT/$name.status"
}

guarded live ismtrace live --json
guarded insn ismtrace live --json --insn -o "$OUT/insn.file"
guarded stat ismtrace stat --json
guarded interval ismtrace stat --json -I 100
guarded record ismtrace record -s 64 -o /tmp/one.pcapng.gz
mkdir /tmp/rotated
guarded rotated ismtrace record -s 64 -o /tmp/rotated/x.pcapng -C 4000 -W 3
guarded top ismtop --json -d 0.2
guarded measure ismtrace live --json --measure
guarded measure-top ismtop --json --measure -d 0.2
ls /tmp/rotated >"$OUT/rotated.files"
ran rotated-report ismtrace report --json /tmp/rotated/*

# --- Who it becomes.

who()
{
	who_name=$1
	shift
	ran "$who_name" ismtrace live --quiet "$@" -- sh -c 'cat "/proc/$PPID/status" >"$1"; cat "/proc/$$/status" >"$2"' \
		sh "$OUT/$who_name.tracer" "$OUT/$who_name.cmd"
}

who who-default
who who-again
who who-root -Z root
who who-number -Z 12345
who who-nobody --relinquish-privileges=nobody
who who-none -Z no-such-user
bash -c 'ulimit -c 1000
	ulimit -c >/share/core-before
	ismtrace live --quiet -o /dev/null -- bash -c "ulimit -c" >/share/core'
echo 'ismtrace:x:977:966:tracer:/:/usr/sbin/nologin' >>/etc/passwd
echo 'ismtrace:x:966:' >>/etc/group
who who-named
# Somebody runs as it: the first one does.
ismtrace live --quiet 2>"$OUT/first.err" &
first=$!
until grep -qs tracing "$OUT/first.err"; do
	sleep 0.05
done
cat "/proc/$first/status" >"$OUT/first.tracer"
who who-second
kill "$first"
wait "$first"

# --- What there is to say about it.

ran doctor ismtrace doctor
ran doctor-json ismtrace doctor --json
cat /sys/kernel/security/lsm >"$OUT/lsm"
exit 0
