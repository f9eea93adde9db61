#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The man pages, --help and completion say the same.  The lists are what the programs themselves tell, out of
# the tables that they parse with; no list is kept here.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

PAGES=$TOP/build/man

setup_file()
{
	build_all
	local prefix=$BATS_FILE_TMPDIR
	make_here install-s390x DESTDIR="$prefix/s390x" PREFIX=/usr
	make_here install-host DESTDIR="$prefix/host" PREFIX=/usr
	# Each is asked once: the emulator's start is what takes time.
	local name commands
	mkdir "$prefix/help"
	for name in ismtrace ismtop ismload ismpeer; do
		tool $name --help >"$prefix/help/$name"
	done
	listed
	for name in "${commands[@]}"; do
		tool ismtrace "$name" --help >"$prefix/help/ismtrace-$name"
	done
}

setup()
{
	listed
	[ "${#commands[@]}" -ge 11 ]
}

# listed -- sets commands, as ismtrace --help lists them.
listed()
{
	mapfile -t commands < <(sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' "$BATS_FILE_TMPDIR/help/ismtrace")
}

tool()
{
	qemu-s390x-static "$BIN/$1" "${@:2}"
}

# help_options PROGRAM[-COMMAND] -- "-n, --count=COUNT" of each option in --help, but for argp's own.
help_options()
{
	sed -n 's/^ \{2,\}\(\(-., \)\{0,1\}--[a-z].*\)/\1/p' "$BATS_FILE_TMPDIR/help/$1" | sed 's/   *.*//' |
		grep -vE -- '--(help|usage|version)$' | sort
}

# page_options PAGE -- the same, as the headings below OPTIONS have it.  Behind "--" is no option.
page_options()
{
	sed -n '/^\.SH OPTIONS/,/^\.SH [^O]/p' "$PAGES/$1" | sed -n '/^\.T[PQ]$/{n;p}' |
		sed 's/^\.BR\{0,1\} //; s/\\f[A-Z]//g; s/\\-/-/g; s/", "/,@/g; s/ //g; s/@/ /g' |
		grep -E '^-' | grep -vE '^--"|--(help|version)$' | sort
}

# words -- the options in "-n, --count=COUNT", as they are typed: short ones, and long ones without what they take.
words()
{
	sed 's/=[^ ]*$//; s/=[^ ]*, /\n/; s/, /\n/' | sort
}

# rendered PAGE [WIDTH]
rendered()
{
	MANWIDTH=${2:-80} man --warnings=w -E UTF-8 -P cat -l "$PAGES/$1"
}

# page_of COMMAND -- its file in build/man/.
page_of()
{
	printf 'ismtrace-%s.8\n' "$1"
}

@test "each command has a page, and each page is of a command or a program" {
	local wanted
	wanted=$({ printf 'ismtrace-%s.8\n' "${commands[@]}" && printf '%s\n' ismload.1 ismpeer.1 ismtop.8 ismtrace.8 ismtrace-json.5; } | sort)
	same pages "$(cd "$PAGES" && printf '%s\n' *.[158] | sort)" "$wanted"
	same "sources" "$(cd "$TOP/docs/man" && printf '%s\n' *.[158] | sort)" "$wanted"
}

@test "ismtrace(8) lists the commands as ismtrace --help does, each word of it" {
	same COMMANDS "$(sed -n '/^\.SH COMMANDS/,/^\.SH [^C]/p' "$PAGES/ismtrace.8" | sed 's/\\-/-/g' |
		sed -n 's/^\.BR ismtrace-\([a-z]*\) (8)$/\1/; T; N; s/\n/ /p')" \
		"$(sed -n 's/^  \([a-z]*\) * /\1 /p' "$BATS_FILE_TMPDIR/help/ismtrace")"
}

@test "each option of --help, and what it takes, is a heading of the page, and the other way round" {
	local command
	for command in "${commands[@]}"; do
		[ -n "$(help_options "ismtrace-$command")" ]
		same "options in ismtrace-$command(8)" "$(page_options "$(page_of "$command")")" "$(help_options "ismtrace-$command")"
	done
	same "options in ismtop(8)" "$(page_options ismtop.8)" "$(help_options ismtop)"
	same "options in ismpeer(1)" "$(page_options ismpeer.1)" "$(help_options ismpeer)"
	same "options in ismload(1)" "$(page_options ismload.1)" "$(help_options ismload)"
}

@test "no page speaks of an option that nothing has" {
	local all page command
	all=$({
		for command in "${commands[@]}"; do help_options "ismtrace-$command"; done
		for command in ismtop ismload ismpeer; do help_options "$command"; done
	} | words | grep -- '^--' | sort -u)
	for page in "$PAGES"/*.[158]; do
		same "options in $page that nothing has" "$(sed 's/\\-/-/g; s/lab\/[a-z]* [^")]*//' "$page" | grep -oE -- '(^|[^a-z-])--[a-z][a-z-]*' |
			grep -oE -- '--[a-z-]+' | grep -vxE -- '--(help|usage|version)' | sort -u | comm -23 - <(printf '%s\n' "$all"))" ""
	done
}

