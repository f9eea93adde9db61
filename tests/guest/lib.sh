# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the scripts of this directory share.  They run in the lab's machine,
# each in one boot, and leave what they saw in /share for the tests to judge.

OUT=/share

# What the tracers asked the kernel for and were refused, where it has audit; helper.bash looks.
trap 'dmesg | grep -F "audit: type=1326 " >$OUT/refused' EXIT

# ran NAME CMD... -- NAME.out, NAME.err and NAME.status say how it went.
ran()
{
	ran_name=$1
	shift
	"$@" >"$OUT/$ran_name.out" 2>"$OUT/$ran_name.err"
	echo $? >"$OUT/$ran_name.status"
}

# patterns -- all that the client can do: every way of tracing is to be right about each,
# one that is new tomorrow as well.
patterns()
{
	ismload --list | sed -n 's/^\([a-z][a-z]*\) .*/\1/p' | tee "$OUT/patterns" | while read -r patterns_name; do
		case $patterns_name in
		rate) echo rate:rate=500 ;;
		mixed) echo mixed:count=300 ;;
		*) echo "$patterns_name" ;;
		esac
	done | paste -sd ' '
	# The patterns once more, with other offsets and sizes.
	echo "block:size=8,count=50 block:region=bar0,offset=0x123456789000 widths:write=1 oversized:region=bar0" \
		"rate:rate=200,size=64,stride=64 rate:rate=5,size=64,stride=64 split:region=bar0,total=12288,size=2048"
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

# share PID -- its CPU time in parts of 1000 of one CPU, over three seconds: the
# least of several, as what else the host does can only add to it.
share()
{
	share_n=0
	while [ $share_n -lt 5 ]; do
		share_n=$((share_n + 1))
		share_at="$(cut -d' ' -f1 /proc/uptime) $(cut -d' ' -f1 "/proc/$1/schedstat")"
		sleep 3
		echo "$share_at $(cut -d' ' -f1 /proc/uptime) $(cut -d' ' -f1 "/proc/$1/schedstat")"
	done | awk '{ s = ($4 - $2) / 1e6 / ($3 - $1); if (NR == 1 || s < least) least = s } END { printf "%.1f\n", least }'
}
