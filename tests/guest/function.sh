#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# function.sh -- two functions that work and one that is memory: what tests/function.bats
# looks at.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

# shellcheck disable=SC2086 # Words.
set -- $ISM_FUNCTIONS

ran client /share/function "$1" "$2"
ran traced ismtrace live --json --measure -- /share/function "$1" "$2"
ran load ismload --json --device "$1" block:count=10 split widths:write=1 window
ran load-memory ismload --json --device "$3" block:count=10
# Those that a driver passes that knows ISM functions, the kernel's own as well.
ran check ismcheck --rounds 20 --device "$1" read-lengths write-lengths write-order write-atomic boundary config-caps \
	msi-loopback dma-map close-in-flight
exit 0
