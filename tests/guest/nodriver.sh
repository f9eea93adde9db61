#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# nodriver.sh -- no VFIO driver is loaded; then only the generic one.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

ran live ismtrace live -- touch /tmp/ran
ran live-json ismtrace live --json
ran list ismtrace list
ran doctor ismtrace doctor
ran doctor-json ismtrace doctor --json
[ -e /tmp/ran ] && echo "CMD was run" >>"$OUT/live.err"
modprobe vfio-pci
ran generic-doctor ismtrace doctor --json
ran generic-live ismtrace live --quiet -- true
# A driver that comes while it traces.
ran late-live ismtrace live --quiet -- sh -c 'modprobe ism-vfio-pci; sleep 3'
exit 0
