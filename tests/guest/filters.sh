#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# filters.sh DRIVER RULE -- two functions, the second on DRIVER, two clients of several
# threads and processes, and many tracers that watch them at the same time,
# each with a filter of its own, one of them RULE.  NAME.args tells which.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

driver=$1
rule=$2
# shellcheck disable=SC2086 # Two words.
set -- $ISM_FUNCTIONS
ism=$1
generic=$2
[ "$driver" = ism-vfio-pci ] || bind "$generic" "$driver"
cp "$(command -v ismload)" /tmp/other

client()
{
	client_name=$1
	shift
	"$@" --json --ready="/tmp/$client_name.open" --wait=/tmp/go >"$OUT/$client_name.ops" &
	echo $! >"$OUT/$client_name.pid"
}

client ismload ismload --device="$ism" --threads=3 block:count=4 block:region=bar0,size=256,count=4 \
	split:total=96,size=32 oversized badregion odd:size=3 overlap:count=3 beyond mixed:count=40
client other /tmp/other --device="$generic" --processes=2 block:count=1 read:size=256,count=3 \
	block:region=bar0,size=304,count=3 split:total=96,size=32 oversized badregion mixed:count=20

# Attached once its command runs; traces all processes until that ends.
watch()
{
	watch_name=$1
	shift
	echo "$*" >"$OUT/$watch_name.args"
	ran "$watch_name" ismtrace live --json --buffer-size 2M -a "$@" -- \
		sh -c ". /share/lib.sh; touch /tmp/$watch_name.on; appears /tmp/stop" &
	watching="$watching /tmp/$watch_name.on"
}

appears /tmp/ismload.open /tmp/other.open
watch everything
watch function -d "$generic"
watch fid -d fid:0x22
watch uids -d uid:0x11 -d uid:0x12
watch pid -p "$(cat "$OUT/ismload.pid")"
watch comm -c other
watch comm-part -c othe
watch region -r bar2
watch regions -r bar0,config
watch writes -w write
watch size --size 100-300
watch size-up --size 4096-
watch errors --errors
watch rule --rule "$rule"
watch rules --rule ISM002,ISM009
watch several -d "$ism" -r bar0,bar2 -w write --size -256
# The words hold paths without blanks.
# shellcheck disable=SC2086
appears $watching
touch /tmp/go
while ! grep -q '"total"' "$OUT/ismload.ops" || ! grep -q '"total"' "$OUT/other.ops"; do
	sleep 0.1
done
touch /tmp/stop
wait

# CMD and its children, but not what else happens on the machine meanwhile.
rm /tmp/go
client stranger /tmp/other --device="$generic" block:count=3,size=64
appears /tmp/stranger.open
export generic ism
ran tree ismtrace live --json -- sh -c '
	touch /tmp/go
	ismload --json --device="$ism" block:count=2,size=32 >/share/tree-1.ops
	sh -c "ismload --json --device=$ism --processes=2 read:count=3; true" >/share/tree-2.ops
	while ! grep -q "\"total\"" /share/stranger.ops; do sleep 0.1; done'
wait

# Configuration space, which the driver hands on to the core, is read while another
# function is opened and closed.
ran opens ismtrace live --json -- sh -c '
	ismload --json --no-timing --device="$ism" read:region=config,size=4,stride=0,count=8000 >/share/opens-1.ops &
	while kill -0 $! 2>/dev/null; do
		ismload --json --device="$generic" block:size=64,count=1 >>/share/opens-2.ops
	done'
