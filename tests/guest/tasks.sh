# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# tasks.sh -- the odd ways of tasks: each is traced by live, record and stat, one after
# the other, and says itself what it does (NAME.WAY.client).  In the machine.

cd /share || exit 1
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# What the client writes goes to a file of its own, whose name comes first.
cat >steps-to <<'END'
#!/bin/sh
out=$1
shift
exec /share/steps "$@" >"$out"
END
chmod +x steps-to

# ways NAME OPTIONS STEP... -- by all three ways; OPTIONS are one word or more.
ways()
{
	name=$1 options=$2
	shift 2
	# shellcheck disable=SC2086 # They are words.
	ismtrace live --json $options -- ./steps-to "$name.live.client" "$@" \
		>"$name.live.out" 2>"$name.live.err"
	echo $? >"$name.live.status"
	# shellcheck disable=SC2086
	ismtrace record -o "$name.pcapng" $options -- ./steps-to \
		"$name.record.client" "$@" 2>"$name.record.err"
	echo $? >"$name.record.status"
	ismtrace dump --json "$name.pcapng" >"$name.record.out" 2>>"$name.record.err"
	# shellcheck disable=SC2086
	ismtrace stat --json $options -- ./steps-to "$name.stat.client" "$@" \
		>"$name.stat.out" 2>"$name.stat.err"
	echo $? >"$name.stat.status"
}

# While clients are at it: live, stat and ismtop at once, until the clients have ended.
beside()
{
	name=$1
	ismtrace live --json >"$name.live.out" 2>"$name.live.err" &
	tracers=$!
	ismtrace stat --json >"$name.stat.out" 2>"$name.stat.err" &
	tracers="$tracers $!"
	until grep -q tracing "$name.live.err" && grep -q counting "$name.stat.err"; do
		sleep 0.1
	done
	touch "$name.go"
}

ended()
{
	# shellcheck disable=SC2086 # They are words.
	kill -TERM $tracers
	wait
}

ways names "" write 64 name first write 64 rename second write 64 write 128 name first write 64
ways leave "" write 64 leave '[' write 64 write 128 fork '[' write 256 write 256 ']' ']'
ways exec "" name before write 64 exec '[' write 64 write 128 ']'
ways thread-exec "" name before write 64 thread-exec '[' write 64 write 128 thread '[' write 256 ']' ']'
ways threads "" repeat 20 '[' thread '[' write 64 ']' ']'
ways worker "-c steps" write 64 worker 128 worker 128

# Ends: in the middle of a write that would last for ever.
ways time "-t 2" write 64 write 64 blocked 256
ways enough "-n 4" write 64 blocking 256 write 64 sleep 0
for way in live stat; do
	ismtrace $way --json -- ./steps-to "int.$way.client" write 64 blocked 256 \
		>"int.$way.out" 2>"int.$way.err" &
	tracer=$!
	until grep -q blocked "int.$way.client" 2>/dev/null; do sleep 0.1; done
	sleep 0.3
	kill -TERM $tracer
	wait $tracer
	echo $? >"int.$way.status"
done

# By number: a process whose first thread ends, and one of which another thread executes a
# program.
for name in leave exec; do
	if [ $name = leave ]; then set -- leave; else set -- thread-exec; fi
	./steps-to "p-$name.client" write 64 await p-$name.go "$@" '[' write 64 write 128 ']' &
	client=$!
	until [ -s p-$name.client ]; do sleep 0.1; done
	for way in live stat; do
		ismtrace $way --json -p $client >p-$name.$way.out 2>p-$name.$way.err &
		eval "$way=\$!"
	done
	until grep -q tracing p-$name.live.err && grep -q counting p-$name.stat.err; do sleep 0.1; done
	touch p-$name.go
	wait $client
	# shellcheck disable=SC2154 # By eval.
	kill -TERM "$live" "$stat"
	wait
done

