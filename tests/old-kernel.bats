#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian 12's own kernel, 6.1, on which nothing can be traced: what is said of it is what it lacks, and where
# there is another one.

# Variables that bats and tests/helper.bash set or read.
# shellcheck disable=SC2034,SC2154

load helper

setup_file()
{
	build_all
	lab old-kernel --kernel 6.1 --driver none -- old-kernel.sh
}

BOOT=old-kernel
ANOTHER='on Debian 12 as root: apt-get install -t bookworm-backports linux-image-s390x'

@test "doctor: neither BTF nor VFIO, each with the command that gives a kernel with it" {
	[[ $(cat "$(at release)") == 6.1.* ]]
	status_of doctor 3
	status_of doctor-json 3
	every "$(at doctor-json.out)" \
		'.name == "BTF"' ".result == \"fails\" and (.hint | endswith(\"$ANOTHER\"))" \
		'.name == "driver"' ".result == \"fails\" and .found == \"this kernel has no VFIO for PCI devices\" and
			(.hint | endswith(\"$ANOTHER\"))" \
		'.name == "functions"' '.hint == "ismtrace bind 0011:00:00.0, on another kernel"'
	# Nothing else stands in the way.
	is "$(at doctor-json.out)" 'map(select(.result == "fails") | .name)' '["BTF","driver"]'
}

@test "live, stat, record and list: one line and one hint, nothing is run or made" {
	local name
	for name in live stat record list; do
		status_of "$name" 3
		same "what $name says" "$(cat "$(at "$name.err")")" \
			"ismtrace: this kernel has no BTF (/sys/kernel/btf/vmlinux)
  hint: use a kernel built with CONFIG_DEBUG_INFO_BTF=y; $ANOTHER"
	done
}

@test "bind: no driver can be loaded" {
	status_of bind 3
	same "what bind says" "$(cat "$(at bind.err)")" "ismtrace: this kernel has no VFIO for PCI devices
  hint: $ANOTHER"
}
