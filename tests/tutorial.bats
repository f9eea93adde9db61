#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# docs/tutorial.md, typed in as it stands there: each command does what the document says, and what the document shows is
# what comes out, but for times, process IDs and where the reader's home is.

# Variables that bats and tests/helper.bash set or read.
# shellcheck disable=SC2034,SC2154

load helper

TUTORIAL=$TOP/docs/tutorial.md

setup_file()
{
	build_all
	# The tutorial makes it as well, and then has nothing to do: files of tests that run beside this one make it, too.
	make_here host
	mkdir "$BATS_FILE_TMPDIR/home" "$BATS_FILE_TMPDIR/ran"
	cd "$TOP" || return
	# The reader's home is another one, the cache is not.
	export ISMTRACE_CACHE=${ISMTRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ismtrace}
	HOME=$BATS_FILE_TMPDIR/home env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS "$TOP/tests/tutorial.sh" "$TUTORIAL" "$BATS_FILE_TMPDIR/ran"
}

setup()
{
	BOOT=ran
	COMMANDS=$(find "$(at .)" -name '*.command' | wc -l)
}

# plain <LINES -- without what is another one each time.
plain()
{
	sed -E "s|$BATS_FILE_TMPDIR/home|/home/you|g; s/[0-9]+\\.[0-9]+/#/g; s/(sender(\\[| +))[0-9]+/\\1#/g; s/[0-9]+ bytes written/# bytes written/;
		s/ +/ /g; s/ \$//; /^\$/d"
}

# shown_all N -- nothing is left out, and the order of the two streams is nobody's.
shown_all()
{
	same "what $(head -n 1 "$(at "$1.command")") says" "$(cat "$(at "$1.out")" "$(at "$1.err")" | plain | sort)" \
		"$(plain <"$(at "$1.shown")" | sort)"
}

# shown_some N -- each line is there, those of stdout in this order.
shown_some()
{
	local line out err at=0 i
	mapfile -t out < <(plain <"$(at "$1.out")")
	err=$(plain <"$(at "$1.err")")
	while read -r line; do
		[ "$line" != ... ] || continue
		for ((i = at; i < ${#out[@]}; i++)); do
			[ "${out[i]# }" != "$line" ] || break
		done
		if [ "$i" -lt "${#out[@]}" ]; then
			at=$((i + 1))
		else
			grep -qxF -- "$line" <<<"$err" ||
				fail "$(head -n 1 "$(at "$1.command")") does not say, or not there: $line" "${out[@]}" "$err" || return
		fi
	done < <(plain <"$(at "$1.shown")")
}

@test "all commands were run, and end well; check with findings does not" {
	local n status
	[ "$COMMANDS" -ge 30 ] || fail "$COMMANDS commands"
	for ((n = 1; n <= COMMANDS; n++)); do
		status=$(cat "$(at "$n.status")")
		case $(cat "$(at "$n.command")") in
		*"ismtrace check"* | "sh "*/ci) [[ $status == [016] ]] ;;
		*) [ "$status" = 0 ] ;;
		esac || fail "$status: $(cat "$(at "$n.command")")" "$(cat "$(at "$n.err")")"
	done
}

@test "what it shows is what comes out" {
	local n compared=0
	for ((n = 1; n <= COMMANDS; n++)); do
		[ -s "$(at "$n.shown")" ] || continue
		compared=$((compared + 1))
		if grep -qxF ... "$(at "$n.shown")"; then shown_some "$n"; else shown_all "$n"; fi
	done
	[ "$compared" -ge 20 ]
}

@test "from a driver with five rules against it to none, one after the other" {
	same findings "$(for ((n = 1; n <= COMMANDS; n++)); do sed -n 's/^ismtrace: \([0-9]*\) findings* .*/\1/p' "$(at "$n.err")"; done |
		paste -sd ' ')" "9 5 3 4 0 1 0 9 0"
	same statuses "$(for ((n = 1; n <= COMMANDS; n++)); do
		[ "$(cat "$(at "$n.command")")" != 'echo $?' ] || cat "$(at "$n.out")"
	done | paste -sd ' ')" "1 1 0 0 1 6"
}

@test "what it and README refer to is there" {
	local document to
	for document in README.md docs/tutorial.md; do
		while read -r to; do
			[ -e "$TOP/$(dirname "$document")/$to" ] || fail "$document: no $to"
		done < <(grep -oE '\]\([^)#]+' "$TOP/$document" | cut -c3- | grep -v '^http' | sort -u)
	done
}
