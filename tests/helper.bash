# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # For jq; for those who load it.
#
# helper.bash - what the tests share: boots of the lab whose output is kept,
# and assertions over it that say what was found instead.
#
# A boot costs seconds, so a file boots in its setup_file(), lets a script of
# tests/guest leave all its output in the shared folder, and the tests look at
# that.  Ground truth is what the client says it did (ismload --json), the
# kernel's measurement block, or arithmetic done here, never ismtrace itself.

bats_require_minimum_version 1.5.0

TOP=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
BIN=$TOP/build/s390x/bin

# ISMTRACE_TEST_KERNEL=NAME or NAME+upstream: the kernel that lab() boots, and with
# upstream the variant driver that the kernel comes with, instead of ours.  Tests
# ask TEST_DRIVER where the two differ.  Their names tell.
TEST_KERNEL=${ISMTRACE_TEST_KERNEL:-6.12}
TEST_DRIVER=ism-vfio-pci
case $TEST_KERNEL in
*+upstream)
	TEST_KERNEL=${TEST_KERNEL%+upstream}
	TEST_DRIVER=upstream
	;;
esac
[ -z "${ISMTRACE_TEST_KERNEL:-}" ] || BATS_TEST_NAME_PREFIX="$ISMTRACE_TEST_KERNEL: "

# bound DRIVER -- what it is called in sysfs, if it is the variant driver: upstream's
# has its module's name.  Records have ism-vfio-pci for both.
bound()
{
	if [ "$TEST_DRIVER $1" = "upstream ism-vfio-pci" ]; then echo ism_vfio_pci; else echo "$1"; fi
}

# All but Debian's own have a BPF JIT.
jit()
{
	[ "$TEST_KERNEL" != 6.12 ]
}

# Do programs hang on trampolines, rather than on kprobes?  s390x has them with a JIT, since 6.3.
trampolines()
{
	jit && [[ $TEST_KERNEL != 6.1-* ]]
}

# Does the kernel tell how often it missed a kprobe?  Since 6.7.
tells_misses()
{
	[[ $TEST_KERNEL != 6.1-* ]]
}

# VFIO has character devices since 6.6, which Debian leaves out.
cdev()
{
	jit && [[ $TEST_KERNEL != 6.1-* ]]
}

# Generic vfio-pci does not let a client at the BARs of an ISM function at all: since
# the core maps BARs when a device is opened, it leaves out those of functions that
# the kernel marks non-mappable, and answers -ENODEV.
generic_refuses()
{
	[[ $TEST_KERNEL == 7.2* ]]
}

# What generic vfio-pci takes a BAR for at most at a time, bytes: 8 since 6.11.
if [[ $TEST_KERNEL == 6.1-* ]]; then PIECE=4; else PIECE=8; fi

# What a second function is driven by, where two drivers are wanted that let it.
if generic_refuses; then SECOND=ism-vfio-pci; else SECOND=vfio-pci; fi

# only_on KERNELS -- for tests with the tag on-KERNELS, which scripts/check leaves out
# elsewhere: 6 are those whose generic driver splits, 7 those where it refuses, kprobes those without trampolines.
only_on()
{
	case $1 in
	6) ! generic_refuses || skip "not on $TEST_KERNEL" ;;
	7) generic_refuses || skip "not on $TEST_KERNEL" ;;
	kprobes) ! trampolines || skip "not on $TEST_KERNEL" ;;
	debug) [[ $TEST_KERNEL == *-debug ]] || skip "not on $TEST_KERNEL" ;;
	esac
}

# Once per run of bats, unless scripts/check has done it.
build_all()
{
	[ -n "${ISMTRACE_NO_BUILD:-}" ] || make -s -C "$TOP" all "KERNEL=$TEST_KERNEL" >&2
	export ISMTRACE_NO_BUILD=1
}

# make_here TARGET... -- what runs on this machine; one at a time, as files that are run
# side by side want the same objects.
make_here()
{
	mkdir -p "$TOP/build"
	flock "$TOP/build/here.lock" env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$TOP" "$@" >&2
}

