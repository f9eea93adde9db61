#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What goes wrong: a clear line, a hint, the right exit status, and what was
# recorded until then.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	lab errors -- errors.sh &
	local first=$! rc=0
	lab nodriver --driver none -- nodriver.sh || rc=1
	wait "$first" && [ "$rc" = 0 ]
}

setup()
{
	BOOT=errors
}

# How it gets at the functions on this kernel.
attached()
{
	if trampolines; then echo fentry; else echo kprobe; fi
}

# fails NAME STATUS TEXT... -- nothing on stdout; on stderr one line that says
# TEXT, and one hint.
fails()
{
	local name=$1
	status_of "$name" "$2"
	same "stdout of $name" "$(cat "$(at "$name.out")")" ""
	says "$(at "$name.err")" "${@:3}"
	no_libbpf "$(at "$name.err")"
	same "lines on stderr of $name" "$(wc -l <"$(at "$name.err")")" 2
	[[ $(sed -n 1p "$(at "$name.err")") == "ismtrace: "* ]]
	[[ $(sed -n 2p "$(at "$name.err")") == "  hint: "* ]]
}

# --- Not there, not allowed.

@test "driver not loaded: exit 3, one line, one hint, and CMD is not run" {
	BOOT=nodriver
	fails live 3 'driver not loaded: neither ism-vfio-pci nor vfio-pci' 'hint: ismtrace bind FUNCTION loads ism-vfio-pci'
	fails live-json 3 'driver not loaded'
}

@test "driver not loaded: list works all the same, doctor tells" {
	BOOT=nodriver
	status_of list 0
	says "$(at list.out)" '0011:00:00.0 0x00000022   0x11'
	status_of doctor 3
	grep -qE '^fails +driver +driver not loaded' "$(at doctor.out)"
	says "$(at doctor.out)" '-> ismtrace bind FUNCTION loads ism-vfio-pci'
	says "$(at doctor.out)" '-> ismtrace bind 0011:00:00.0'
	status_of doctor-json 3
	every "$(at doctor-json.out)" \
		'.name == "driver"' '.result == "fails" and (.hint | startswith("ismtrace bind FUNCTION"))' \
		'.name == "functions"' '.result == "lacks" and .hint == "ismtrace bind 0011:00:00.0"' \
		true '.type == "check" and (.result | IN("ok", "lacks", "fails", "unknown")) and .found'
	# What cannot work is not tried.
	is "$(at doctor-json.out)" 'map(.name) | index("attach")' null
}

@test "only vfio-pci loaded: live works, doctor says what is lacking" {
	BOOT=nodriver
	status_of generic-live 0
	status_of generic-doctor 0
	every "$(at generic-doctor.out)" '.name == "driver"' '.result == "lacks" and .hint' \
		'.name == "attach"' '.result == "ok"'
}

@test "a driver that is loaded while it traces: a warning and a hint, once" {
	BOOT=nodriver
	status_of late-live 0
	same "stderr" "$(cat "$(at late-live.err)")" \
		"ismtrace: warning: ism_vfio_pci was loaded after the trace began: accesses through it are not in the trace
  hint: start the trace again"
}

@test "not root: exit 3, one line, one hint, and CMD is not run" {
	fails nobody-live 3 'no permission' 'CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN missing' 'hint: run it as root'
	fails nobody-cmd 3 'no permission'
	fails nobody-list 3 'no permission'
	status_of nobody-doctor 3
	grep -qE '^fails +permission ' "$(at nobody-doctor.out)"
}

@test "no such function: exit 3, one line, one hint" {
	fails no-function 3 'no such function: 0099:00:00.0' 'ismtrace list'
	fails no-fid 3 'no such function: fid:0x99'
}

@test "a kernel without BTF: exit 3, its own line and hint" {
	fails no-btf-live 3 'no BTF' 'CONFIG_DEBUG_INFO_BTF'
	fails no-btf-list 3 'no BTF'
	status_of no-btf-doctor 3
	grep -qE '^fails +BTF ' "$(at no-btf-doctor.out)"
}

