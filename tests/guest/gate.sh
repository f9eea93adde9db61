#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# gate.sh -- checks that must not pass as they have looked at nothing, beside some that may, and
# captures of which the same holds: what tests/gate.bats looks at.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

write="ismload --quiet block:size=64,count=3,verify=0"

# --- Live.

# shellcheck disable=SC2086 # Words.
{
	ran some ismtrace check --severity error -- $write
	ran some-writes ismtrace check -w write -- $write
	ran filtered ismtrace check -r bar5 -- $write
	ran filtered-name ismtrace check -c nobody -- $write
	ran filtered-allowed ismtrace check -c nobody --allow filtered -- $write
	ran rule ismtrace check --rule ISM007 -- $write
	# Accesses there are, but CMD makes none of them.
	ismload --quiet rate:rate=50,size=64,stride=64,seconds=600 &
	others=$!
	ran others ismtrace check -- sleep 1
	kill $others
	wait
}
ran none ismtrace check -- true
ran none-json ismtrace check --json -- true
ran none-quiet ismtrace check -q -- true
ran none-allowed ismtrace check --allow empty -- true
ran none-other ismtrace check --allow lost,filtered -- true
# What CMD says of itself is more than that.
ran none-failed ismtrace check -- sh -c 'exit 7'
ran none-missing ismtrace check -- /nowhere/cmd
ran found ismtrace check -- ismload --quiet crossing

# --- Captures.

ran record-none ismtrace record -o $OUT/none.pcapng.gz -- true
# Several files, the client's account beside.
ran record-parts ismtrace record -o $OUT/parts.pcapng -C 4K -- \
	sh -c "exec ismload --json block:size=64,count=60,verify=0 >$OUT/parts.ops"
# Nobody has closed it.
ismtrace record -o $OUT/killed.pcapng -- ismload --quiet rate:rate=50,size=64,stride=64,seconds=60 &
recorder=$!
until [ "$(wc -c <$OUT/killed.pcapng 2>/dev/null || echo 0)" -gt 2000 ]; do
	sleep 0.1
done
kill -KILL $recorder
exit 0
