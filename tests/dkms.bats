#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The driver as a DKMS package: built, installed and loaded in an s390x Debian,
# with its own compiler.  Part of make check-all: the compiler is emulated.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	local root
	build_all
	root=$("$TOP/scripts/get-dkms-root")
	mkdir -p "$BATS_FILE_TMPDIR/dkms/driver"
	cp "$TOP"/driver/[!.]*.[ch] "$TOP"/driver/{Kbuild,Makefile,dkms.conf} "$BATS_FILE_TMPDIR/dkms/driver/"
	lab dkms --kernel 6.12 --driver none --mem 4096 --smp 2 --timeout 1800 --tools "$root" -- dkms.sh
}

setup()
{
	BOOT=dkms
}

@test "dkms add, build and install" {
	status_of add 0
	status_of build 0 || fail "$(cat "$(at make.log)")"
	status_of install 0
	grep -qE '^ism-vfio-pci/[0-9.]+, .*, s390x: installed' "$(at status.out)"
}

@test "modinfo of the installed module is complete" {
	local field
	status_of modinfo 0
	grep -q '^filename: .*/updates/dkms/ism-vfio-pci.ko' "$(at modinfo.out)"
	for field in version license author description alias depends vermagic srcversion; do
		grep -qE "^$field: +[^ ]" "$(at modinfo.out)" || fail "no $field"
	done
	grep -q '^alias: *vfio_pci:v00001014d000004ED' "$(at modinfo.out)"
	same version "$(sed -n 's/^version: *//p' "$(at modinfo.out)")" \
		"$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$TOP/driver/dkms.conf")"
}

@test "the installed module is loaded by name, drives the function and goes" {
	status_of modprobe 0
	status_of check 0
	status_of rmmod 0
}

@test "dkms remove leaves nothing" {
	status_of remove 0
	status_of gone 1
}
