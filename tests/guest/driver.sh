#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# driver.sh -- the conformance client on functions of all kinds: what
# tests/driver.bats looks at.  The functions are, in this order, one as it comes,
# one with maxstbl 128, one with 256, a strict one and one for nobody, all of which are
# memory, and one that works, as memory has no MSI.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# shellcheck disable=SC2086 # Words.
set -- $ISM_FUNCTIONS
few="--rounds 20"

for interface in group cdev; do
	ran "all-$interface" ismcheck --orders --interface "$interface" --device "$1"
	ran "msi-$interface" ismcheck --orders --interface "$interface" --device "$6" config-caps msi-loopback msi-interrupt
done
# shellcheck disable=SC2086
for limit in 128 256; do
	[ "$limit" = 128 ] && f=$2 || f=$3
	ran "limit-$limit" ismcheck $few --device "$f"
done
# shellcheck disable=SC2086
ran strict ismcheck $few --strict --device "$4"

# --- By trace, and by the kernel's own.

accesses="read-lengths read-long write-lengths write-lengths-window maxstbl boundary window-end area-end \
bar-missing msix-table memory-off fault"
# The shared folder is slow: what is long goes there when it is whole.
OUT=/tmp
# shellcheck disable=SC2086
ran trace ismtrace live --json --mio on -d "$1" -- \
	sh -c "exec ismcheck --device $1 $accesses >$OUT/trace.checks"
ran loads ismtrace live --json --insn -d "$1" -r bar2 -- \
	sh -c "exec ismcheck --device $1 read-lengths >$OUT/loads.checks"
cp /tmp/trace.* /tmp/loads.* /share/
OUT=/share

# Which of the helpers that may use MIO were entered, by name.
# NAME DRIVER-S-FUNCTION
helpers()
{
	# One by one: a name that a kernel lacks must not cost the others.
	: >"$tracing/set_ftrace_filter"
	for helper in __zpci_load __zpci_store_block zpci_load zpci_store zpci_write_block; do
		echo "$helper" >>"$tracing/set_ftrace_filter"
	done
	echo function >"$tracing/current_tracer"
	# shellcheck disable=SC2086
	ismcheck $few --device "$2" $accesses >"$OUT/$1.checks"
	sed -n 's/^.*: \(_*zpci_[a-z_]*\) <-.*/\1/p' "$tracing/trace" | sort | uniq -c |
		awk '{ print $2 }' >"$OUT/$1"
	echo nop >"$tracing/current_tracer"
}

tracing=/sys/kernel/tracing
helpers helpers-ism "$1"

# --- As nobody, to whom one function belongs.

# shellcheck disable=SC2317 # It is called by ran.
nobody()
{
	su -s /bin/sh nobody -c "$*"
}

ran nobody-before nobody "ismcheck --device $5 no-length"
chown nobody "/dev/vfio/$(basename "$(readlink "/sys/bus/pci/devices/$5/iommu_group")")"
if [ -e /dev/iommu ]; then
	chown nobody /dev/iommu "/dev/vfio/devices/$(basename "/sys/bus/pci/devices/$5"/vfio-dev/*)"
fi
chmod o+rw /dev/vport*p5
for interface in group cdev; do
	ran "nobody-$interface" nobody "ismcheck $few --orders --interface $interface --device $5"
	ran "nobody-other-$interface" nobody "ismcheck --interface $interface --device $1 no-length"
done

# --- What the driver says, and what vfio-pci says of the same function.

ran dump ismcheck --dump --device "$1"
bind "$1" vfio-pci
ran dump-vfio ismcheck --dump --device "$1"
# shellcheck disable=SC2086
ran all-vfio ismcheck $few --device "$1"
helpers helpers-vfio "$1"

# --- Errors, which may cost the function.

ran recovery ismcheck --orders --device "$4" error-recovery
ran dma ismcheck --orders --device "$3" dma-transfer
ran permanent ismcheck --orders --device "$2" permanent-error
exit 0
