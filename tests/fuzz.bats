#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzzing targets, for some seconds each: what tests/fuzz/run does for as
# long as one likes (make fuzz).

# Of bats and of the helper.
# shellcheck disable=SC2154

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

@test "captures and records made from random bytes do no harm" {
	local target
	run -0 "$TOP/tests/fuzz/run" 10
	for target in fuzz_reader fuzz_record; do
		[[ $output =~ $target:\ ([0-9]+)\ inputs.*cov:\ ([0-9]+) ]]
		# Fewer are not worth the name, even on a busy machine.
		[ "${BASH_REMATCH[1]}" -gt 100 ]
		[ "${BASH_REMATCH[2]}" -gt 500 ]
	done
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
	run -1 "$TOP/tests/fuzz/run" 1 fuzz_record
	[[ $output == *"fuzz_record: FOUND $FUZZ_DIR/found/fuzz_record-crash-0123"* ]]
	[[ $output == *"heap-buffer-overflow"* ]]
	[ -s "$FUZZ_DIR/found/fuzz_record-crash-0123" ]
}
