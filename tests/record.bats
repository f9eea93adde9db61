#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# record when its output is full, slow or gone, and what becomes of CMD when the
# trace ends first.  Recorders that are killed: tests/traces.bats.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	make_here host
	lab record -- record.sh
}

setup()
{
	BOOT=record
}

# On this machine.
tool()
{
	"$TOP/build/host/bin/ismtrace" "$@"
}

# ops NAME -- how many accesses its client made.
ops()
{
	jq -s 'map(select(.type == "total").ops) | add' "$(at "$1.ops")"
}

@test "a full disk: exit 5, all that was written is readable, the rest is counted, CMD goes on" {
	local name file written lost
	for name in full-plain full-members; do
		status_of $name 5
		[ $name = full-plain ] && file=full.pcapng || file=full.pcapng.gz
		same "complaints of $name" "$(wc -l <"$(at "$name.err")")" 2 || fail "$(cat "$(at "$name.err")")"
		says "$(at "$name.err")" "ismtrace: cannot write /tmp/small/$file: No space left on device"
		[[ $(cat "$(at "$name.err")") =~ ([0-9]+)\ accesses,\ [0-9]+\ bytes\ written\ to\ .*\;\ ([0-9]+)\ lost ]]
		written=${BASH_REMATCH[1]} lost=${BASH_REMATCH[2]}
		[ "$written" -gt 300 ]
		tool dump --json "$(at "$file")" >"$(at "$name.dump")" 2>"$(at "$name.note")"
		same "notes of $name" "$(wc -l <"$(at "$name.note")")" 1
		says "$(at "$name.note")" "has no closing account: the trace was killed or still runs; $written records read"
		same "records of $name" "$(grep -c '"type":"access"' "$(at "$name.dump")")" "$written"
		# They are the first ones, one after the other.
		pairs "$(at "$name.ops")" "$(at "$name.dump")" | head -n "$written" >"$(at "$name.pairs")"
		every "$(at "$name.pairs")" true '(.op | [.op, .region, .offset, .len, .ret, .tid]) ==
			(.rec | [.op, .region, .offset, .len, .ret, .tid])'
		run -4 --separate-stderr tool dump -q --strict "$(at "$file")"
		# It ends the trace: what came later was neither written nor lost.
		[ $((written + lost)) -le "$(ops $name)" ]
	done
}

@test "a disk that is full already: exit 5, and CMD is not run" {
	status_of full-already 5
	says "$(at full-already.err)" 'ismtrace: cannot write /tmp/small/none.pcapng: No space left on device'
	status_of was-run 1
}

@test "a slow reader: CMD does not wait for it, what does not fit is counted as lost" {
	status_of slow 0
	tool dump --json "$(at slow.pcapng)" >"$(at slow.dump)" 2>"$(at slow.note)"
	same "notes" "$(cat "$(at slow.note)")" ""
	is "$(at slow.dump)" '.[-1] | [.recorded + .lost.total, .lost.writer > 0, .lost.total == .lost.writer,
		.recorded > 1000]' "[$(ops slow),true,true,true]"
	is "$(at slow.dump)" '.[-1].findings | map([.rule, .count])' "[[\"ISM012\",$(jq -s '.[-1].lost.total' "$(at slow.dump)")]]"
	# The instructions of what was lost as well.
	is "$(at slow.dump)" '.[-1] | .lost.total == ([.functions[].lost | .pcilg + .pcistb] | add)' true
	says "$(at slow.err)" "; $(jq -s '.[-1].lost.total' "$(at slow.dump)") lost"
}

@test "what was in a file before record came to it stays when the disk is full" {
	status_of keep 5
	cmp -n 200000 "$(at keep.before)" "$(at keep.after)"
	# Behind it are whole members.
	tail -c +200001 "$(at keep.after)" >"$(at keep.capture)"
	[ -s "$(at keep.capture)" ]
	run -0 --separate-stderr tool dump --json "$(at keep.capture)"
}

@test "told to end while its reader does not read: it ends, and says what is lost" {
	[ "$(<"$(at still.tenths)")" -lt 80 ]
	status_of still 5
	says "$(at still.err)" 'cannot write /tmp/still: Interrupted system call' ' lost'
}

@test "killed while it waits for its reader: what is in the pipe is readable" {
	status_of stuck 137
	tool dump --json "$(at stuck.pcapng)" >"$(at stuck.dump)" 2>"$(at stuck.note)"
	same "notes" "$(wc -l <"$(at stuck.note)")" 1
	says "$(at stuck.note)" 'is cut off at byte'
	[ "$(grep -c '"type":"access"' "$(at stuck.dump)")" -ge 10 ]
	pairs "$(at stuck.ops)" "$(at stuck.dump)" | head -n 10 >"$(at stuck.pairs)"
	every "$(at stuck.pairs)" true '(.op | [.op, .offset, .len]) == (.rec | [.op, .offset, .len])'
}

@test "a reader that goes away: exit 0, and says so; CMD goes on" {
	status_of gone 0
	says "$(at gone.err)" 'ismtrace: the reader closed the output'
	run -0 --separate-stderr tool dump "$(at gone.pcapng)"
	[[ $stderr == *"is cut off at byte"* ]]
}

