# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The machine's initramfs: the user land from the cache, and after it a small
# archive made for each run, so that a toolkit built a moment ago is in it.
# Sourced by machine.sh, whose NAME, KERNEL, DRIVER, FABRIC, SHARE, TOOLS, TERMINAL and
# COMMAND say what is wanted.
# shellcheck disable=SC2153

# All that VFIO and the shared folder may need; a kernel has what it has.
VFIO_MODULES=(iommufd vfio vfio_iommu_type1 vfio-pci-core vfio-pci)
SHARE_MODULES=(9pnet 9pnet_virtio 9p)
# What leads to the host: a module in Debian 12's kernel.
PORT_MODULES=(virtio_console)
# The variant driver that a kernel comes with, which has the name of ours.
KERNEL_DRIVER=ism-vfio-pci
# The kernel's own users of a function, with the networks that SMC begins on: for
# modprobe, never loaded unasked, and only where there is the first of them.
USER_MODULES=(ism smc smc_diag veth)
# The network of a fabric's machines.
NET_MODULES=(virtio_net af_packet)
# For a disk that a peer serves, likewise, where there are any.
DISK_MODULES=(nbd ext4)

make_modules()
{
	local kernel=$1 out=$2 rel src dst name file
	local names=("${PORT_MODULES[@]}" "${VFIO_MODULES[@]}" "${SHARE_MODULES[@]}" "$KERNEL_DRIVER" "${NET_MODULES[@]}" "${DISK_MODULES[@]}")
	rel=$(<"$kernel/release")
	src=$kernel/modules/$rel
	dst=$out/lib/modules/$rel
	# depmod writes beside the modules, and the kernel's tree is not ours.
	mkdir -p "$out/all/lib" "$dst"
	cp -r "$kernel/modules" "$out/all/lib/"
	depmod -b "$out/all" "$rel"
	[ -z "$(find "$src" -name "${USER_MODULES[0]}.ko")" ] || names+=("${USER_MODULES[@]}")
	for name in "${names[@]}"; do
		modprobe -d "$out/all" -S "$rel" --show-depends "$name" 2>/dev/null || :
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while IFS= read -r file; do
			file=${file#*"/$rel/"}
			mkdir -p "$dst/${file%/*}"
			cp "$src/$file" "$dst/$file"
		done
	cp "$src"/modules.{builtin,builtin.modinfo,order} "$dst/"
	rm -rf "$out/all"
}

# wanted_modules -- what init loads once the ports are open.
wanted_modules()
{
	[ "$DRIVER" = none ] || printf '%s\n' "${VFIO_MODULES[@]}" "${DRIVER/#upstream/$KERNEL_DRIVER}"
	[ -z "$SHARE$TOOLS" ] || printf '%s\n' "${SHARE_MODULES[@]}"
	[ -z "$FABRIC" ] || printf '%s\n' "${NET_MODULES[@]}"
}

# load_order ROOT RELEASE MODULE... -- the files of these, dependencies first.
load_order()
{
	local name
	for name in "${@:3}"; do
		modprobe -d "$1" -S "$2" --show-depends "$name" 2>/dev/null || :
	done | awk -v root="$1" '$1 == "insmod" && !seen[$2]++ { print substr($2, length(root) + 1) }'
}

# Put the toolkit, or whatever there is of it, where PATH finds it.
copy_toolkit()
{
	local root=$1 bin=$TOP/build/s390x/bin
	if [ ! -d "$bin" ]; then
		say "$NAME: no toolkit in build/s390x/bin; 'make s390x' builds it"
		return 0
	fi
	find "$bin" -maxdepth 1 -type f -perm -100 -exec cp -t "$root/usr/local/bin" {} +
}

# One of the two that are called ism-vfio-pci: ours, unless upstream's is wanted
# or there is no other.
copy_driver()
{
	local root=$1 rel=$2 ko=$TOP/build/driver-$KERNEL/ism-vfio-pci.ko theirs
	theirs=$(find "$root/lib/modules/$rel/kernel" -name "$KERNEL_DRIVER.ko")
	if [ "$DRIVER" = upstream ]; then
		[ -n "$theirs" ] ||
			lab_error "kernel $KERNEL has no ism-vfio-pci of its own; --kernel 7.2 has"
	elif [ -e "$ko" ]; then
		[ -z "$theirs" ] || rm "$theirs"
		mkdir -p "$root/lib/modules/$rel/updates"
		cp "$ko" "$root/lib/modules/$rel/updates/"
	elif [ "$DRIVER" = ism-vfio-pci ]; then
		lab_error "build/driver-$KERNEL/ism-vfio-pci.ko is missing; 'make driver KERNEL=$KERNEL' builds it"
	fi
}

# make_initramfs KERNEL-DIR GUEST-DIR ENDS-DIR RUN-DIR
make_initramfs()
{
	local kernel=$1 guest=$2 ends=$3 run=$4 rel modules root=$4/root
	rel=$(<"$kernel/release")
	modules=$(cached "modules-$KERNEL" "$(key_of "$LAB/initramfs.sh" <(echo "$kernel"))" \
		make_modules "$kernel") || lab_error "no modules for kernel $KERNEL"

	mkdir -p "$root/lab"
	cp -r "$modules/lib" "$root/"
	copy_driver "$root" "$rel"
	depmod -b "$root" "$rel"
	load_order "$root" "$rel" "${PORT_MODULES[@]}" >"$root/lab/early"
	# shellcheck disable=SC2046 # Words.
	load_order "$root" "$rel" $(wanted_modules) >"$root/lab/modules"
	# On a merged /usr the directory has to land behind the link.
	mkdir -p "$root/usr/lib"
	mv "$root/lib/modules" "$root/usr/lib/"
	rmdir "$root/lib"

	cp "$ends/init" "$root/init"
	mkdir -p "$root/usr/local/bin"
	cp "$ends/lab-inject" "$root/usr/local/bin/"
	copy_toolkit "$root"
	printf '%s\0' "${COMMAND[@]}" >"$root/lab/argv"
	: >"$root/lab/env"
	[ -z "$TERMINAL" ] || printf 'TERM=%s\0' "${TERM:-vt100}" >"$root/lab/env"

	(cd "$root" && find . -mindepth 1 -print0 | cpio --quiet -0 -o -H newc -R 0:0) >"$run/tail"
	cat "$guest/root.cpio" "$run/tail" >"$run/initramfs"
	rm -rf "$root" "$run/tail"
}