# lab NAME [lab/run option...] -- SCRIPT [ARG...] -- boot, run tests/guest/SCRIPT
# and keep what it leaves in /share, which is $BATS_FILE_TMPDIR/NAME.
lab()
{
	local share=$BATS_FILE_TMPDIR/$1 options=(--kernel "$TEST_KERNEL" --driver "$TEST_DRIVER")
	shift
	# For a machine whose CPUs are busy with other things as well; what finds bugs
	# takes ten times as long.
	# What ismload writes it reads back; memory=off in a test's properties has a function that works.
	options+=(--memory --timeout "$(if [[ $TEST_KERNEL == *-debug ]]; then echo 3600; else echo 900; fi)")
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	mkdir -p "$share"
	cp "$TOP"/tests/guest/*.sh "$share/"
	if ! "$TOP/lab/run" --share "$share" "${options[@]}" -- sh "/share/$1" "${@:2}" \
		>"$share/stdout" 2>"$share/stderr"; then
		echo "lab/run ${options[*]} -- $* failed:" >&2
		tail -n 30 "$share/stdout" "$share/stderr" >&2
		return 1
	fi
	if [ -s "$share/refused" ]; then
		echo "system calls that user/live/sandbox.c does not have:" >&2
		head -n 20 "$share/refused" >&2
		return 1
	fi
}

# tshark ARG... -- for root since 4.4 it loads no Lua script, and does not say so.  In a user namespace it is called by
# somebody else, who has the same files.
tshark()
{
	if [ "$EUID" = 0 ] && unshare --user true 2>/dev/null; then
		unshare --user --map-user=65534 --map-group=65534 tshark "$@"
	else
		command tshark "$@"
	fi
}

# A file of the boot called $BOOT.
at()
{
	printf '%s\n' "$BATS_FILE_TMPDIR/$BOOT/$1"
}

fail()
{
	printf '%s\n' "$@" >&2
	return 1
}

# same WHAT FOUND WANTED
same()
{
	[ "$2" = "$3" ] || fail "$1:" "  found  $2" "  wanted $3"
}

# status_of NAME WANTED -- the exit status that a script of tests/guest noted.
status_of()
{
	same "exit status of $1" "$(cat "$(at "$1.status")")" "$2" ||
		fail "its stderr:" "$(tail -n 5 "$(at "$1.err")")"
}

# says FILE TEXT... -- each is in the file, somewhere.
says()
{
	local file=$1 text
	shift
	for text; do
		grep -qF -- "$text" "$file" || fail "not in $file: $text" "it says:" "$(head -n 20 "$file")" ||
			return
	done
}

# says_not FILE TEXT... -- none is in the file.
says_not()
{
	local file=$1 text
	shift
	[ -e "$file" ] || fail "no such file: $file" || return
	for text; do
		! grep -nF -- "$text" "$file" >&2 || fail "in $file, but must not be: $text" || return
	done
}

# no_libbpf FILE -- nothing that only libbpf and the verifier say.
no_libbpf()
{
	[ -e "$1" ] || fail "no such file: $1" || return
	! grep -nE 'libbpf|verifier|BEGIN PROG LOAD|processed [0-9]+ insns' "$1" >&2 ||
		fail "libbpf's words in $1"
}

# is FILE FILTER WANTED [jq option...] -- the filter gives this, as compact JSON.
# The filter sees all the objects of the file as one array.
is()
{
	same "$2 in $1" "$(jq -sc "${@:4}" "$JQ_LIB $2" "$1")" "$3"
}

# every FILE SELECT CONDITION [SELECT CONDITION]... -- of the objects that SELECT
# holds for, of which there is one at least, CONDITION holds for each.
every()
{
	local file=$1 look='' wrong
	shift
	while [ $# -gt 0 ]; do
		look+="${look:+, }($(quoted "$1") as \$for | $(quoted "$2") as \$wanted |
			[\$all[] | select($1)] as \$some |
			if (\$some | length) == 0 then { \$for, \$wanted, found: \"no such object\" }
			else [\$some[] | select([$2] != [true])] | select(length > 0) |
				{ \$for, \$wanted, wrong: length, of: (\$some | length), found: .[0] }
			end)"
		shift 2
	done
	wrong=$(jq -n "$JQ_LIB [inputs] as \$all | $look" "$file") || return
	[ -z "$wrong" ] || fail "not so in $file:" "$wrong"
}

# A string for jq.
quoted()
{
	local text=${1//\\/\\\\}
	text=${text//\"/\\\"}
	text=${text//[$'\n\t']/ }
	printf '"%s"' "$text"
}

# none FILE SELECT -- SELECT holds for no object; the file is not empty.
none()
{
	every "$1" true "($2) | not"
}

# What several filters need.
#
# pieces(offset; length; most): how many naturally aligned pieces of 8, 4, 2
# and 1 bytes, but no longer than most, it takes at least, the shortest and the
# longest.
JQ_LIB='
	def widest($o; $l; $m): first((8, 4, 2, 1) | select(. <= $m and . <= $l and $o % . == 0));
	def edge($o; $l; $m):
		if $l <= 0 or ($o % $m == 0 and $l >= $m) then empty
		else widest($o; $l; $m) as $w | $w, edge($o + $w; $l - $w; $m) end;
	def pieces($o; $l; $m):
		[edge($o; $l; $m)] as $head | ($head | add // 0) as $done |
		(($l - $done) / $m | floor) as $whole |
		[edge($o + $done + $whole * $m; $l - $done - $whole * $m; $m)] as $tail |
		($head + $tail + (if $whole > 0 then [$m] else [] end)) as $widths |
		{ count: (($head | length) + ($tail | length) + $whole),
		  min: ($widths | min // 0), max: ($widths | max // 0) };
	def is_insn(c): [.pcilg, .pcistg, .pcistb, .mio, .failed, .min, .max, .bytes] == c;
	def idle: is_insn([0, 0, 0, 0, 0, 0, 0, 0]);
	def rule(r): .rules | index(r) != null;
	def bar: .region | startswith("bar");
'

# pairs OPS RECORDS >PAIRS -- each access of the client beside the record of
# the trace that should be its own, in the order of each thread: lines of
# {"op": ..., "rec": ...}, null where one is missing.  (The client says
# "region9" where ismtrace says "dev9".)
pairs()
{
	jq -nc --slurpfile ops "$1" --slurpfile recs "$2" '
		def threads(type): map(select(.type == type)) |
			reduce .[] as $x ({}; .["\($x.tid)"] += [$x]);
		($ops | map(if .region then .region |= sub("^region"; "dev") else . end) |
			threads("op")) as $o | ($recs | threads("access")) as $r |
		($o + $r | keys_unsorted[]) as $tid |
		($o[$tid] // []) as $mine | ($r[$tid] // []) as $theirs |
		range([$mine, $theirs | length] | max) |
		{ op: $mine[.], rec: $theirs[.] }'
}

# coded_rules -- "ID NAME SEVERITY" of each rule, as the table in the sources has it.
coded_rules()
{
	sed -n 's/^\t*"\(ISM0..\)", "\([a-z-]*\)", SEV_\([A-Z]*\),$/\1 \2 \L\3/p' "$TOP/user/model/rules.c"
}
