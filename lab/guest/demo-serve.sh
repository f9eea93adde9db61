#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# demo-serve.sh -- in the machine of the demo that has something for others: a console behind
# its first function, a disk behind its second.  scripts/demo calls it.

# shellcheck disable=SC2086 # Words.
set -- $ISM_FUNCTIONS

gid()
{
	ismpeer info -f "$1" | sed -n 's/^gid *//p'
}

hostname lpar-one
echo "$(gid "$1") $(gid "$2")" >/share/gids.new
mv /share/gids.new /share/gids
cp /share/disk /tmp/disk
/share/nbd-server /tmp/nbd /tmp/disk &
until [ -S /tmp/nbd ]; do sleep 0.1; done
ismpeer block --serve --connect /tmp/nbd -f "$2" &
ismpeer console --serve -f "$1" -- sh &
# The other machine says when it has seen enough.
until [ -e /share/seen ]; do sleep 0.2; done
