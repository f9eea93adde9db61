#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Each kernel of the lab is what docs/lab.md says of it.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	# The kernel's own driver wants a function that works.
	lab kernel --function memory=on --function memory=off -- kernel.sh
}

setup()
{
	BOOT=kernel
	DIR=$("$TOP/scripts/get-kernel" --cached "$TEST_KERNEL")
}

@test "it is the kernel that was asked for" {
	same release "$(cat "$(at release)")" "$(cat "$DIR/release")"
	[[ $(cat "$(at release)") == "${TEST_KERNEL%%-*}."* ]]
}

@test "the file systems are mounted that tracing reads" {
	local line
	for line in '/proc proc' '/sys sysfs' '/sys/kernel/debug debugfs' '/sys/kernel/tracing tracefs' \
		'/sys/kernel/security securityfs' '/sys/fs/bpf bpf'; do
		grep -qxF "$line" "$(at mounts)" || fail "not mounted: $line"
	done
}

@test "a BPF JIT, but on Debian's own" {
	if jit; then
		same bpf_jit_enable "$(cat "$(at jit)")" 1
	else
		says "$(at jit)" 'No such file'
	fi
}

@test "the variant driver that was asked for has the function, and nobody else's is loaded" {
	same driver "$(cat "$(at driver)")" "$(bound ism-vfio-pci)"
	grep -qx ism_vfio_pci "$(at modules)"
	! grep -xE 'ism|smc|dibs' "$(at modules)" >&2 || fail "loaded unasked"
	same "where it comes from" "$(sed 's,.*/\(updates\|kernel\)/.*,\1,' "$(at candidates)")" \
		"$(if [ "$TEST_DRIVER" = upstream ]; then echo kernel; else echo updates; fi)"
}

@test "a client and the tracer agree" {
	status_of client 0
	is "$(at client.out)" '.[-1] | [.type, .unexpected]' '["total",0]'
	status_of trace 0
	is "$(at trace.out)" '.[-1] | [.recorded, .lost.total]' '[41,0]'
	is "$(at trace.out)" 'map(select(.type == "access" and .op == "write" and .driver == "ism-vfio-pci" and
		.insn.pcistb == 1 and .insn.bytes == 256)) | length' 20
}

@test "bind and doctor know the variant driver by the name that it has here" {
	local driver
	driver=$(bound ism-vfio-pci)
	every "$(at doctor.out)" '.name == "functions"' '.result == "ok" and .found == "of 2 ISM functions 2 bound to a VFIO driver"'
	status_of unbind 0
	status_of bind 0
	[[ $(cat "$(at bind.out)") == "0011:00:00.0: $driver, was "*", /dev/vfio/"* ]] || fail "$(cat "$(at bind.out)")"
}

@test "our driver builds without a warning" {
	local out=$BATS_TEST_TMPDIR/driver
	make -s -C "$TOP/driver" "KDIR=$DIR/build" ARCH=s390 CROSS_COMPILE=s390x-linux-gnu- "BUILD=$out" W=1 \
		>"$out.log" 2>&1 || fail "$(cat "$out.log")"
	# Kbuild itself says that it leaves something out.
	same "what the compiler says" "$(grep -v '^Skipping BTF' "$out.log")" ""
	file "$out/ism-vfio-pci.ko" | grep -q 'S/390'
}

@test "what was asked for in lab/kernel has come out" {
	[ "$TEST_KERNEL" = 6.12 ] || same "options that are missing" \
		"$(grep '^CONFIG_' "$DIR/fragment" | grep -vxFf "$DIR/config")" ""
}

# bats test_tags=on-7
@test "the VFIO character device, the kernel's ISM driver and SMC work" {
	only_on 7
	says "$(at cdev)" /dev/iommu vfio0
	status_of modprobe 0
	same driver "$(cat "$(at driver-after)")" ism
	[ -s "$(at dibs)" ]
}

# bats test_tags=on-debug
@test "what finds bugs is there and on" {
	only_on debug
	says "$(at dmesg)" 'KernelAddressSanitizer initialized' 'Lock dependency validator' \
		'kmemleak: Kernel memory leak detector initialized'
	says "$(at debugfs)" kmemleak failslab fail_page_alloc
	grep -qxF CONFIG_UBSAN=y "$DIR/config"
}
