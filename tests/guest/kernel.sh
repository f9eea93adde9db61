#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh -- what kind of kernel this is: tests/kernel.bats looks at it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

uname -r >"$OUT/release"
cut -d' ' -f2,3 /proc/mounts >"$OUT/mounts"
basename "$(readlink "/sys/bus/pci/devices/$ISM_FUNCTIONS/driver")" >"$OUT/driver"
lsmod | awk 'NR > 1 { print $1 }' >"$OUT/modules"
find /lib/modules/*/* -name ism-vfio-pci.ko >"$OUT/candidates"
find /sys/kernel/debug -maxdepth 1 >"$OUT/debugfs"
ls /dev/iommu /dev/vfio/devices >"$OUT/cdev" 2>&1
cat /proc/sys/net/core/bpf_jit_enable >"$OUT/jit" 2>&1
dmesg >"$OUT/dmesg"
ran client ismload --json block:count=20,size=256
ran trace ismtrace live --json -- sh -c 'exec ismload --quiet block:count=20,size=256 >&2'

# The kernel's own driver and SMC, where there are any.
[ -z "$(find /lib/modules -name ism.ko)" ] && exit 0
f=$ISM_FUNCTIONS
echo "$f" >"/sys/bus/pci/devices/$f/driver/unbind"
echo ism >"/sys/bus/pci/devices/$f/driver_override"
ran modprobe modprobe -a ism smc
echo "$f" >/sys/bus/pci/drivers_probe
ls /sys/class/dibs >"$OUT/dibs" 2>&1
basename "$(readlink "/sys/bus/pci/devices/$f/driver")" >"$OUT/driver-after"
exit 0
