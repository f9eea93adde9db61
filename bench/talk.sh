#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# talk.sh MIB COUNT ROUNDS -- runs in the lab's machine with two functions: how long MIB MiB in
# messages of 64 KiB take from one program to another, and COUNT messages of 64 bytes that
# are answered one by one, through a Unix socket, through TCP, through two ismpeers on two functions, and
# through SMC-D on the same two, where the kernel has it.
# Prints "WAY stream|ask SECONDS STORES" lines; STORES are the store blocks that the machine counted for
# both functions.  bench/talk calls it.

# shellcheck disable=SC2086 # Addresses are words.

mib=$1 count=$2 rounds=$3
SHARE=$(dirname "$0")
# shellcheck disable=SC2086 # Words.
set -- $ISM_FUNCTIONS
one=$1 two=$2

# Where a CPU is slow, a listing of /sys is no part of what is measured.
mkdir -m 777 /tmp/talk

# stores -- store blocks of both functions so far, after the machine's next update.
stores()
{
	sleep 0.3
	sed -n 's/^ *Store block operations:[^0-9]*//p' "/sys/kernel/debug/pci/$one/statistics" \
		"/sys/kernel/debug/pci/$two/statistics" 2>/dev/null | awk '{ n += $1 } END { print n + 0 }'
}

# counted -- the measurement blocks of both begin, with whatever driver they have now.
counted()
{
	for f in $one $two; do
		echo 0 >"/sys/kernel/debug/pci/$f/statistics"
		echo 1 >"/sys/kernel/debug/pci/$f/statistics"
	done 2>/dev/null
}

# timed WAY ADDRESS [COMMAND...] -- both kinds of messages, by COMMAND if that has to be before the client.
timed()
{
	way=$1 address=$2
	shift 2
	i=0
	# The first connection finds the other side, and is not measured.
	"$@" "$SHARE/talk" ask "$address" 64 10 >/dev/null || return 1
	while [ $i -lt "$rounds" ]; do
		i=$((i + 1))
		before=$(stores)
		seconds=$("$@" "$SHARE/talk" stream "$address" 65536 $((16 * mib))) || return 1
		echo "$way stream $seconds $(($(stores) - before))"
		before=$(stores)
		seconds=$("$@" "$SHARE/talk" ask "$address" 64 "$count") || return 1
		echo "$way ask $seconds $(($(stores) - before))"
	done
}

# served ADDRESS [COMMAND...] -- somebody answers there, until stop_serving.
served()
{
	served_at=$1
	shift
	"$@" "$SHARE/talk" serve "$served_at" &
	server=$!
	sleep 0.3
}

unix()
{
	served unix:/tmp/talk/there
	timed unix unix:/tmp/talk/there
	kill $server
}

peers()
{
	gid=$(ismpeer info -f $two | sed -n 's/^gid *//p')
	served unix:/tmp/talk/there
	ismpeer pipe -f $two --connect /tmp/talk/there &
	far=$!
	ismpeer pipe -f $one --peer "$gid" --listen /tmp/talk/here &
	near=$!
	until [ -e /tmp/talk/here ]; do sleep 0.1; done
	counted
	timed ismpeer unix:/tmp/talk/here
	kill $near $far $server
	wait $near $far
}

# Two namespaces, a cable between them, and a function each for what goes over SMC.
sockets()
{
	modprobe -a veth || return 0
	unshare -n sleep 10000 &
	there=$!
	sleep 0.5
	inside="nsenter -t $there -n"
	ip link add here type veth
	ip link set veth0 netns $there
	ip addr add 10.9.0.1/24 dev here
	ip link set here up
	$inside ip addr add 10.9.0.2/24 dev veth0
	$inside ip link set veth0 up
	$inside ip link set lo up

	served tcp:10.9.0.1:4711
	timed tcp tcp:10.9.0.1:4711 $inside
	kill $server
	if modprobe -a ism smc 2>/dev/null && [ -n "$(ls /sys/class/dibs 2>/dev/null)" ]; then
		counted
		served smc:10.9.0.1:4712
		timed smc-d smc:10.9.0.1:4712 $inside
		kill $server
	fi
	kill $there
}

unix
peers
# The kernel's driver takes a function that no other one has.
for f in $one $two; do
	echo "$f" >"/sys/bus/pci/devices/$f/driver/unbind"
	echo >"/sys/bus/pci/devices/$f/driver_override"
done
sockets
exit 0
