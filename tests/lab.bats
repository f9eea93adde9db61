#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The lab itself: lab/run is the command that it runs.  Each boot costs two to
# three seconds, so one boot is asked several questions.
# shellcheck disable=SC2016,SC2154,SC1010

bats_require_minimum_version 1.5.0

setup()
{
	cd "$BATS_TEST_DIRNAME/.." || return
	# Nothing of this may survive a run that ended well.
	export TMPDIR=$BATS_TEST_TMPDIR
}

# Runs that ended by themselves leave nothing; the argument says how many
# console logs are expected of the others.
left_behind()
{
	local dirs=("$TMPDIR"/ismtrace-lab.*)
	[ -e "${dirs[0]}" ] || dirs=()
	[ "${#dirs[@]}" -eq "${1:-0}" ]
}

@test "usage errors exit 2, say what and boot nothing" {
	run -2 --separate-stderr lab/run
	[[ $stderr == *"no command"* ]]
	[ -z "$output" ]
	run -2 lab/run --driver=wrong -- true
	[[ $output == *"'wrong'"* ]]
	run -2 lab/run --functions many -- true
	run -2 lab/run --smp 0 -- true
	run -2 lab/run --timeout
	run -2 lab/run --nonsense -- true
	run -2 lab/run --icount --smp 2 -- true
	run -2 lab/run --share "$BATS_TEST_TMPDIR/nowhere" -- true
	[[ $output == *"not a directory"* ]]
	run -2 lab/run true
	[[ $output == *"after --"* ]]
	left_behind 0
}

@test "--help tells every option" {
	run -0 lab/run --help
	local opt
	for opt in kernel driver functions function memory fabric orders smp mem share tools timeout icount; do
		[[ $output == *"--$opt"* ]]
	done
	run -0 lab/shell --help
	[[ $output == *"usage: lab/shell"* ]]
}

