#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The command line, without a machine: under user-mode emulation whatever wants
# the kernel ends with status 3, as there is no VFIO driver for it.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
}

tool()
{
	qemu-s390x-static "$BIN/$1" "${@:2}"
}

setup()
{
	# Those that there are; these three at least.
	mapfile -t commands < <(tool ismtrace --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p')
	[[ ${commands[*]} == live*\ list*\ doctor* ]]
}

# Bad command lines: 2, the reason and where to find help on stderr.
usage()
{
	run -2 --separate-stderr tool "$@"
	same "stdout" "$output" ""
	[[ $stderr == *"--help"* ]]
}

@test "what was built is for s390x, and needs no library" {
	local program
	for program in ismtrace ismtop ismload ismpeer; do
		run -0 file -bL "$BIN/$program"
		[[ $output == *"ELF 64-bit MSB"*"IBM S/390"*"statically linked"* ]]
	done
}

@test "--version: the same in programs, driver, man page and change log" {
	local version
	version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$TOP/driver/dkms.conf")
	[ -n "$version" ]
	run -0 --separate-stderr tool ismtrace --version
	same version "$output" "ismtrace $version"
	run -0 tool ismtrace -V
	same version "$output" "ismtrace $version"
	run -0 tool ismload --version
	same version "$output" "ismload $version"
	run -0 tool ismpeer --version
	same version "$output" "ismpeer $version"
	run -0 tool ismtop --version
	same version "$output" "ismtop $version"
	same "modinfo" "$(/sbin/modinfo -F version "$TOP/build/driver-6.12/ism-vfio-pci.ko")" "$version"
	says "$TOP/docs/ismtrace.8" "\"ismtrace $version\""
	grep -m1 '^## ' "$TOP/CHANGELOG.md" | grep -qF "$version"
}

@test "--help: of the program and of each command, on stdout" {
	local command name
	for name in --help -h help; do
		run -0 --separate-stderr tool ismtrace $name
		same stderr "$stderr" ""
		for command in "${commands[@]}"; do
			[[ $output == *$'\n'"  $command "* ]]
		done
	done
	for command in "${commands[@]}"; do
		run -0 --separate-stderr tool ismtrace "$command" --help
		same stderr "$stderr" ""
		[[ $output == "Usage: ismtrace $command "* ]]
		same "$command -h" "$(tool ismtrace "$command" -h)" "$output"
		run -0 tool ismtrace "$command" --usage
		[[ $output == "Usage: ismtrace $command "* ]]
	done
	run -0 tool ismtrace --help
	same "lines about commands" "$(grep -c '^  ' <<<"$output")" "${#commands[@]}"
}

@test "no command, no such command: exit 2" {
	run -2 --separate-stderr tool ismtrace
	[[ $stderr == "Usage: ismtrace COMMAND"* ]]
	same stdout "$output" ""
	usage ismtrace nonsense
	[[ $stderr == "ismtrace: no such command: 'nonsense'"* ]]
	usage ismtrace ""
	usage ismtrace --nonsense
	usage ismtrace liv
}

@test "bad options of every command: exit 2" {
	local command
	for command in "${commands[@]}"; do
		usage ismtrace "$command" --nonsense
		[[ $stderr == *"unrecognized option '--nonsense'"* ]]
		usage ismtrace "$command" -Z
	done
	for command in live list doctor completion; do
		usage ismtrace "$command" --color=blue
		[[ $stderr == *"'blue'"* ]]
		usage ismtrace "$command" word
		[[ $stderr == *" 'word'"* ]]
	done
	usage ismtrace live true
	[[ $stderr == *"behind --"* ]]
}

@test "bad values of live's options: exit 2, and the value is named" {
	local option value
	while read -r option value; do
		usage ismtrace live "$option" "$value"
		[[ $stderr == *"'$value'"* ]] || fail "$option $value: $stderr"
	done <<-'END'
		-n 0
		-n -1
		-n 5x
		-n 99999999999999999999
		-t 0
		-t -1
		-t soon
		-t inf
		-p 0
		-p 12,x
		-r bar6
		-r bar2,nonsense
		-w both
		--size 5-3
		--size x
		--rule ISM000
		--rule ISM099
		--rule ISM001,nonsense
		-d nonsense
		-d fid:
		-c
		--time now
		--mio maybe
		--buffer-size 0
		--buffer-size 2G
		--buffer-size much
	END
	usage ismtrace live -n
	# What the kernel keeps of a long name is offered.
	usage ismtrace live -c qemu-system-s390x
	[[ $stderr == *"--comm is a task's name, of which the kernel keeps 15 bytes: 'qemu-system-s39'"* ]]
	# Each says what there may be.
	usage ismtrace live -r bar6
	[[ $stderr == *"--region is bar0 to bar5, rom, config, vga or a number, with commas between, not 'bar6'"* ]]
	usage ismtrace live --rule ISM099
	[[ $stderr == *"--rule is ISM001 to $(coded_rules | tail -n 1 | cut -d' ' -f1), with commas between"* ]]
}

@test "options that make no sense with a command: not in its help, and why is said" {
	says_not <(tool ismtrace stat --help) --rule
	usage ismtrace stat --rule ISM001
	[[ $stderr == *"stat counts without looking at each access"* ]]
	for option in -a "-t 1" "-Z nobody" --measure; do
		# shellcheck disable=SC2086 # Words.
		usage ismtrace check $option x.pcapng
		[[ $stderr == *"is for -- CMD"* ]] || fail "$option: $stderr"
	done
}

@test "-- without a command: exit 2, whatever would be traced" {
	local command
	for command in live record stat check; do
		usage ismtrace $command --
		[[ $stderr == *"no command after --"* ]] || fail "$command: $stderr"
	done
}

@test "good values are taken: what is missing then is a driver" {
	local words
	[ ! -e /sys/module/ism_vfio_pci ]
	while read -r words; do
		# shellcheck disable=SC2086 # They are words.
		run -3 --separate-stderr tool ismtrace live $words
		same "stdout of live $words" "$output" ""
		[ "${#stderr_lines[@]}" -eq 2 ]
		[[ ${stderr_lines[0]} == "ismtrace: "* && ${stderr_lines[1]} == "  hint: "* ]]
	done <<-'END'
		-n 1 -t 0.5 --insn --json -q --time=real
		-d 0011:00:00.0 -d fid:0x22 -d uid:17 -p 1 -p 2,3 -c 123456789012345
		-r bar0,bar5,rom,config,vga,9,255 -w read --size 1-2 --errors
		--size 5 --rule ism001,fragmented-store,SPLIT-TRANSFER
		--size 4K- --buffer-size 1G --mio on
		--size -8 --buffer-size 1 --mio off --color never -v
		-a -- true
	END
}

@test "ismload: --help, --list, usage errors" {
	run -0 --separate-stderr tool ismload --help
	same stderr "$stderr" ""
	run -0 tool ismload --list
	[ "$(grep -c '^[a-z]' <<<"$output")" -ge 15 ]
	usage ismload
	usage ismload nonsense
	usage ismload block:nonsense=1
	usage ismload block:size=x
	usage ismload --threads=0 block
	run -3 tool ismload block
}

@test "ismpeer: --help, usage errors, no function" {
	local option
	run -0 --separate-stderr tool ismpeer --help
	same stderr "$stderr" ""
	for option in $(grep -o -- '--[a-z][a-z]*' <<<"$output" | sort -u); do
		[[ $option == --@(help|usage|version) ]] ||
			grep -qF "\\-\\-${option#--}" "$TOP/docs/ismpeer.1" || fail "not in the man page: $option"
	done
	usage ismpeer
	usage ismpeer nonsense
	usage ismpeer pipe more
	usage ismpeer pipe -- true
	usage ismpeer pipe --listen a --connect b
	usage ismpeer console --listen a
	usage ismpeer block
	usage ismpeer block --serve
	usage ismpeer pipe --chunk 0
	usage ismpeer pipe --ring 9000
	usage ismpeer pipe --peer x
	run -1 --separate-stderr tool ismpeer info
	[[ $stderr == "ismpeer: "* ]]
}

@test "ismload --dry-run: what is expected of each access, as the contract says" {
	tool ismload --dry-run --json oversized crossing badregion block:count=1 >"$BATS_TEST_TMPDIR/plan"
	every "$BATS_TEST_TMPDIR/plan" \
		'.type == "plan" and .pattern == "oversized"' '.len == 4097 and .expect == -22' \
		'.type == "plan" and .pattern == "badregion"' '.expect == -22' \
		'.type == "plan" and .pattern == "block"' '.len == 4096 and .expect == 4096'
}

# --- What is written about it.

# long_options PROGRAM [COMMAND] -- those that --help tells, but for argp's own.
long_options()
{
	tool "$@" --help | grep -oE -- '^ +(-., )? *--[a-z-]+(=[^ ]*, --[a-z-]+)?' | grep -oE -- '--[a-z-]+' |
		grep -vxE -- '--(help|usage|version)' | sort -u
}

# Those that a man page sets in bold, at the head of a paragraph or in the text.
man_options()
{
	sed 's/\\-/-/g' "$@" | grep -oE -- '(^|[^a-z-])--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+' |
		grep -vxE -- '--(help|usage|version)' | sort -u
}

@test "man pages render without a warning" {
	local page pages=("$TOP"/docs/*.[1-8])
	[ "${#pages[@]}" -ge 2 ]
	for page in "${pages[@]}"; do
		run -0 --separate-stderr groff -man -Tutf8 -ww -rCHECKSTYLE=3 -z "$page"
		# Later ones want a date.
		same "groff on $page" "$(grep -v 'style: .TH missing third argument' <<<"$stderr")" ""
		run -0 --separate-stderr man --warnings=w -E UTF-8 -P cat -l "$page"
		same "man on $page" "$stderr" ""
		[[ $output == *NAME*SYNOPSIS*DESCRIPTION*OPTIONS*"EXIT STATUS"* ]]
	done
}

@test "man pages have every option of --help, and no other" {
	local command found wanted
	wanted=$(for command in "${commands[@]}"; do long_options ismtrace "$command"; done | sort -u)
	[ "$(wc -l <<<"$wanted")" -gt 15 ]
	same "options in ismtrace.8" "$(man_options "$TOP/docs/ismtrace.8")" "$wanted"
	for command in "${commands[@]}"; do
		says "$TOP/docs/ismtrace.8" ".B ismtrace $command"
	done
	found=$(man_options "$TOP/docs/ismload.1")
	wanted=$(long_options ismload)
	[ "$(wc -l <<<"$wanted")" -gt 15 ]
	same "options in ismload.1" "$found" "$wanted"
}

@test "each rule of the table is in docs/rules.md, README, the man page and the dissector" {
	local coded first last
	coded=$(coded_rules)
	[ "$(wc -l <<<"$coded")" -gt 10 ]
	same rules.md "$(sed -n 's/^| \[\(ISM...\)\](#[^)]*) | \([a-z-]*\) | \([a-z]*\) |$/\1 \2 \3/p' "$TOP/docs/rules.md")" "$coded"
	same README "$(sed -n 's/^| \(ISM...\) \([a-z-]*\) |.*/\1 \2/p' "$TOP/README.md")" "$(cut -d' ' -f1,2 <<<"$coded")"
	first=$(head -n 1 <<<"$coded" | cut -d' ' -f1)
	last=$(tail -n 1 <<<"$coded" | cut -d' ' -f1)
	says "$TOP/docs/ismtrace.8" "$first to $last; docs/rules.md explains each"
	# Those that one record decides: ISM004 takes several, and there is no record of a whole trace.
	same dissector "$(sed -n 's/.* = rule("\(ISM...\)", "\([a-z-]*\)", .*/\1 \2/p' "$TOP/docs/wireshark/ism.lua")" \
		"$(cut -d' ' -f1,2 <<<"$coded" | grep -vE '^ISM0(04|12|13) ')"
	# An expert info that nothing says is no rule: tests/traces.bats would tell as well, much later.
	same "said by the dissector" "$(sed -n 's/^\tsay("\(ISM...\)", .*/\1/p' "$TOP/docs/wireshark/ism.lua")" \
		"$(cut -d' ' -f1 <<<"$coded" | grep -vE '^ISM0(04|12|13)$')"
	same "in the dissector's list" "$(sed -n '/^ism.experts = {/,/}/p' "$TOP/docs/wireshark/ism.lua" | grep -oE 'ISM[0-9]+')" \
		"$(cut -d' ' -f1 <<<"$coded" | grep -vE '^ISM0(04|12|13)$')"
}

# misses LINE FILE SCRIPT -- lint-couplings says LINE once sed's SCRIPT has changed FILE.
misses()
{
	cp "$2" kept
	sed -i "$3" "$2"
	! cmp -s kept "$2" || fail "$3 changes nothing in $2"
	run -1 "$TOP/scripts/lint-couplings" .
	same "said of $2" "$output" "$1"
	cp kept "$2"
}

@test "lint-couplings: what is missing in one of several files is told, and where" {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tests
	cp -r "$TOP/user" "$TOP/bpf" "$TOP/bench" .
	cp -r "$TOP"/tests/{unit,fuzz,shown.bats} tests
	run -0 "$TOP/scripts/lint-couplings" .
	same said "$output" ""
	misses "tests/fuzz/views.c: stands for user/util/message.c and has no hint()" tests/fuzz/views.c 's/^void hint(/void hints(/'
	misses "tests/unit/test_lines.c: has no sink_csv_new(), which user/model/sink.h declares" tests/unit/test_lines.c 's/sink_csv_new/sink_text_new/'
	misses "tests/shown.bats: does not look at dump --csv" tests/shown.bats 's/ "dump --csv"//'
	misses "bpf/ismtrace.h: no program counts ISMT_CNT_LOST_TRACK" bpf/access_exit.bpf.h '/ISMT_CNT_LOST_TRACK/d'
	misses "$(printf '%s\n' "bpf/ismtrace.h: nothing in user/ reads ISMT_CNT_LOST_TRACK" \
		"user/model/losses.h: nothing in user/ sets LOSS_TRACK")" user/live/counters.c '/LOSS_TRACK/d'
}

@test "docs/rules.md: each has its section, and --rule takes its id and name" {
	local id name severity n=0
	while read -r id name severity; do
		grep -qx "## $id $name" "$TOP/docs/rules.md" || fail "no section '## $id $name'"
		grep -qF "(#${id,,}-$name)" "$TOP/docs/rules.md"
		sed -n "/^## $id /,/^## /p" "$TOP/docs/rules.md" >"$BATS_TEST_TMPDIR/section"
		says "$BATS_TEST_TMPDIR/section" "*${severity^}.*" "**Fix:**" "  $id $name: "
		run -3 tool ismtrace live --rule "$id,$name"
		n=$((n + 1))
	done < <(coded_rules)
	[ "$n" -gt 10 ]
}
