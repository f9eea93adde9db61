#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# peer.sh -- two ismpeers on two functions of one machine: what tests/peer.bats looks at.
# They run as nobody; only what makes a block device is root's.

# shellcheck disable=SC2086 # Addresses and GIDs are words.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# shellcheck disable=SC2086 # Words.
set -- $ISM_FUNCTIONS
one=$1 two=$2
chown nobody /dev/vfio/0 /dev/vfio/1
[ ! -d /dev/vfio/devices ] || chown nobody /dev/vfio/devices/* /dev/iommu
cp /share/nbd-server /tmp/
mkdir -m 777 /tmp/s
cd /tmp/s || exit 1

gid_of()
{
	ismpeer info -f "$1" | sed -n 's/^gid *//p'
}

ran info-1 ismpeer info -f $one
ran info-2 ismpeer info -f $two
ran info-peer ismpeer info -f $one --peer "$(gid_of "$two")"
ran info-nobody ismpeer info -f $one --peer 0x1234
ran info-memory ismpeer info -f "$3"
gid2=$(gid_of "$two")

# 64 MiB each way, traced, counted by the machine as well.
head -c 67108864 /dev/urandom >/tmp/a
head -c 67108864 /dev/urandom >/tmp/b
cat >/tmp/s/both <<END
ismpeer pipe -f $one --peer $gid2 </tmp/a >/tmp/s/b2 & ismpeer pipe -f $two </tmp/b >/tmp/s/a2; status=\$?; wait \$! && exit \$status
END
ran pipe ismtrace stat --measure --json -- su -s /bin/sh nobody -c "sh /tmp/s/both"
for name in a b; do
	cmp /tmp/$name /tmp/s/${name}2 && echo "same $name"
done >/share/pipe.same 2>&1
rm -f /tmp/a /tmp/b /tmp/s/a2 /tmp/s/b2

# two's GID is the greater one, so it opens the channel and one closes it: both ways of each.
# failing NAME REDIRECTIONS-OF-ONE REDIRECTIONS-OF-TWO -- NAME-1.status, NAME-1.err and so on.
head -c 200000 /dev/urandom >/tmp/c
failing()
{
	sh -c "exec timeout 60 ismpeer pipe -f $one --peer $gid2 $2" 2>"/share/$1-1.err" &
	failing_pid=$!
	sh -c "exec timeout 60 ismpeer pipe -f $two $3" 2>"/share/$1-2.err"
	echo $? >"/share/$1-2.status"
	wait $failing_pid
	echo $? >"/share/$1-1.status"
}
failing full-1 "</dev/null >/dev/full" "</tmp/c >/dev/null"
failing full-2 "</tmp/c >/dev/null" "</dev/null >/dev/full"
failing closed-1 "</dev/null >&-" "</tmp/c >/dev/null"
failing directory-1 "</tmp >/dev/null" "</dev/null >/dev/null"
failing directory-2 "</dev/null >/dev/null" "</tmp >/dev/null"
# Who is told to end in the middle; what comes is without end.
failing ended-1 "</dev/zero >/dev/null & sleep 4; kill \$!; wait \$!" "</dev/null >/dev/null"
failing ended-2 "</dev/zero >/dev/null" "</dev/null >/dev/null & sleep 4; kill \$!; wait \$!"

# The machine tells nothing: of what has come, and of a function that is in error state, whose
# side waits for room.  Whoever hears nothing looks by itself, after ten seconds.
(sleep 3 && lab-inject $two interrupt-drop) >/dev/null &
head -c 30000000 /dev/zero >/tmp/d
failing unheard "</tmp/d >/dev/null" "</dev/null | md5sum >/share/unheard.sum"
md5sum </tmp/d >/share/unheard.sent
# That of the first call: by the time that it is looked for there are many, of which all but one
# are overtaken.
lab-inject $two interrupt-drop >/dev/null
failing uncalled "</tmp/c >/dev/null" "</dev/null | cmp - /tmp/c"
(sleep 4 && lab-inject $one error) >/dev/null &
failing error "</dev/zero >/dev/null" "</dev/null >/dev/null"
ran error-after ismpeer info -f $one
rm -f /tmp/d

# More than may be locked is refused at once, not when a peer comes.
ran too-much su -s /bin/sh nobody -c "ulimit -l 100; exec ismpeer pipe -f $two --ring 2048" </dev/null

# Nothing to be said of it; in pieces of 8 there is.
head -c 300000 /dev/urandom >/tmp/c
for chunk in 4096 8; do
	ran check-$chunk ismtrace check --json -- sh -c "
		ismpeer pipe -f $one --peer $gid2 --chunk $chunk </tmp/c >/dev/null &
		ismpeer pipe -f $two --chunk $chunk --checksum </dev/null | cmp - /tmp/c"
done