# A server that has opened its device before the trace, with children of one write each.
./steps-to server.client write 64 await server.go repeat 64 '[' fork '[' write 256 ']' ']' &
server=$!
until [ -s server.client ]; do sleep 0.1; done
beside server
wait $server
ended

# A run of writes while another process opens and closes another function.
beside runs
STEPS_FUNCTION=${ISM_FUNCTIONS##* } ./steps-to opens.client repeat 40 '[' close open ']' &
opens=$!
./steps-to runs.client next 64 repeat 60 '[' next 64 ']'
wait $opens
ended

# In a container of its own, where the numbers are others.
# shellcheck disable=SC2016 # For the inner shell.
unshare -pf --mount-proc sh -c '
	for way in live stat; do
		ismtrace $way --json -- ./steps-to inside.$way.client write 64 fork [ write 64 ] \
			>inside.$way.out 2>inside.$way.err
		echo $? >inside.$way.status
	done
	./steps-to asked.client write 64 await asked.go write 128 fork [ write 256 ] &
	client=$!
	until [ -s asked.client ]; do sleep 0.1; done
	ismtrace live --json -p $client >asked.live.out 2>asked.live.err &
	tracer=$!
	until grep -q tracing asked.live.err; do sleep 0.1; done
	touch asked.go
	wait $client
	kill -TERM $tracer
	wait $tracer
	echo $? >asked.live.status
	ismtrace doctor >doctor.out 2>&1'
# One outside; the trace is as long as a command that waits for it.
./steps-to outside.client await outside.go write 64 write 64 &
# shellcheck disable=SC2016 # For the inner shell.
unshare -pf --mount-proc ismtrace live --json -a -- sh -c '
	touch outside.go
	until [ "$(grep -c ^write outside.client)" = 2 ]; do sleep 0.1; done
	sleep 0.5' >outside.live.out 2>outside.live.err
wait

# In a time namespace, where there are any.
ran timens ./timens 1000000 ismtrace live --json -- ./steps-to timens.client write 64

# A gate that is ended before CMD is, and one whose CMD leaves something running.
ismtrace check -- ./steps-to cut.client write 64 await never >cut.out 2>cut.err &
tracer=$!
until grep -q ^write cut.client 2>/dev/null; do sleep 0.1; done
kill -TERM $tracer
wait $tracer
echo $? >cut.status
# shellcheck disable=SC2016 # For the inner shell.
ran left ismtrace check -- sh -c './steps-to left.client write 64; sleep 30 >/dev/null 2>&1 & echo $! >left.pid'
kill "$(cat left.pid)"
for soon in 0.1 0.3; do
	ran "left-$soon" ismtrace check -- sh -c "./steps-to left-$soon.client write 64; (sleep $soon) >/dev/null 2>&1 &"
done
ran whole ismtrace check -- sh -c './steps-to whole.client write 64; sleep 0.1 & wait'

# A driver that comes when the trace has begun.
modprobe vfio-pci
for function in $ISM_FUNCTIONS; do
	echo "$function" >"/sys/bus/pci/devices/$function/driver/unbind"
done
rmmod ism_vfio_pci
set -- --severity error
for way in check record; do
	[ $way = check ] || set -- -o late.pcapng
	# shellcheck disable=SC2016 # For the inner shell.
	ran late.$way ismtrace $way "$@" -- sh -c '. /share/lib.sh
		modprobe ism-vfio-pci
		for function in $ISM_FUNCTIONS; do
			echo ism-vfio-pci >"/sys/bus/pci/devices/$function/driver_override"
			echo "$function" >/sys/bus/pci/drivers_probe
		done
		./steps-to late.client write 64 write 64
		# It is looked for ten times a second.
		sleep 0.3
		for function in $ISM_FUNCTIONS; do
			echo "$function" >"/sys/bus/pci/devices/$function/driver/unbind"
		done
		rmmod ism_vfio_pci'
done
exit 0
