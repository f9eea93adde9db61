#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# smc-machine.sh NUMBER BYTES NAME... -- one of two machines that are joined by a fabric: number 1
# serves, number 2 connects, once for each name.  What is called "cut" is slow, for somebody
# to end this machine meanwhile.  tests/smc-fabric.bats looks at what comes of it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

number=$1
bytes=$2
shift 2
modprobe -a ism smc_diag
ip addr add "10.9.0.$number/24" dev eth0
ip link set eth0 up
for name; do
	slow=0
	[ "$name" != cut ] || slow=20
	if [ "$number" = 1 ]; then
		ran "$name" /share/smc --bytes "$bytes" serve 4711
	else
		ran "$name" /share/smc --bytes "$bytes" --slow "$slow" --begun "$OUT/$name.begun" connect 10.9.0.1 4711
	fi
done
exit 0
