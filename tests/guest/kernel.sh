#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh -- what kind of kernel this is: tests/kernel.bats looks at it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# shellcheck disable=SC2086 # Words.
set -- $ISM_FUNCTIONS
uname -r >"$OUT/release"
cut -d' ' -f2,3 /proc/mounts >"$OUT/mounts"
basename "$(readlink "/sys/bus/pci/devices/$1/driver")" >"$OUT/driver"
lsmod | awk 'NR > 1 { print $1 }' >"$OUT/modules"
find /lib/modules/*/* -name ism-vfio-pci.ko >"$OUT/candidates"
find /sys/kernel/debug -maxdepth 1 >"$OUT/debugfs"
ls /dev/iommu /dev/vfio/devices >"$OUT/cdev" 2>&1
cat /proc/sys/net/core/bpf_jit_enable >"$OUT/jit" 2>&1
dmesg >"$OUT/dmesg"
ran client ismload --device "$1" --json block:count=20,size=256
ran trace ismtrace live --json -- sh -c 'exec ismload --device 0011:00:00.0 --quiet block:count=20,size=256 >&2'

# The variant driver is called one of two things in sysfs.
ran doctor ismtrace doctor --json
ran unbind ismtrace unbind "$1"
ran bind ismtrace bind "$1"

# The kernel's own driver and SMC, where there are any.
[ -z "$(find /lib/modules -name ism.ko)" ] && exit 0
f=$2
echo "$f" >"/sys/bus/pci/devices/$f/driver/unbind"
echo ism >"/sys/bus/pci/devices/$f/driver_override"
ran modprobe modprobe -a ism smc
echo "$f" >/sys/bus/pci/drivers_probe
ls /sys/class/dibs >"$OUT/dibs" 2>&1
basename "$(readlink "/sys/bus/pci/devices/$f/driver")" >"$OUT/driver-after"
exit 0