@test "several files in a directory of somebody else's: no file of others, none that others hold" {
	local n
	status_of swapped 0
	# Nothing is in the other directory, and nothing in the file that was there.
	same "the other directory" "$(paste -sd ' ' "$(at swapped.victim)")" "file root's own"
	# As it was opened, and empty.
	same "what somebody held open" "$(paste -sd ' ' "$(at swapped.held)")" "/tmp/way/out/x.00006.pcapng (deleted) 0"
	# What somebody had written to a name that was then needed is kept beside it.
	n=$(grep -vc '\.old$' "$(at swapped.files)")
	[ "$n" -ge 7 ] || fail "$(cat "$(at swapped.files)")"
	same "new files, for root alone, with no other name" \
		"$(grep -v '\.old$' "$(at swapped.files)" | grep -c '^regular file 600 0 1 x\.')" "$n"
	# All that the client did, before and after.
	same "notes" "$(cat "$(at swapped.note)")" ""
	same "writes" "$(jq -r 'select(.type == "access" and .op == "write") | .pid' "$(at swapped.dump)" | uniq -c)" \
		"$(jq -r 'select(.type == "op" and .op == "write") | .pid' "$(at swapped.1.ops)" "$(at swapped.2.ops)" | uniq -c)"
}

@test "the same name again: what was recorded is kept, and for no program nothing is touched" {
	local first kept
	first=$(sed -n '1s/^0 again.pcapng \([0-9]*\)$/\1/p' "$(at again)")
	[ -n "$first" ] || fail "$(cat "$(at again)")"
	same "no program" "$(sed -n 2p "$(at again)")" "127 again.pcapng $first"
	kept=$(sed -n '3s/^0 again.pcapng [0-9]* again.pcapng.old \([0-9]*\)$/\1/p' "$(at again)")
	same "kept" "$kept" "$first"
	same "accesses that were kept" "$(tool dump --json "$(at again.pcapng.old)" | jq -r 'select(.type == "access" and .op == "write") | .op' | wc -l)" 3
}

# opener OWNER -- what it was where OWNER has the directory; numbers that are nobody's are "own".
opener()
{
	paste -sd' ' "$(at "opener.$1")" | tr -s '\t ' ' ' | sed 's/ 2[01][0-9]\{8\}\b/ own/g'
}

@test "the process that makes the files has no right that it does not need, and can be ended" {
	same "in root's directory" "$(opener root)" \
		"Uid: own own own 0 CapPrm: 0000000000000000 CapEff: 0000000000000000 NoNewPrivs: 1 ended"
	# To make a file in it takes CAP_DAC_OVERRIDE, which is bit 1.
	same "in somebody else's" "$(opener nobody)" \
		"Uid: own own own 0 CapPrm: 0000000000000002 CapEff: 0000000000000002 NoNewPrivs: 1 ended"
}

# --- The trace ends first.

@test "-n and -t end CMD: exit 0, or its own status" {
	status_of ends-time 0
	# The client ends by itself when it is told to.
	status_of ends-count 1
	every "$(at ends-count.ops)" '.type == "total"' '.interrupted'
	local name
	for name in ends-time ends-count; do
		# None of that name is left.
		status_of $name-left 1
		same "lines of stderr of $name" "$(wc -l <"$(at "$name.err")")" 1
		run -0 --separate-stderr tool dump --json "$(at "$name.pcapng")"
		same "notes of $name" "$stderr" ""
	done
	is <(tool dump --json "$(at ends-count.pcapng)") '.[-1].recorded' 5
	# The client had ten minutes' work.
	[ "$(grep -c '"type":"op"' "$(at ends-count.ops)")" -lt 500 ]
}

@test "a CMD that has its own idea of SIGTERM: its status, and it is waited for" {
	status_of ends-own 7
	status_of ends-late 9
	status_of late 0
	says "$(at ends-late.err)" "ismtrace: warning: waiting for 'sh', which goes on in spite of SIGTERM"
	says_not "$(at ends-own.err)" waiting
	# No end that it was told.
	status_of ends-crash 139
}

@test "a signal for ismtrace alone ends CMD, too: exit 0" {
	status_of alone 0
	status_of alone-left 1
}

@test "a recorder that is killed does not take CMD with it" {
	status_of orphan 0
	status_of orphan-C 0
}

# --- Live, through a pipe.

@test "record -o - | tshark -i - prints packets while the recorder runs" {
	local share=$BATS_TEST_TMPDIR/share
	mkdir -p "$share"
	# The second client waits until the packets of the first have been printed here.
	"$TOP/lab/run" --memory --timeout 150 --share "$share" -- ismtrace record -q --byte-order=little -o - -- sh -c '
		ismload --quiet block:size=64,count=3 >&2
		until [ -e /share/printed ]; do sleep 0.1; done
		ismload --quiet block:size=128,count=2 >&2' 2>"$share/lab.err" |
		tshark -l -n -i - -T fields -e frame.len 2>"$share/tshark.err" |
		while read -r len; do
			echo "$len"
			touch "$share/printed"
		done >"$share/packets"
	# Three writes and three reads of 64 bytes, two and two of 128, and the command register.
	same "packets" "$(sort -n "$share/packets" | uniq -c | awk '$2 >= 312 { print $1, $2 }' | paste -sd ' ')" \
		"6 312 4 376"
}