@test "a kernel locked down: exit 3, its own line and hint" {
	local what="the kernel is locked down to 'confidentiality', where BPF programs may not read its memory"
	fails lockdown-live 3 "ismtrace: $what" 'hint: boot with lockdown=integrity or without lockdown'
	fails lockdown-list 3 "ismtrace: $what"
	status_of lockdown-doctor 3
	grep -qE "^fails +lockdown +$what" "$(at lockdown-doctor.out)"
	grep -qE '^ok +lockdown +the kernel is not locked down$' "$(at doctor.out)"
}

# --- Ends.

@test "SIGINT, SIGTERM, SIGHUP: the summary, exit 0" {
	local name
	for name in int term hup; do
		status_of $name 0
		says "$(at $name.err)" 'ismtrace: tracing ('
		same "stderr of $name" "$(wc -l <"$(at $name.err)")" 1
		# 20 written, 20 read back, the command register.
		says "$(at $name.out)" '41 accesses recorded, 0 lost, 0 filtered'
		same "lines of $name" "$(grep -c ' ismload .* 0011:00:00.0 ' "$(at $name.out)")" 41
	done
}

@test "Ctrl-C with -- CMD, which gets it as well: the summary, exit 0" {
	status_of int-cmd 0
	says "$(at int-cmd.out)" '0 accesses recorded, 0 lost, 0 filtered'
	same stderr "$(cat "$(at int-cmd.err)")" ""
}

@test "piped into head: ends quietly with exit 0, and says what it had" {
	status_of head 0
	same "lines of head" "$(wc -l <"$(at head.out)")" 3
	same "stderr" "$(sed 's/[0-9][0-9]* recorded/N recorded/' "$(at head.err)")" \
		"ismtrace: tracing ($(attached)); Ctrl-C ends it and shows the summary
ismtrace: the reader closed the output; N recorded, 0 lost"
	status_of head-json 0
	is "$(at head-json.out)" 'length' 1
	# It ended because of head, not because there was nothing left to trace.
	status_of running 0
}

@test "a full disk: exit 5 and a message, while CMD goes on" {
	local name
	for name in full full-json full-quiet; do
		status_of $name 5
		says "$(at $name.err)" 'ismtrace: cannot write the output: No space left on device'
		same "complaints of $name" "$(grep -c '^ismtrace:' "$(at $name.err)")" 1
	done
	says "$(at full.err)" '41 accesses in'
	status_of went-on 0
}

@test "a full disk: list and doctor exit 5 with a message" {
	local name
	for name in full-list full-doctor; do
		status_of $name 5
		says "$(at $name.err)" 'No space left on device'
	done
}

# --- Privileges.

field()
{
	sed -n "s/^$2:[[:space:]]*//p" "$(at "$1")" | tr '\t' ' '
}

@test "while it traces it is a user of its own, without a capability and without a way back" {
	status_of privileges 0
	local uid
	uid=$(field tracer Uid | cut -d' ' -f1)
	[ "$uid" -ge $((0x78000000)) ] || fail "it is user $uid"
	same Uid "$(field tracer Uid)" "$uid $uid $uid $uid"
	same Gid "$(field tracer Gid)" "$uid $uid $uid $uid"
	same Groups "$(field tracer Groups | tr -d ' ')" ""
	local set
	for set in CapInh CapPrm CapEff CapAmb; do
		same $set "$(field tracer $set)" 0000000000000000
	done
	same NoNewPrivs "$(field tracer NoNewPrivs)" 1
	same Name "$(field tracer Name)" ismtrace
}

@test "CMD keeps the privileges that ismtrace was started with" {
	same Uid "$(field cmd Uid)" "0 0 0 0"
	same NoNewPrivs "$(field cmd NoNewPrivs)" 0
	[ "$(field cmd CapEff)" != 0000000000000000 ]
	same CapEff "$(field cmd CapEff)" "$(field cmd CapPrm)"
	[[ " $(field cmd Groups) " == *" 77 "* ]]
}