@test "bash and zsh complete each option of --help, and no other" {
	local command wanted
	tool ismtrace completion bash >"$BATS_TEST_TMPDIR/bash"
	tool ismtrace completion zsh >"$BATS_TEST_TMPDIR/zsh"
	same "commands of bash" "$(sed -n "s/^.*compgen -W '\(live .*\) --help --version'.*/\1/p" "$BATS_TEST_TMPDIR/bash")" "${commands[*]}"
	same "commands of zsh" "$(sed -n "s/^\t\t'\([a-z]*\):.*'$/\1/p" "$BATS_TEST_TMPDIR/zsh" | paste -sd ' ')" "${commands[*]}"
	for command in "${commands[@]}"; do
		wanted=$({ help_options "ismtrace-$command" | words && echo --help; } | sort)
		same "options of $command in bash" "$(sed -n "/^\t$command)$/,/^\t\t;;$/p" "$BATS_TEST_TMPDIR/bash" |
			sed -n "s/^.*\$cur == -\* \]\]; then words=' \([^']*\)'.*/\1/p" | tr ' ' '\n' | sed 's/=$//' | sort)" "$wanted"
		same "options of $command in zsh" "$(sed -n "/^\t$command)$/,/^\t\t;;$/p" "$BATS_TEST_TMPDIR/zsh" |
			grep -oE "^	*'\*?-[a-zA-Z-]+" | sed "s/^[^-]*//" | sort)" "$wanted"
	done
}

@test "each exit status that --help names is on the page, and no other but usage and output" {
	local command told there
	for command in "${commands[@]}"; do
		told=$(tr '\n' ' ' <"$BATS_FILE_TMPDIR/help/ismtrace-$command" | sed -n 's/.*Exit status: \([^.]*\)\..*/\1/p' |
			grep -oE '(^|, )[0-9]+ ' | tr -cd '0-9\n')
		# list has nothing to say of them.
		[ -n "$told" ] || continue
		there=$(sed -n '/^\.SH EXIT STATUS/,/^\.SH SEE/s/^\.B \([0-9]\)$/\1/p' "$PAGES/$(page_of "$command")")
		same "in --help, not in ismtrace-$command(8)" "$(comm -13 <(printf '%s\n' "$there") <(printf '%s\n' "$told"))" ""
		same "in ismtrace-$command(8), not in --help" \
			"$(comm -23 <(printf '%s\n' "$there") <(printf '%s\n' "$told") | grep -vx '[25]')" ""
	done
}

@test "pages render without a warning, in 80 columns, and have what a page has, in this order" {
	local page sections wanted
	for page in "$PAGES"/*.[158]; do
		run -0 --separate-stderr groff -man -Tutf8 -ww -rCHECKSTYLE=3 -z "$page"
		same "groff on $page" "$stderr" ""
		run -0 --separate-stderr rendered "${page##*/}"
		same "man on $page" "$stderr" ""
		same "lines of $page that are longer" "$(LC_ALL=C.UTF-8 awk 'length > 80' <<<"$output")" ""
		wanted='NAME SYNOPSIS EXAMPLES DESCRIPTION OPTIONS .*EXIT STATUS .*SEE ALSO'
		case ${page##*/} in
		*.5) wanted='NAME SYNOPSIS EXAMPLES DESCRIPTION .*SEE ALSO' ;;
		ismtrace.8) wanted='NAME SYNOPSIS EXAMPLES DESCRIPTION COMMANDS OPTIONS FILTERS .*EXIT STATUS .*SEE ALSO' ;;
		esac
		sections=$(grep -E '^[A-Z][A-Z ]+$' <<<"$output" | paste -sd ' ')
		[[ $sections =~ ^$wanted$ ]] || fail "$page has the sections $sections"
	done
}

@test "a source can be read as it is, and a part that is missing is told" {
	same "warnings" "$(groff -man -Tutf8 -ww -z -I "$TOP/docs/man" "$TOP/docs/man/ismtrace-live.8" 2>&1)" ""
	echo '.so shared/nothing.roff' >"$BATS_TEST_TMPDIR/page"
	run -1 --separate-stderr "$TOP/scripts/man-page" "$BATS_TEST_TMPDIR/page" 1
	[[ $stderr == "man-page: cannot read "*"/docs/man/shared/nothing.roff" ]]
	# Each part is a part of something.
	local part
	for part in "$TOP"/docs/man/shared/*; do
		grep -rqF ".so shared/${part##*/}" "$TOP/docs/man" || fail "nothing includes $part"
	done
	same "what is left in the pages" "$(grep -nE '^\.so |@[A-Z]+@' "$PAGES"/*.[158])" ""
}

