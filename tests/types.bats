#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel types that we wrote down by hand, held against the BTF of a real
# kernel; and that this finds what is wrong.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make -s -C "$TOP" build/check-types >&2
	SYSROOT=$("$TOP/scripts/get-sysroot")
	export SYSROOT
}

# check OBJECT [KERNEL]
check()
{
	local dir
	dir=$("$TOP/scripts/get-kernel" --cached "${2:-6.12}") || return
	"$TOP/build/check-types" "$1" "$dir/vmlinux"
}

# wrong SED-SCRIPT MESSAGE -- this is found, and nothing else, when the programs
# are built with other types.
wrong()
{
	local dir=$BATS_TEST_TMPDIR
	sed "$1" "$TOP/vmlinux/vmlinux.h" >"$dir/vmlinux.h"
	! cmp -s "$TOP/vmlinux/vmlinux.h" "$dir/vmlinux.h" || fail "no effect: $1" || return
	clang -g -O2 -w -target bpfeb -mcpu=v3 -D__TARGET_ARCH_s390 -I"$dir" -I"$TOP/bpf" \
		-I"$SYSROOT/usr/include" -c "$TOP/bpf/ismtrace.bpf.c" -o "$dir/wrong.o" || return
	check "$TOP/build/s390x/ismtrace.bpf.o" | grep '^not ok' >"$dir/before" || :
	run -1 check "$dir/wrong.o"
	same "what is wrong" "$(grep '^not ok' <<<"$output" | grep -vxFf "$dir/before")" "not ok $2"
}

@test "every structure and member that the programs read is in each kernel, and alike" {
	local kernel dir
	# Those that make check has built, and whatever else is in the cache; Debian 12's own has no BTF.
	for kernel in $("$TOP/scripts/get-kernel" --list); do
		if [ "$kernel" != 6.12 ]; then
			dir=$("$TOP/scripts/get-kernel" --cached "$kernel") && [ -e "$dir/vmlinux" ] || continue
		fi
		run -0 check "$TOP/build/s390x/ismtrace.bpf.o" "$kernel"
		[[ $output =~ ^([0-9]+)\ passed,\ 0\ failed$ ]] || fail "$kernel: $output"
		[ "${BASH_REMATCH[1]}" -ge 35 ]
	done
}

@test "a number of another size is found" {
	wrong '/^struct zpci_dev {/,/^}/s/u32 fid;/u64 fid;/' 'zpci_dev.fid: has 4 bytes there, 8 here'
}

@test "a number that is a pointer is found" {
	wrong '/^struct zpci_dev {/,/^}/s/u32 uid;/void *uid;/' 'zpci_dev.uid: is a number there, a pointer here'
}

@test "a member that is not there is found" {
	wrong '/^struct zpci_fmb {/a\	u64 nonsense;' 'zpci_fmb.nonsense: no such member'
}

@test "an array that is longer than the kernel's is found" {
	wrong 's/bars\[6\];/bars[7];/' 'zpci_dev.bars: has 6 elements there, 7 here'
}

@test "a structure that is not there is found" {
	wrong '1i #define zpci_fmb zpci_nonsense' 'zpci_nonsense.*: no such structure in any BTF given'
}

@test "no BTF, no arguments: an error of its own" {
	run -2 check "$TOP/build/s390x/bin/ismload"
	[[ $output == *"no BTF in"* ]]
	run -2 "$TOP/build/check-types"
	[[ $output == usage:* ]]
}