# Through sockets; the client of the one is killed, started again, the server of the other too.
serve()
{
	/share/answer /tmp/s/there &
}
serve
appears /tmp/s/there
chmod 777 /tmp/s/there
ask()
{
	# As a client who tries until it works, for so long.
	ask_n=0
	until echo "$1" | timeout 10 /share/answer --ask /tmp/s/here | grep -q "got: $1"; do
		ask_n=$((ask_n + 1))
		[ $ask_n -lt 100 ] || return 1
		sleep 0.2
	done
	echo "$1 answered"
}
start_two()
{
	su -s /bin/sh nobody -c "exec ismpeer pipe -v -f $two --connect /tmp/s/there" 2>>/share/sockets-2.err &
	server=$!
}
start_one()
{
	su -s /bin/sh nobody -c "exec ismpeer pipe -v -f $one --peer $gid2 --listen /tmp/s/here" 2>>/share/sockets-1.err &
	client=$!
}
{
	start_one
	start_two
	appears /tmp/s/here
	ask first
	kill -9 $server
	wait $server
	start_two
	ask second
	kill -9 $client
	wait $client
	start_one
	ask third
	kill $client $server
	wait $client $server
} 2>/dev/null | grep answered >/share/sockets.out

# A console: a program, its status, and one that is left by the terminal's end.
su -s /bin/sh nobody -c "exec ismpeer console --serve -f $two -- sh -c 'tty; stty size; read line; echo line: \$line; exit 7'" \
	2>/share/console-serve.err &
console=$!
echo typed | timeout 30 ismpeer console -f $one --peer "$gid2" >/share/console.out 2>/share/console.err
echo $? >/share/console.status
echo again | timeout 30 ismpeer console -f $one --peer "$gid2" >/share/console-again.out 2>&1
kill $console
wait $console
# The last line is not at its end; the program ends all the same.
su -s /bin/sh nobody -c "exec ismpeer console --serve -f $two -- cat" 2>/dev/null &
console=$!
printf 'no end' | timeout 30 ismpeer console -f $one --peer "$gid2" >/share/console-line.out 2>&1
echo $? >/share/console-line.status
kill $console
wait $console

# No descriptor is left for a connection: it waits, and nobody spins.
bash -c "ulimit -n 9; exec ismpeer pipe -f $one --interface group --peer $gid2 --listen /tmp/s/few" 2>/share/few.err &
few=$!
appears /tmp/s/few
/share/answer --ask /tmp/s/few </dev/null &
asker=$!
sleep 3
cut -d' ' -f14,15 /proc/$few/stat >/share/few.ticks
kill $few $asker
wait $few $asker

# A disk: an image here is a block device there.
cp /share/image /tmp/s/image
chmod 666 /tmp/s/image
su -s /bin/sh nobody -c "exec /tmp/nbd-server /tmp/s/nbd /tmp/s/image" &
nbd=$!
appears /tmp/s/nbd
modprobe nbd && modprobe ext4
serve_block()
{
	su -s /bin/sh nobody -c "exec ismpeer block --serve --connect /tmp/s/nbd -f $two" 2>>/share/block-serve.err &
	block=$!
}
serve_block
ismpeer block -v --device /dev/nbd0 -f $one --peer "$gid2" 2>/share/block.err &
device=$!
n=0
until [ "$(cat /sys/block/nbd0/size)" != 0 ] || [ $((n += 1)) -gt 200 ]; do sleep 0.1; done
sleep 0.5
mkdir /tmp/mnt
{
	mount -t ext4 /dev/nbd0 /tmp/mnt && cat /tmp/mnt/from-the-host
	head -c 3000000 /dev/urandom >/tmp/d
	cp /tmp/d /tmp/mnt/d && sync && echo written
	umount /tmp/mnt
	echo 3 >/proc/sys/vm/drop_caches
	mount -t ext4 /dev/nbd0 /tmp/mnt && cmp /tmp/d /tmp/mnt/d && echo same
	umount /tmp/mnt
} >/share/block.out 2>&1
# The serving side is killed while somebody has the device open: when he lets go it is there again.
{
	sh -c "exec sleep 1000 5</dev/nbd0" &
	holder=$!
	# Open before the server is gone, or nothing is tried.
	until [ -e /proc/$holder/fd/5 ]; do sleep 0.1; done
	kill -9 $block
	wait $block
	serve_block
	n=0
	until grep -q 'still open somewhere' /share/block.err || [ $((n += 1)) -gt 900 ]; do sleep 0.1; done
	kill $holder
	n=0
	# Who tries to read it has it open.
	until [ "$(grep -c 'has 16777216 bytes' /share/block.err)" = 2 ] || [ $((n += 1)) -gt 450 ]; do sleep 0.2; done
	n=0
	until cmp -n 1048576 /dev/nbd0 /tmp/s/image; do
		[ $((n += 1)) -le 10 ] || break
		sleep 1
	done
	[ $n -gt 10 ] || echo back
} 2>/dev/null >/share/block-again.out
# The NBD server is killed: nothing will come any more.
kill -9 $nbd
wait $device
echo $? >/share/block-ended.status
kill $block
wait $block
cp /tmp/s/image /share/image.after
sha256sum </tmp/d >/share/block.sum

# Nobody there: it waits, asleep, and ends when told.
su -s /bin/sh nobody -c "exec ismpeer pipe -v -f $one --peer $gid2" </dev/null >/dev/null 2>/share/alone.err &
alone=$!
sleep 3
cut -d' ' -f14,15 /proc/$alone/stat >/share/alone.ticks
kill $alone
wait $alone
echo $? >/share/alone.status
ran in-use sh -c "ismpeer pipe -f $one --peer $gid2 </dev/null & sleep 1; ismpeer info -f $one; s=\$?; kill \$!; exit \$s"
exit 0
