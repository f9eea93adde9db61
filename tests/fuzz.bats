#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzzing targets, for some seconds each: what tests/fuzz/run does for as
# long as one likes (make fuzz).

# Variables of bats and tests/helper.bash, and $ for the shell that is called.
# shellcheck disable=SC2154,SC2016

load helper

setup_file()
{
	make_here fuzz-build
}

# In a folder of its own: neither what was found before nor a long run matters.
setup()
{
	export FUZZ_DIR=$BATS_TEST_TMPDIR
	cp -r "$TOP/build/fuzz/seeds" "$FUZZ_DIR/"
	ln -s "$TOP"/build/fuzz/fuzz_* "$FUZZ_DIR/"
}

# What is found by chance is not found again by the next try: it is kept, where the next
# one begins with it, until it has been mended.
keep_found()
{
	mkdir -p "$TOP/build/fuzz/found"
	find "$FUZZ_DIR/found" -type f ! -name '*-slow-unit-*' -exec cp -t "$TOP/build/fuzz/found" {} +
}

# fuzzed SECONDS -- for so long, or what was found.
fuzzed()
{
	run "$TOP/tests/fuzz/run" "$1"
	[ "$status" -eq 0 ] || { keep_found && fail "tests/fuzz/run $1 ended with status $status, and said:" "$output"; }
}

# told TARGET -- sets inputs and coverage as the line of it has them.
told()
{
	local line
	line=$(grep "^$1: " <<<"$output")
	[[ $line =~ ^$1:\ ([0-9]+)\ inputs,.*\;\ cov:\ ([0-9]+) ]] ||
		fail "of $1 it said '$line'" "and in its log:" "$(tail -n 5 "$FUZZ_DIR/logs/$1.log" | cut -c1-300 | cat -v)"
	inputs=${BASH_REMATCH[1]}
	coverage=${BASH_REMATCH[2]}
}

@test "what was found and kept does no harm any more" {
	local file target
	for file in "$TOP"/build/fuzz/found/fuzz_*; do
		[ -e "$file" ] || continue
		target=$(basename "$file" | cut -d- -f1)
		run "$FUZZ_DIR/$target" -timeout=60 -rss_limit_mb=512 -malloc_limit_mb=128 "$file"
		[ "$status" -eq 0 ] || fail "$file still does it:" "$(tail -n 30 <<<"$output" | cut -c1-300 | cat -v)"
	done
}

@test "captures and records made from random bytes do no harm" {
	local target inputs coverage
	fuzzed 10
	local least
	for target in fuzz_reader fuzz_record fuzz_function fuzz_peer; do
		# These two protocols are that small.
		least=500
		[[ $target != fuzz_@(function|peer) ]] || least=150
		told "$target"
		# Fewer are not worth the name.  A machine may be that busy, but not for long.
		if [ "$inputs" -le 100 ] || [ "$coverage" -le "$least" ]; then
			fuzzed 120
			told "$target"
		fi
		[ "$inputs" -gt 100 ] || fail "$target had no more than $inputs inputs: $output"
		[ "$coverage" -gt "$least" ] || fail "$target covers no more than $coverage: $output"
	done
}

@test "an input that is only slow by the clock is none that was found, one that takes a processor is" {
	cat >"$BATS_TEST_TMPDIR/slow.sh" <<-'EOF'
		#!/bin/sh
		for word; do
			case $word in
			-artifact_prefix=*) prefix=${word#*=} ;;
			-max_total_time=*) fuzzing=yes ;;
			esac
		done
		# Alone: the second time it has all it wants.
		if [ -z "$fuzzing" ]; then
			[ -e "$FUZZ_DIR/spins" ] || exit 0
			while :; do :; done
		fi
		if [ -e "$FUZZ_DIR/once" ]; then
			printf 'stat::number_of_executed_units: 70\n#7 cov: 600 ft: 7\n'
			exit 0
		fi
		: >"$FUZZ_DIR/once"
		echo bytes >"${prefix}timeout-0123"
		echo "Test unit written to ${prefix}timeout-0123"
		printf 'stat::number_of_executed_units: 50\n'
		exit 70
	EOF
	rm "$FUZZ_DIR/fuzz_record"
	install -m 755 "$BATS_TEST_TMPDIR/slow.sh" "$FUZZ_DIR/fuzz_record"
	run -0 "$TOP/tests/fuzz/run" 30 fuzz_record
	same "what is told" "$output" "fuzz_record: 120 inputs, 0 a second; cov: 600 ft: 7; 1 only slow"
	[ ! -e "$FUZZ_DIR/found/fuzz_record-timeout-0123" ]
	rm "$FUZZ_DIR/once"
	# Not in the inputs of old, which are tried first.
	sed -i 's/^if \[ -z "$fuzzing" \]; then/case "$*" in *fixed*) exit 0 ;; esac\n&/' "$FUZZ_DIR/fuzz_record"
	: >"$FUZZ_DIR/spins"
	run -1 "$TOP/tests/fuzz/run" 30 fuzz_record
	[[ $output == *"FOUND $FUZZ_DIR/found/fuzz_record-timeout-0123, exit status 70"* ]] || fail "$output"
	[ -s "$FUZZ_DIR/found/fuzz_record-timeout-0123" ]
}

@test "the seeds are the same each time, in both byte orders, and are read" {
	local made=$BATS_TEST_TMPDIR/again name
	mkdir -p "$made/reader" "$made/record"
	"$TOP/build/fuzz/make_seeds" "$made/reader" "$made/record"
	for name in plain-8 little-8 members-8 gzip sections; do
		cmp "$made/reader/$name" "$TOP/build/fuzz/seeds/fuzz_reader/$name"
	done
	diff -r "$made/record" "$TOP/build/fuzz/seeds/fuzz_record"
}

@test "what is found is kept, and named" {
	rm "$FUZZ_DIR/fuzz_record"
	cat >"$FUZZ_DIR/fuzz_record" <<-'EOF'
		#!/bin/sh
		for word; do
			case $word in
			-artifact_prefix=*) prefix=${word#*=} ;;
			esac
		done
		echo "==1==ERROR: AddressSanitizer: heap-buffer-overflow"
		echo bytes >"${prefix}crash-0123"
		echo "Test unit written to ${prefix}crash-0123"
		exit 77
	EOF
	chmod +x "$FUZZ_DIR/fuzz_record"
	run -1 --separate-stderr "$TOP/tests/fuzz/run" 1 fuzz_record
	output=$stderr
	[[ $output == *"fuzz_record: FOUND $FUZZ_DIR/found/fuzz_record-crash-0123"* ]]
	[[ $output == *"heap-buffer-overflow"* ]]
	# And can be had from what was said.
	same "what can be had" "$(bash -c "$(sed -n 's/^  to have it: //p' <<<"$output" | sed 's/ >INPUT$//')")" bytes
	keep_found() { echo kept; }
	run -1 fuzzed 1
	[[ $output == *"FOUND"* && $output == *"exit status 77"* ]]
	[ -s "$FUZZ_DIR/found/fuzz_record-crash-0123" ]
}