# --- Names that somebody chose in order to hurt.

@test "a task's name with escapes, quotes and control characters: JSON stays JSON" {
	status_of hostile-json 0
	every "$(at hostile-json.out)" '.type == "access" or .type == "insn"' '.comm == "a\u001b[31m\"b\\c\td"'
	is "$(at hostile-json.out)" 'map(select(.type == "access")) | length' 5
	is "$(at hostile-json.out)" '.[-1].recorded' 5
	status_of invalid-json 0
	every "$(at invalid-json.out)" '.type == "access"' '.comm == "x\ufffdy"'
	# As it is in the file, not as jq mends it.
	iconv -f UTF-8 -t UTF-8 "$(at invalid-json.out)" >/dev/null
}

@test "a task's name with escapes, quotes and control characters: text is printable" {
	local name
	for name in hostile-text invalid-text; do
		status_of $name 0
		[ -s "$(at $name.out)" ]
		! LC_ALL=C grep -nP '[^\x20-\x7e]' "$(at $name.out)" >&2 || fail "not printable: $name"
	done
	says "$(at hostile-text.out)" 'a\x1b[31m"b\x5cc\x09d'
	says "$(at invalid-text.out)" 'x\xffy'
}

@test "a task's name with escapes, quotes and control characters: can be filtered by" {
	status_of hostile-filter 0
	every "$(at hostile-filter.out)" '.type == "access"' '.comm == "a\u001b[31m\"b\\c\td"'
	is "$(at hostile-filter.out)" '.[-1] | [.recorded, .filtered]' '[3,41]'
}

# --- All is well.

@test "doctor: every check is told, exit 0; the same as JSON" {
	status_of doctor 0
	status_of doctor-json 0
	is "$(at doctor-json.out)" 'map(.name)' \
		'["machine","permission","PIDs","BTF","lockdown","driver","functions","JIT","ftrace","tracefs","debugfs","user","seccomp","Landlock","dumps","kprobes","errors","attach","missed"]'
	every "$(at doctor-json.out)" \
		'.name == "JIT"' "$(jit && echo '.result == "ok"' || echo '.result == "lacks" and .hint')" \
		'.name == "Landlock"' "$(jit && echo '.result == "lacks" and .hint' || echo '.result == "ok"')" \
		'.name == "missed"' ".result == \"$(tells_misses && echo ok || echo unknown)\"" \
		'.name | IN("JIT", "Landlock", "missed") | not' '.result == "ok"' \
		'.name == "attach"' ".found | contains(\"$(attached)\") and contains(\"with cc and status\")"
	same "text and JSON" "$(grep -v '^ ' "$(at doctor.out)" | awk '{ print $1, $2 }')" \
		"$(jq -r '.result + " " + .name' "$(at doctor-json.out)")"
	same stderr "$(cat "$(at doctor.err)" "$(at doctor-json.err)")" ""
}

@test "list: the function as the lab made it; the same as JSON" {
	status_of list 0
	status_of list-json 0
	is "$(at list-json.out)" 'map([.function, .fid, .uid, .ism, .driver, .maxstbl, .bars, .fmb])' \
		"[[\"0011:00:00.0\",34,17,true,\"$(bound ism-vfio-pci)\",4096,{\"bar0\":281474976710656,\"bar2\":4096,\"bar4\":4096},null]]"
	same "list" "$(awk 'NR == 2 { print $1, $2, $3, $5, $6, $7, $8 }' "$(at list.out)")" \
		"0011:00:00.0 0x00000022 0x11 yes $(bound ism-vfio-pci) 4096 0:256T,2:4K,4:4K"
}

@test "-v says how it attached, only more of them what libbpf says" {
	status_of verbose 0
	says "$(at verbose.err)" "attached by $(attached)" 'errors with cc and status'
	no_libbpf "$(at verbose.err)"
	status_of very-verbose 0
	says "$(at very-verbose.err)" 'libbpf: '
}
