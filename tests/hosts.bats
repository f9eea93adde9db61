#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# scripts/setup and scripts/prepare on machines that are not what is needed: it is said first, before anything is
# installed or made, with what is supported; and whose the products in the cache are.  scripts/try-host tries real
# ones, which is not for a test: it makes a root of another suite.

# Variables that bats and tests/helper.bash set or read; each test sets its own; $ for the shell that is called.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031

load helper

setup()
{
	export ISMTRACE_CACHE=$BATS_TEST_TMPDIR/cache
	unset ISMTRACE_MIRROR OS_RELEASE
	mkdir "$BATS_TEST_TMPDIR/bin"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	# No package is there, and nothing here may install any.
	fake dpkg-query 'exit 1'
	fake sudo 'echo "sudo was called: $*"; exit 9'
}

# fake NAME TEXT -- a program that stands in for another.
fake()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$BATS_TEST_TMPDIR/bin/$1"
	chmod 755 "$BATS_TEST_TMPDIR/bin/$1"
}

# system LINE... -- what /etc/os-release has.
system()
{
	export OS_RELEASE=$BATS_TEST_TMPDIR/os-release
	printf '%s\n' "$@" >"$OS_RELEASE"
}

# refused TEXT HINT -- by setup, in two lines, and nothing was begun.
refused()
{
	run -1 "$TOP/scripts/setup"
	[[ ${lines[-2]} == "$1" ]] || fail "$output"
	[[ ${lines[-1]} == "  hint: "*"$2"* ]] || fail "$output"
	[ ! -e "$ISMTRACE_CACHE/log" ] || same "what was begun" "$(ls "$ISMTRACE_CACHE/log")" ""
}

@test "another kind of machine: which ones are supported" {
	fake uname 'case $1 in -s) echo Linux ;; *) echo aarch64 ;; esac'
	refused "setup: the lab is not built on Linux aarch64" "Debian 12 and 13, amd64; on s390x build natively with 'make all'"
}

@test "another distribution: which ones are supported" {
	system ID=fedora 'PRETTY_NAME="Fedora Linux 42"'
	refused "setup: Fedora Linux 42 is no Debian, nor made from it" "Debian 12 and 13"
	fake dpkg 'echo i386'
	system ID=debian VERSION_CODENAME=trixie 'PRETTY_NAME="Debian 13"'
	refused "setup: the packages of Debian 13 are for i386" "Debian 12 and 13"
}

@test "one that nobody has tried: it says so and goes on; one that somebody has: nothing is said of it" {
	fake df 'echo; echo x x x 1 x /'
	system ID=ubuntu ID_LIKE=debian VERSION_CODENAME=noble 'PRETTY_NAME="Ubuntu 24.04"'
	run -1 "$TOP/scripts/setup"
	[[ ${lines[0]} == "setup: nobody has tried Ubuntu 24.04; this works on Debian 12 and 13"* ]] || fail "$output"
	system ID=debian VERSION_CODENAME=trixie
	run -1 "$TOP/scripts/setup"
	[[ ${lines[0]} == "prepare: "* ]] || fail "$output"
}

@test "no space for the cache: before anything is fetched, with another place for it" {
	fake df 'echo; echo x x x 77 x /'
	run -1 "$TOP/scripts/setup"
	[[ ${lines[0]} == "prepare: 77 MiB are free in "*", and the cache needs "[0-9]*" to begin with" ]] || fail "$output"
	same hint "${lines[1]}" "  hint: ISMTRACE_CACHE=DIR names another place"
	[ ! -e "$ISMTRACE_CACHE" ]
}

@test "no network, or a mirror without the suite: named, before anything is made" {
	export ISMTRACE_MIRROR=http://127.0.0.1:9/debian
	run -1 "$TOP/scripts/setup"
	[[ ${lines[-2]} == "prepare: Debian's suite bookworm"*" cannot be had from http://127.0.0.1:9/debian" ]] || fail "$output"
	[[ ${lines[-1]} == "  hint: is there a network, "* ]] || fail "$output"
	same "what was begun" "$(ls "$ISMTRACE_CACHE/log")" ""
}

@test "a package that the mirror does not have any more: its name, at once" {
	fake apt-get 'case "$*" in *gone*) echo "E: no such thing" >&2; exit 100 ;; *indextargets*) echo "Debian|Debian|http://mirror/debian" ;; esac'
	run -1 bash -c '. "$1/scripts/lib.sh" && fetch_debs "$2" there/bookworm gone-6.12/bookworm-backports' use "$TOP" "$BATS_TEST_TMPDIR/debs"
	[[ ${lines[-2]} == *"the package gone-6.12 is not in Debian's bookworm-backports any more, or not yet, on http://mirror/debian" ]] || fail "$output"
}

@test "one part that cannot be made ends the others" {
	local dir=$BATS_TEST_TMPDIR/tree part
	mkdir -p "$dir/scripts"
	cp "$TOP"/scripts/{prepare,lib.sh} "$dir/scripts/"
	fake apt-get 'case "$*" in *indextargets*) echo "Debian|Debian|http://mirror/debian" ;; esac'
	for part in qemu sysroot guest; do
		printf '#!/bin/sh\n[ -z "${CACHED_ONLY:-}" ] || exit 1\nsleep 300\n' >"$dir/scripts/get-$part"
	done
	printf '#!/bin/sh\n[ -z "${CACHED_ONLY:-}" ] || exit 1\necho "no such kernel" >&2\nexit 1\n' >"$dir/scripts/get-kernel"
	chmod 755 "$dir"/scripts/get-*
	run -1 timeout 250 "$dir/scripts/prepare"
	[[ $output == *"no such kernel"*"prepare: see the messages above" ]] || fail "$output"
}

@test "what is built to run on a machine is for its distribution; what is not is for all" {
	local key=() release
	for release in 'ID=debian VERSION_CODENAME=bookworm' 'ID=debian VERSION_CODENAME=trixie' 'ID=debian' 'ID=ubuntu VERSION_CODENAME=noble'; do
		# shellcheck disable=SC2086 # A line for each word.
		system $release
		key+=("$(bash -c '. "$1/scripts/lib.sh" && key_of <(host_key)' use "$TOP")")
	done
	same "different keys" "$(printf '%s\n' "${key[@]}" | sort -u | wc -l)" 4
	same "the lab's own suite" "${key[0]}" "$(printf '' | sha256sum | cut -c1-12)"
}
