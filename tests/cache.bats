#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# Where the tree and the cache may be, and whose the cache may be: what others can
# write to is not run.

# Variables of bats and tests/helper.bash; $ for the shell that is called; each test sets its own.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031

load helper

setup()
{
	export ISMTRACE_CACHE=$BATS_TEST_TMPDIR/cache
	unset XDG_CACHE_HOME SUDO_USER
}

# use [MASK] -- ask for an entry, as all scripts do; it is made where it is not there.
use()
{
	bash -c 'umask "$1"; . "$2/scripts/lib.sh"
		make_thing() { mkdir -p "$1/bin/a/b/c"; echo thing >"$1/bin/it"; echo >"$1/bin/a/b/c/deep"; chmod -R 777 "$1"; }
		cached thing key make_thing' use "${1:-022}" "$TOP"
}

# entries -- all that is used of the cache, each of which has to refuse it.
entries()
{
	local script
	for script in prepare get-qemu get-kernel get-guest get-sysroot get-checkpatch get-native-root clean-cache; do
		echo "$TOP/scripts/$script"
	done
	echo "$TOP/bench/get-peers"
	echo "$TOP/lab/run -- true"
	echo "$TOP/lab/shell -- true"
	# As if all had to be made, which nothing is.
	echo "make -s -n -B -C $TOP s390x"
}

