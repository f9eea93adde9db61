#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/demo: the same client on both drivers, and what differs; then two machines.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make_here test-clients
	local rc=0
	"$TOP/scripts/demo" >"$BATS_FILE_TMPDIR/demo.out" 2>"$BATS_FILE_TMPDIR/demo.err" </dev/null || rc=$?
	echo "$rc" >"$BATS_FILE_TMPDIR/demo.status"
	sed '/^--- lpar-two on/,$d' "$BATS_FILE_TMPDIR/demo.out" >"$BATS_FILE_TMPDIR/one.out"
	sed -n '/^--- lpar-two on/,$p' "$BATS_FILE_TMPDIR/demo.out" >"$BATS_FILE_TMPDIR/two.out"
}

setup()
{
	BOOT=.
	OUT=$(at one.out)
}

# lines DRIVER OP -- the accesses that went through one driver.
lines()
{
	grep -E "^ +[0-9.]+ ismload +[0-9]+ 0011:00:00\.0 $1 +$2 " "$OUT"
}

@test "it ends well, tells what it does, and has no colours in a file" {
	status_of demo 0
	says "$(at demo.err)" 'Booting the lab'
	says "$OUT" '--- vfio-pci: two writes of 4096 bytes' '--- ism-vfio-pci: two writes of 4096 bytes'
	says_not "$OUT" $'\033'
	no_libbpf "$(at demo.err)"
}

@test "vfio-pci: each write became 512 PCISTG that failed, with its findings" {
	same writes "$(lines vfio-pci W | wc -l)" 2
	same "writes as they should be" \
		"$(lines vfio-pci W | grep -cE ' 0x0 +4096 +4096 .* 512\*pcistg:8!512\(cc1,.*\) +ISM001,ISM008,ISM011$')" 2
	says "$OUT" 'ISM001 fragmented-store: 4096 bytes took 512 PCISTG of 8 bytes' \
		'ISM011 silent-loss: returned 4096 of 4096 although 512 of 512 PCISTG failed' \
		'0011:00:00.0 (vfio-pci): 5 accesses in'
	grep -q '(vfio-pci): .* 0 verified, 2 mismatched' "$OUT"
}

@test "ism-vfio-pci: each write became one PCISTB, without a finding" {
	same writes "$(lines ism-vfio-pci W | wc -l)" 2
	same "writes as they should be" \
		"$(lines ism-vfio-pci W | grep -cE ' 0x0 +4096 +4096 .* 1\*pcistb:4096 +-$')" 2
	grep -q '(ism-vfio-pci): .* 2 verified, 0 mismatched' "$OUT"
}

@test "reads are the same on both" {
	local driver
	for driver in vfio-pci ism-vfio-pci; do
		same "reads of $driver" "$(lines $driver R | grep -cE ' 512\*pcilg:8 +-$')" 2
	done
}

@test "the summary: all of it, nothing lost, the findings of one half only" {
	grep -qE '^8 accesses recorded, 0 lost, ' "$OUT"
	local rule
	for rule in ISM001 ISM008 ISM011; do
		grep -qE "^$rule [a-z-]+ +error +2 " "$OUT"
	done
	same "rules" "$(grep -cE '^ISM0' "$OUT")" 3
	grep -qE '^0011:00:00\.0 ism-vfio-pci bar2 +W +2 +0 +8192 +2 +0 ' "$OUT"
	grep -qE '^0011:00:00\.0 vfio-pci +bar2 +W +2 +0 +8192 +1024 +1024 ' "$OUT"
	says_not "$OUT" warning
}

@test "it ends with the machine's counts beside ours, and they are equal" {
	grep -qE "^0011:00:00\\.0 MEASURED +OURS +MACHINE'S +DIFFERENCE$" "$OUT"
	same "rows at the end" "$(sed -n '/MEASURED/,$p' "$OUT" | grep -cE '^ +(loads|stores|store blocks) +([0-9]+) +\2 +0$')" 3
	says_not "$OUT" ISM013
}

@test "two machines: a console, a disk, nothing lost, no finding, the machine's counts" {
	OUT=$(at two.out)
	says "$OUT" "/dev/pts/" "Welcome to the disk of lpar-one." "written-by-two"
	grep -q '^lpar-one' "$OUT"
	grep -qE '^[0-9]+ accesses recorded, 0 lost, ' "$OUT"
	grep -qxF 'no findings' "$OUT"
	same "rows that are equal" "$(grep -cE '^ +(loads|stores|store blocks) +([0-9]+) +\2 +0$' "$OUT")" 6
}
