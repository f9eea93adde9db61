#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# make install: what runs on this machine, where people look for it, and make uninstall.

# Variables that bats and tests/helper.bash set or read.
# shellcheck disable=SC2154

load helper

setup_file()
{
	build_all
}

# made TARGET -- into $ROOT/usr.
made()
{
	make_here "$1" DESTDIR="$ROOT" PREFIX=/usr
}

setup()
{
	ROOT=$BATS_TEST_TMPDIR/root
}

@test "make install: here what runs here, with its man pages and completions" {
	made install
	run -0 "$ROOT/usr/bin/ismtrace" --version
	run -0 "$ROOT/usr/bin/ismtop" --version
	[ ! -e "$ROOT/usr/bin/ismload" ]
	run -0 man --warnings=w -E UTF-8 -P cat -M "$ROOT/usr/share/man" ismtrace
	run -0 bash -n "$ROOT/usr/share/bash-completion/completions/ismtrace"
	grep -q _ismtop "$ROOT/usr/share/zsh/site-functions/_ismtop"
}

@test "a build on the machine itself: tools that are too old are named, and where others are" {
	run -0 "$TOP/scripts/native-tools" 7.5.0 1.4.6
	run -1 "$TOP/scripts/native-tools" 7.1.0 1.4.6
	[[ $output == *"bpftool 7.1.0 is too old, 7.2 is needed at least"*"hint: on Debian 12: apt-get install -t bookworm-backports"* ]]
	run -1 "$TOP/scripts/native-tools" 7.5.0 1.1.2
	[[ $output == *"libbpf 1.1.2 is too old, 1.2 is needed at least"* ]]
}

@test "make install-s390x: the programs of that machine, and every page that a man page names" {
	local page
	made install-s390x
	run -0 file -bL "$ROOT"/usr/bin/ismtrace "$ROOT"/usr/bin/ismpeer
	same "for that machine" "$(grep -c 'IBM S/390' <<<"$output")" 2
	for page in $(grep -oh 'docs/[a-z\\-]*\.md' "$ROOT"/usr/share/man/man*/* | tr -d '\\' | sort -u); do
		[ -s "$ROOT/usr/share/doc/ismtrace/${page#docs/}" ] || fail "$page is not installed"
	done
}

@test "make uninstall leaves nothing" {
	made install-s390x
	made install
	made uninstall
	same "files" "$(find "$ROOT" -type f)" ""
}