@test "the driver has the functions, the toolkit is on PATH" {
	run -3 --separate-stderr lab/run --functions=2 -- sh -c '
		echo "$ISM_FUNCTIONS"
		for f in $ISM_FUNCTIONS; do
			basename "$(readlink -f /sys/bus/pci/devices/$f/driver)"
			cat /sys/bus/pci/devices/$f/vendor /sys/bus/pci/devices/$f/device
		done
		[ -c /dev/vfio/0 ] && [ -c /dev/vfio/1 ] && echo groups
		command -v ismtrace >/dev/null && command -v ismload >/dev/null && echo tools
		id -u
		[ -t 1 ] || echo pipe
		echo on stderr >&2
		exit 3'
	[ "$output" = "0011:00:00.0 0012:00:00.0
ism-vfio-pci
0x1014
0x04ed
ism-vfio-pci
0x1014
0x04ed
groups
tools
0
pipe" ]
	[[ $stderr == *"on stderr"* ]]
	left_behind 0
}

@test "--driver vfio-pci and none" {
	run -0 --separate-stderr lab/run --driver vfio-pci -- \
		sh -c 'basename "$(readlink /sys/bus/pci/devices/$ISM_FUNCTIONS/driver)"'
	[ "$output" = vfio-pci ]
	run -0 --separate-stderr lab/run --driver none -- \
		sh -c 'ls -d /sys/bus/pci/devices/$ISM_FUNCTIONS/driver /dev/vfio 2>&1 | grep -c "No such"
		modprobe ism-vfio-pci && grep -c "^ism_vfio_pci " /proc/modules'
	[ "$output" = "2
1" ]
}

@test "--driver upstream: one clear line where the kernel has none, or does not exist" {
	run -125 --separate-stderr lab/run --driver upstream -- true
	[ "$stderr" = "lab/run: kernel 6.12 has no ism-vfio-pci of its own; --kernel 7.2 has" ]
	run -2 --separate-stderr lab/run --kernel 5.1 -- true
	[[ $stderr == "get-kernel: unknown kernel '5.1'; there are: 6.1 "* ]]
	left_behind 0
}

@test "streams are whole and 8 bits wide in both directions" {
	head -c 20000000 /dev/urandom >"$BATS_TEST_TMPDIR/in"
	lab/run --driver none -- cat <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
	left_behind 0
}

@test "arguments arrive as they are, to stdout that is appended to" {
	echo before >"$BATS_TEST_TMPDIR/out"
	lab/run --driver none -- printf '[%s]' 'a  b' "c'd\"" '' $'e\nf' '$x*' >>"$BATS_TEST_TMPDIR/out"
	printf '%s\n[a  b][c'\''d"][][e\nf][$x*]' before | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "statuses of a shell: not there, not to be run, killed" {
	run -127 lab/run --driver none -- no-such-command with arguments
	[[ $output == *"no-such-command: command not found"* ]]
	run -126 lab/run --driver none -- /etc/passwd
	run -137 lab/run --driver none -- sh -c 'kill -9 $$'
	left_behind 0
}

@test "what stays behind in the background does not hold up the end" {
	SECONDS=0
	run -0 --separate-stderr lab/run --driver none -- sh -c 'sleep 200 & echo done'
	[ "$output" = done ]
	[ "$SECONDS" -lt 60 ]
}

@test "a reader that leaves is SIGPIPE to the command" {
	run -0 --separate-stderr bash -c '
		lab/run --driver none -- sh -c "yes; echo yes ended with \$? >&2; exit 4" |
			head -n 2; [ "${PIPESTATUS[0]}" = 4 ]'
	[ "$output" = "y
y" ]
	[[ $stderr == *"yes ended with 141"* ]]
}

@test "--share is read and written, programs run from it" {
	local dir="$BATS_TEST_TMPDIR/a, b"
	mkdir "$dir"
	echo from the host >"$dir/in"
	cp build/s390x/bin/ismtrace "$dir/client"
	run -0 --separate-stderr lab/run --driver none --share "$dir" -- sh -c '
		cat /share/in
		echo from the guest >/share/out
		/share/client --version >/dev/null && echo runs'
	[ "$output" = "from the host
runs" ]
	[ "$(<"$dir/out")" = "from the guest" ]
	[ -O "$dir/out" ]
}

@test "--tools is there, read only, beside --share" {
	local dir="$BATS_TEST_TMPDIR/tools"
	mkdir -p "$dir/sub" "$BATS_TEST_TMPDIR/share"
	cp build/s390x/bin/ismtrace "$dir/sub/client"
	run -0 --separate-stderr lab/run --driver none --tools "$dir" --share "$BATS_TEST_TMPDIR/share" -- sh -c '
		/tools/sub/client --version >/dev/null && echo runs
		touch /tools/new 2>/dev/null || echo read only
		touch /share/new'
	[ "$output" = "runs
read only" ]
	[ ! -e "$dir/new" ]
	[ -e "$BATS_TEST_TMPDIR/share/new" ]
	run -2 lab/run --tools "$dir/none" -- true
	run -2 lab/run --fabric "$dir/none/socket" -- true
}

@test "dynamically linked programs, the clock, two CPUs" {
	run -0 --separate-stderr lab/run --driver none --smp 2 --mem 512 -- bash -c '
		nproc; jq -n "1+1"; date +%s; grep MemTotal /proc/meminfo | tr -dc "0-9\n"'
	[ "${lines[0]}" = 2 ]
	[ "${lines[1]}" = 2 ]
	local off=$((lines[2] - $(date +%s)))
	[ "${off#-}" -lt 60 ]
	[ "${lines[3]}" -lt 524288 ]
}

@test "every program of procps starts" {
	run -0 --separate-stderr lab/run -- bash -c '
		for name in free kill pgrep pidwait pkill pmap ps pwdx skill slabtop sysctl tload top uptime vmstat w watch; do
			"$(type -P $name)" --version >/tmp/out 2>&1 || "$(type -P $name)" -V >/tmp/out 2>&1
			grep -q procps-ng /tmp/out || { echo "$name:"; cat /tmp/out; }
		done
		pgrep -x init && ps -o comm= -p 1 && free -m | grep -c Mem:'
	[ "$output" = $'1\ninit\n1' ]
}

@test "--icount counts instructions as nanoseconds, from a fixed date" {
	run -0 --separate-stderr lab/run --driver none --icount -- date +%Y-%m-%d
	[ "$output" = 2025-01-01 ]
}

@test "SIGINT is the command's, which ends in its own way" {
	lab/run --driver none -- sh -c 'trap "echo summary; exit 7" INT
		echo up; while :; do sleep 0.1; done' >"$BATS_TEST_TMPDIR/out" 3>&- &
	local pid=$! i
	for ((i = 0; i < 600; i++)); do
		! grep -q up "$BATS_TEST_TMPDIR/out" || break
		sleep 0.1
	done
	# bash starts it with SIGINT ignored, which does not concern lab/run.
	kill -INT "$pid"
	wait "$pid" && false || [ $? -eq 7 ]
	[ "$(<"$BATS_TEST_TMPDIR/out")" = "up
summary" ]
	left_behind 0
}

@test "SIGTERM before the command runs stops the machine" {
	lab/run --driver none -- sleep 200 3>&- &
	local pid=$!
	sleep 1
	kill -TERM "$pid"
	wait "$pid" && false || [ $? -eq 143 ]
	left_behind 0
}

@test "--timeout ends the run with 124 and names the console log" {
	run -124 --separate-stderr lab/run --driver none --timeout 15 -- sh -c 'echo kept; sleep 200'
	[ "$output" = kept ]
	[[ $stderr == *"not done after 15 s"*"console log: "* ]]
	left_behind 1
}

@test "a kernel panic ends the run with 125 and shows the console" {
	run -125 --separate-stderr lab/run --driver none -- \
		sh -c 'echo kept; sleep 1; echo c >/proc/sysrq-trigger'
	[ "$output" = kept ]
	[[ $stderr == *"sysrq triggered crash"* ]]
	[ -s "${stderr##*console log: }" ]
	left_behind 1
}

@test "a function that does not bind, a module that does not load" {
	ISMTRACE_LAB_APPEND=LAB_DRIVER=other run -125 --separate-stderr lab/run -- echo no
	[ -z "$output" ]
	[[ $stderr == *"0011:00:00.0 does not bind to other"*"console log: "* ]]
	ISMTRACE_LAB_APPEND=module_blacklist=vfio_pci_core \
		run -125 --separate-stderr lab/run -- echo no
	[ -z "$output" ]
	[[ $stderr == *"cannot load "*"/vfio-pci-core.ko"* ]]
	left_behind 2
}

@test "--function: properties of each" {
	run -0 --separate-stderr lab/run --memory --functions 3 --function maxstbl=128 --function maxstbl=256,relaxed=off \
		-- sh -c 'ismtrace list --json | jq -r .maxstbl
			ismload -q -d 0011:00:00.0 block:size=9,count=1 >/dev/null && echo relaxed
			ismload -q -d 0012:00:00.0 block:size=9,count=1 2>&1 | grep -o ENXIO'
	[ "$output" = "128
256
4096
relaxed
ENXIO" ]
	run -125 --separate-stderr lab/run --function nonsense=1 -- true
	[[ $stderr == *"Property 'ism.nonsense' not found"* ]]
	left_behind 0
}

@test "orders from within: refused with a reason, or carried out that often and no more" {
	run -0 --separate-stderr lab/run -- sh -c '
		f=0011:00:00.0
		for order in nonsense "load cc=4" "load" "load cc=2 status=1" "interrupt" "block cc=1 speed=9"; do
			lab-inject $f $order && echo "taken: $order"
		done
		lab-inject 0012:00:00.0 show
		lab-inject $f
		echo $?
		lab-inject $f block count=2 cc=1 status=0x28
		ismload --json block:count=3,size=64,verify=0 | jq -r "select(.pattern == \"block\") | .ret"
		lab-inject $f load count=5 cc=3
		lab-inject $f clear'
	[[ $output == "2
handle=0x"*" load=0 store=0 block=2
-5
-5
64
handle=0x"*" load=5 store=0 block=0
handle=0x"*" load=0 store=0 block=0" ]]
	[[ $stderr == *"no such order: 'nonsense'"*"cc wants a number, at most 0x3"*"either cc=1..3 or exception=1"* ]]
	[[ $stderr == *"status with cc=1 only"*"neither MSI-X nor MSI"*"'speed=9' is not understood"* ]]
	[[ $stderr == *"/ism-0012' not found"*"usage: lab-inject"* ]]
}

@test "orders from outside, while the command runs; the socket goes with it" {
	local socket="$BATS_TEST_TMPDIR/orders" pid i
	run -2 lab/run --orders "$BATS_TEST_TMPDIR/no/where" -- true
	[[ $output == *"no directory"* ]]
	lab/run --orders "$socket" -- sh -c 'echo up
		until lab-inject $ISM_FUNCTIONS show | grep -q block=3; do sleep 0.1; done
		ismload -q block:count=1; echo $?' >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	pid=$!
	for ((i = 0; i < 600; i++)); do
		! grep -q up "$BATS_TEST_TMPDIR/out" || break
		sleep 0.1
	done
	run -1 lab/inject "$socket" 0011:00:00.0 nonsense
	run -0 lab/inject "$socket" 0011:00:00.0 block count=3 exception=1
	[[ $output == *" block=3" ]]
	wait "$pid"
	grep -q ENXIO "$BATS_TEST_TMPDIR/out"
	run -3 lab/inject "$socket" 0011:00:00.0 show
	[ ! -e "$socket" ]
	left_behind 0
}

@test "several machines at once" {
	local i pids=()
	for i in 1 2 3; do
		lab/run --driver none -- echo "number $i" >"$BATS_TEST_TMPDIR/out$i" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	for i in 1 2 3; do
		[ "$(<"$BATS_TEST_TMPDIR/out$i")" = "number $i" ]
	done
	left_behind 0
}

@test "lab/shell gives a terminal and passes its status on" {
	run -6 --separate-stderr bash -c 'echo "tty; stty size; exit 6" | lab/shell --driver none'
	[[ $output == *"/dev/pts/0"* ]]
	[[ $output == *"24 80"* ]]
}

@test "CPUs are turned off and on while others are busy" {
	# Without lab/qemu/sigp.patch all of them wait for one another within the first ten rounds.
	run -0 lab/run --smp 4 --timeout 600 -- sh -c '
		for i in 1 2 3; do while :; do /bin/true; done & done
		n=0
		while [ $n -lt 25 ]; do
			for cpu in /sys/devices/system/cpu/cpu[123]/online; do
				echo 0 >$cpu
				echo 1 >$cpu
			done
			n=$((n + 1))
		done
		echo "rounds: $n"'
	[[ $output == *"rounds: 25"* ]]
}