# cites [FILE] -- the pages of ours that it names, as NAME.SECTION.
cites()
{
	sed 's/\\-/-/g; s/\\f[A-Z]//g; s/", "/,/g; s/"//g' "$@" |
		sed -n 's/.*\b\(ism[a-z-]*\) \{0,1\}(\([0-9]\)).*/\1.\2/p' | sort -u
}

@test "whatever page or document a page names is installed, wherever the page is" {
	local kind man page what
	for kind in s390x host; do
		man=$BATS_FILE_TMPDIR/$kind/usr/share/man
		[ "$(find "$man" -type f | wc -l)" -ge 16 ]
		for page in "$man"/man*/*; do
			[ -n "$(sed -n '/^\.SH SEE ALSO/,$p' "$page" | cites)" ] || fail "$page has nothing to see also"
			for what in $(cites "$page"); do
				[ -s "$man/man${what##*.}/$what" ] || fail "$page names $what, which $kind does not install"
			done
			while read -r what; do
				[ -s "$BATS_FILE_TMPDIR/$kind/usr/share/doc/ismtrace/${what#docs/}" ] || fail "$page names $what, which $kind does not install"
			done < <(sed 's/\\-/-/g' "$page" | grep -oE 'docs/[a-z-]+\.md' | sort -u)
		done
		# From the overview one gets everywhere.
		same "pages of $kind that ismtrace(8) has under SEE ALSO" \
			"$(sed -n '/^\.SH SEE ALSO/,$p' "$man/man8/ismtrace.8" | cites | paste -sd ' ')" \
			"$(cd "$man" && find . -type f -printf '%f\n' | grep -vxF ismtrace.8 | sort | paste -sd ' ')"
		for what in "${commands[@]}"; do
			run -0 man -w -M "$man" ismtrace "$what"
			same "man ismtrace $what" "$output" "$man/man8/ismtrace-$what.8"
		done
	done
}

# examples PAGE -- the commands of its EXAMPLES.
examples()
{
	sed -n '/^\.SH EXAMPLES/,/^\.SH D/p' "$1" | sed -n 's/^\.B \(.*\)/\1/p' | sed "s/\\\\-/-/g; s/\\\\(aq/'/g; s/\\\\(dq/\"/g"
}

@test "no example is a usage error" {
	local page example name ran
	mkdir "$BATS_TEST_TMPDIR/bin"
	cd "$BATS_TEST_TMPDIR" || return
	cp "$TOP/tests/traces/fragmented.pcapng.gz" trace.pcapng.gz
	# There is no VFIO here: what traces ends with 3.
	for name in ismtrace ismtop; do
		printf '#!/bin/sh\nqemu-s390x-static "%s" "$@"\necho "$? %s $*" >>"%s/ran"\n' "$BIN/$name" "$name" "$PWD" >"bin/$name"
	done
	printf '#!/bin/sh\ncat >/dev/null\n' >bin/wireshark
	chmod +x bin/*
	for page in "$PAGES"/ism{trace,top}*.[158]; do
		[ -n "$(examples "$page")" ] || fail "$page has no example"
		while read -r example; do
			rm -f ran
			PATH=$PWD/bin:$PATH bash -c "$example" >out 2>&1 </dev/null || :
			ran=$(cat ran) || fail "$page: $example: $(cat out)"
			[[ $ran != 2\ * || $(cat out) == *"is no terminal"* ]] || fail "$page: $example: $(cat out)"
			! grep -E 'jq: |syntax error' out || fail "$page: $example: $(cat out)"
		done < <(examples "$page")
	done
}

@test "ismtrace-json(5) names every key" {
	local key command trace
	for trace in "$TOP"/tests/traces/{several,insn-ism,lossy,misaligned-strict}.pcapng.gz; do
		for command in dump report check "dump --hex"; do
			# shellcheck disable=SC2086 # Words.
			tool ismtrace $command --json "$trace" 2>/dev/null || :
		done
	done | jq -r 'paths | map(strings) | last // empty' | sort -u >"$BATS_TEST_TMPDIR/keys"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/keys")" -gt 80 ]
	sed 's/\\-/-/g' "$PAGES/ismtrace-json.5" >"$BATS_TEST_TMPDIR/page"
	# The causes of loss are in the overview.
	sed -n '/^\.SH LOSS/,/^\.SH M/p' "$PAGES/ismtrace.8" >>"$BATS_TEST_TMPDIR/page"
	while read -r key; do
		grep -qE "(^|[^a-z_])$key([^a-z_]|$)" "$BATS_TEST_TMPDIR/page" || fail "not in ismtrace-json.5: $key"
	done <"$BATS_TEST_TMPDIR/keys"
}
