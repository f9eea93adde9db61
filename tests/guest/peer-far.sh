#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# peer-far.sh ME OTHER -- ismpeer on one of two machines: what tests/peer-fabric.bats looks at.
# 64 MiB each way as nobody; then a service of "one" that "two" asks, as both are killed and come back.

# shellcheck disable=SC2086 # Words.
me=$1 other=$2
chown nobody /dev/vfio/0
gid=$(ismpeer info | sed -n 's/^gid *//p')
echo "$gid" >/share/$me.new
mv /share/$me.new /share/$me.gid
until [ -e /share/$other.gid ]; do sleep 0.1; done
peer=$(cat /share/$other.gid)

head -c 67108864 /dev/urandom >/tmp/sent
sha256sum </tmp/sent >/share/$me.sent
# One of them calls, the other waits for it.
call=
[ $me = one ] || call="--peer $peer"
chmod 644 /tmp/sent
ismtrace stat --measure --json -- su -s /bin/sh nobody -c "ismpeer pipe $call </tmp/sent | sha256sum" \
	>/tmp/stat.json 2>/share/$me.err
echo $? >/share/$me.status
# CMD's stdout is stderr where ours is none of a person's.
grep ' -$' /share/$me.err >/share/$me.came
mv /tmp/stat.json /share/$me.json

cp /share/answer /tmp/
mkdir -m 777 /tmp/s
if [ $me = one ]; then
	su -s /bin/sh nobody -c "exec /tmp/answer /tmp/s/there" &
	until [ -e /share/end ]; do
		# Whoever is killed is started again.
		su -s /bin/sh nobody -c "exec ismpeer pipe --connect /tmp/s/there" 2>>/share/one.serve.err
	done &
	until [ -e /share/kill-one ]; do sleep 0.1; done
	pkill -9 ismpeer
	until [ -e /share/end ]; do sleep 0.1; done
	exit 0
fi

# ask WORD -- until it is answered, at most a minute.
ask()
{
	ask_n=0
	until echo "$1" | timeout 5 /tmp/answer --ask /tmp/s/here | grep -q "got: $1"; do
		[ $((ask_n += 1)) -lt 200 ] || return 1
		sleep 0.2
	done
	echo "$1 answered"
}

start()
{
	su -s /bin/sh nobody -c "exec ismpeer pipe --peer $peer --listen /tmp/s/here" 2>>/share/two.ask.err &
	client=$!
}

{
	start
	ask first
	touch /share/kill-one
	ask second
	kill -9 $client
	wait $client
	start
	ask third
} >/share/asked 2>/dev/null
touch /share/end
exit 0
