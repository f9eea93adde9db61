#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# old-kernel.sh -- what can be had of a kernel that has neither VFIO nor BTF: tests/old-kernel.bats
# looks at it.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

uname -r >"$OUT/release"
ran doctor ismtrace doctor
ran doctor-json ismtrace doctor --json
ran live ismtrace live -- touch /tmp/ran
ran stat ismtrace stat -- touch /tmp/ran
ran record ismtrace record -o /tmp/x.pcapng -- touch /tmp/ran
[ ! -e /tmp/ran ] || echo "CMD was run" >>"$OUT/live.err"
[ ! -e /tmp/x.pcapng ] || echo "a file was made" >>"$OUT/record.err"
ran bind ismtrace bind 0011:00:00.0
ran list ismtrace list
exit 0
