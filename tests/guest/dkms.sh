#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# dkms.sh -- what an administrator does with the driver's directory, in an s390x
# Debian: tests/dkms.bats looks at it.  /tools has the Debian.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

root=/dkms
mkdir "$root"
mount -t tmpfs -o size=3g dkms "$root"
tar -C "$root" -xf /tools/root.tar
for dir in proc sys dev; do
	mount -o bind "/$dir" "$root/$dir"
done
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' /share/driver/dkms.conf)
cp -r /share/driver "$root/usr/src/ism-vfio-pci-$version"

# shellcheck disable=SC2317 # It is called by ran.
inside()
{
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C "$@"
}

ran add inside dkms add "ism-vfio-pci/$version"
ran build inside dkms build "ism-vfio-pci/$version"
cp "$root/var/lib/dkms/ism-vfio-pci/$version/build/make.log" /share/ 2>/dev/null
ran install inside dkms install "ism-vfio-pci/$version"
ran status inside dkms status
ran modinfo inside modinfo ism_vfio_pci
ran modprobe inside modprobe ism_vfio_pci
# shellcheck disable=SC2086 # One word.
set -- $ISM_FUNCTIONS
echo ism-vfio-pci >"/sys/bus/pci/devices/$1/driver_override"
echo "$1" >/sys/bus/pci/drivers_probe
ran check ismcheck --device "$1" window-top write-lengths
echo "$1" >/sys/bus/pci/drivers/ism-vfio-pci/unbind
ran rmmod inside modprobe -r ism_vfio_pci
ran remove inside dkms remove "ism-vfio-pci/$version" --all
ran gone inside modinfo ism_vfio_pci
exit 0