# refused_by_all TEXT -- each says so in its first line, does nothing, and hints at what to do.
refused_by_all()
{
	local command
	while read -r command; do
		# shellcheck disable=SC2086 # A command and its arguments.
		run env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS $command
		[ "$status" -ne 0 ] || fail "$command was content"
		# make tells what it would do until then.
		[[ $command != make* ]] || mapfile -t lines < <(printf '%s\n' "${lines[@]}" | sed -n '/^get-sysroot: /,$p')
		[[ ${lines[0]-} == *": the cache"*"$1"* ]] || fail "$command: ${lines[0]}"
		[[ ${lines[1]} == "  hint: "* ]] || fail "$command: ${lines[1]}"
		[[ $command != *lab/* ]] || same "exit status of $command" "$status" 125
	done < <(entries)
	[ ! -e "$ISMTRACE_CACHE/lock" ] || fail "there is $ISMTRACE_CACHE/lock"
}

# --- Whose it is.

@test "a cache of ours, made with any umask, is used again" {
	local mask
	for mask in 022 002 000 077; do
		ISMTRACE_CACHE=$BATS_TEST_TMPDIR/of/$mask/cache
		use "$mask"
		use "$mask"
		# However wide what is in it was made.
		run -0 find "$ISMTRACE_CACHE" -perm /022
		[ -z "$output" ] || fail "others can write to: $output"
	done
}

@test "others can write to the cache, or to a directory above: refused by all" {
	mkdir -p "$ISMTRACE_CACHE"
	chmod g+w "$ISMTRACE_CACHE"
	refused_by_all "$ISMTRACE_CACHE can be written by others"
	# What is in a directory like this may be anybody's, although each keeps his own.
	chmod 1777 "$ISMTRACE_CACHE"
	refused_by_all "$ISMTRACE_CACHE can be written by others"
	mkdir -p "$BATS_TEST_TMPDIR/wide"
	chmod 777 "$BATS_TEST_TMPDIR/wide"
	ISMTRACE_CACHE=$BATS_TEST_TMPDIR/wide/cache
	refused_by_all "$BATS_TEST_TMPDIR/wide can be written by others"
	mkdir "$ISMTRACE_CACHE"
	refused_by_all "$BATS_TEST_TMPDIR/wide can be written by others"
}

@test "behind a link: what it leads to counts, and the way there" {
	mkdir -p "$BATS_TEST_TMPDIR/wide/cache" "$BATS_TEST_TMPDIR/narrow"
	ln -s ../wide/cache "$BATS_TEST_TMPDIR/narrow/cache"
	ISMTRACE_CACHE=$BATS_TEST_TMPDIR/narrow/cache
	use
	chmod 777 "$BATS_TEST_TMPDIR/wide"
	run -1 use
	[[ ${lines[0]} == *"$BATS_TEST_TMPDIR/wide can be written by others" ]] || fail "$output"
	chmod 755 "$BATS_TEST_TMPDIR/wide"
	ln -s loop "$BATS_TEST_TMPDIR/loop"
	ISMTRACE_CACHE=$BATS_TEST_TMPDIR/loop run -1 use
	[[ $output == *"too many links"* ]] || fail "$output"
}

@test "a sticky directory, as /tmp is, may be above" {
	mkdir -p "$BATS_TEST_TMPDIR/tmp"
	chmod 1777 "$BATS_TEST_TMPDIR/tmp"
	ISMTRACE_CACHE=$BATS_TEST_TMPDIR/tmp/cache
	use
	use
}

@test "an entry, and what is run in it, that others can write to: refused" {
	local path
	use
	for path in thing-key thing-key/bin thing-key/bin/it thing-key/bin/a/b; do
		chmod o+w "$ISMTRACE_CACHE/$path"
		run -1 use
		[[ ${lines[0]} == *"$ISMTRACE_CACHE/$path can be written by others" ]] || fail "$path: $output"
		[[ ${lines[1]} == *"chmod -R go-w $ISMTRACE_CACHE/$path "* ]] || fail "$path: $output"
		same lines "${#lines[@]}" 2
		chmod -R go-w "$ISMTRACE_CACHE/$path"
	done
	use
	for path in lock log apt; do
		chmod g+w "$ISMTRACE_CACHE/$path"
		rm -rf "$ISMTRACE_CACHE/thing-key"
		run -1 use
		[[ ${lines[0]} == *"$ISMTRACE_CACHE/$path can be written by others" ]] || fail "$path: $output"
		chmod g-w "$ISMTRACE_CACHE/$path"
	done
	use
	mv "$ISMTRACE_CACHE/thing-key" "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$ISMTRACE_CACHE/thing-key"
	run -1 use
	[[ ${lines[0]} == *"is a link" ]] || fail "$output"
}

@test "a QEMU that somebody planted is not given out" {
	local real name
	real=$(env -u ISMTRACE_CACHE "$TOP/scripts/get-qemu")
	name=${real##*/}
	mkdir -p "$ISMTRACE_CACHE/$name/bin"
	printf '#!/bin/sh\ntouch %s\n' "$BATS_TEST_TMPDIR/ran" >"$ISMTRACE_CACHE/$name/bin/qemu-system-s390x"
	chmod 777 "$ISMTRACE_CACHE/$name/bin/qemu-system-s390x"
	run -1 --separate-stderr "$TOP/scripts/get-qemu"
	[ -z "$output" ] || fail "$output"
	[[ $stderr == *"qemu-system-s390x can be written by others"* ]] || fail "$stderr"
	chmod 755 "$ISMTRACE_CACHE/$name/bin/qemu-system-s390x"
	# So it is what is wrong with it that it was refused for.
	run -0 --separate-stderr "$TOP/scripts/get-qemu"
	same "what is given out" "$output" "$ISMTRACE_CACHE/$name"
}

@test "somebody else's, root's excepted: refused, for root as well" {
	local mine=$ISMTRACE_CACHE path
	# Only root can make files of others; for all others there may be none to look at.
	if [ "$EUID" != 0 ]; then
		ISMTRACE_CACHE=$(find /var /run -maxdepth 2 -type d ! -uid 0 ! -uid "$EUID" 2>/dev/null | head -n 1)/cache
		[ "$ISMTRACE_CACHE" = /cache ] || refused_by_all "has another owner"
		return 0
	fi
	use
	for path in "" /thing-key /thing-key/bin/it; do
		chown 65534 "$mine$path"
		run -1 use
		[[ ${lines[0]} == *"$mine$path has another owner, "* ]] || fail "$path: $output"
		[[ ${lines[1]} == *"a cache of your own" ]] || fail "$path: $output"
		chown 0 "$mine$path"
	done
	# As sudo leaves it, with HOME kept.
	rm -rf "$mine"
	mkdir -p "$BATS_TEST_TMPDIR/home/.cache"
	chown -R 65534 "$BATS_TEST_TMPDIR/home"
	unset ISMTRACE_CACHE
	HOME=$BATS_TEST_TMPDIR/home SUDO_USER=nobody run -1 use
	[[ ${lines[0]} == *"$BATS_TEST_TMPDIR/home has another owner, "* ]] || fail "$output"
	[[ ${lines[1]} == *"sudo -H uses that of root" ]] || fail "$output"
	HOME=$BATS_TEST_TMPDIR/home refused_by_all "has another owner"
	# A link of somebody else's, where all may make one.
	mkdir -p "$BATS_TEST_TMPDIR/tmp" "$BATS_TEST_TMPDIR/good"
	chmod 1777 "$BATS_TEST_TMPDIR/tmp"
	ln -s "$BATS_TEST_TMPDIR/good" "$BATS_TEST_TMPDIR/tmp/link"
	export ISMTRACE_CACHE=$BATS_TEST_TMPDIR/tmp/link
	use
	chown -h 65534 "$BATS_TEST_TMPDIR/tmp/link"
	run -1 use
	[[ ${lines[0]} == *"tmp/link has another owner, "* ]] || fail "$output"
}

# --- Where it is.

# tree NAME -- a copy of what the first line of anything needs.
tree()
{
	local dir=$BATS_TEST_TMPDIR/$1
	mkdir -p "$dir"
	cp -r "$TOP"/{Makefile,CHANGELOG.md,scripts,.ci,driver,user,bpf} "$dir/"
	mkdir "$dir/lab"
	cp "$TOP"/lab/{run,shell,machine.sh,initramfs.sh} "$dir/lab/"
	printf '%s\n' "$dir"
}

@test "a tree where make cannot work: one line, and nothing is done" {
	local name dir command
	for name in "a b" 'a$b' "a'b" 'a"b' 'a:b' 'a#b' 'a%b' 'a\b' 'a(b' 'a*b' 'a&b' 'a;b' $'a\tb' $'a\eb'; do
		dir=$(tree "$name")
		for command in "make -s all" "make check" "make help" scripts/setup scripts/prepare "lab/run -- true" \
			"lab/shell -- true" .ci/run; do
			# shellcheck disable=SC2086 # A command and its arguments.
			cd "$dir" && run env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS $command
			cd /
			[ "$status" -ne 0 ] || fail "$command in $(printf %q "$dir") was content"
			[[ ${lines[0]} == *"the tree's path "*" in it, which make and Kbuild cannot take; letters, digits and /._-+,=@~^ are fine"* ]] ||
				fail "$command in $(printf %q "$dir"): ${lines[0]}"
			same "lines of $command" "${#lines[@]}" 1
			[[ $output != *[[:cntrl:]]* ]] || fail "$command: $(printf %q "$output")"
			[ ! -e "$dir/build" ] && [ ! -e "$ISMTRACE_CACHE" ] || fail "$command began"
		done
		rm -rf "$dir"
	done
}

@test "a tree with other characters in its path works" {
	local dir
	dir=$(tree 'a+b,c=d@e~f^ä')
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$dir" build/host/user/util/utf8.o build/version.h
	[ -s "$dir/build/host/user/util/utf8.o" ]
	run -0 "$dir/lab/run" --help
	# And is found there, wherever one is.
	cd /
	ISMTRACE_CACHE=cache run -1 bash -c '. "$1/scripts/lib.sh"; echo "$TOP $CACHE"; CACHED_ONLY=1 cached no such thing' x "$dir"
	same "names" "$output" "$dir /cache"
}

@test "a cache where make cannot work: said first" {
	local name
	for name in "a b" 'a$b' "a'b" a:b 'a#b' 'a%b'; do
		ISMTRACE_CACHE=$BATS_TEST_TMPDIR/$name
		refused_by_all "'$BATS_TEST_TMPDIR/$name' has "
		unset ISMTRACE_CACHE
		XDG_CACHE_HOME=$BATS_TEST_TMPDIR/$name run -1 use
		[[ ${lines[0]} == "use: the cache's path '$BATS_TEST_TMPDIR/$name/ismtrace' has "* ]] || fail "$output"
		export ISMTRACE_CACHE
	done
}
