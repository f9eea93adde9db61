# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the scripts of this directory share.  They run in the lab's machine,
# each in one boot, and leave what they saw in /share for the tests to judge.

OUT=/share

# ran NAME CMD... -- NAME.out, NAME.err and NAME.status say how it went.
ran()
{
	ran_name=$1
	shift
	"$@" >"$OUT/$ran_name.out" 2>"$OUT/$ran_name.err"
	echo $? >"$OUT/$ran_name.status"
}

# bind FUNCTION DRIVER
bind()
{
	modprobe "$2" || exit 1
	echo "$2" >"/sys/bus/pci/devices/$1/driver_override"
	echo "$1" >"/sys/bus/pci/devices/$1/driver/unbind"
	echo "$1" >/sys/bus/pci/drivers_probe
	[ "$(basename "$(readlink "/sys/bus/pci/devices/$1/driver")")" = "$2" ] || exit 1
}

# appears FILE... -- wait for each; the machine's own timeout ends it if need be.
appears()
{
	for appears_file; do
		while [ ! -e "$appears_file" ]; do
			sleep 0.05
		done
	done
}
