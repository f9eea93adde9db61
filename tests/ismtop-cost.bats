#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What ismtop itself costs, beside 64 clients of eight functions: less than 3 % of one
# CPU (by far: limits are such that it is noticed when it gets dearer), in guest time
# that counts instructions, as what else the host does would
# count as CPU time in any other.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
}

teardown()
{
	tmux -L ismtop-cost kill-server 2>/dev/null || :
}

# sees TEXT... -- the screen says so, now or within two minutes.
sees()
{
	local text i
	for text; do
		for ((i = 0; i < 600; i++)); do
			! tmux -L ismtop-cost capture-pane -p | grep -qF -- "$text" || continue 2
			sleep 0.2
		done
		fail "not on the screen: $text" "$(tmux -L ismtop-cost capture-pane -p)" || return
	done
}

@test "as text and as JSON" {
	lab cost --functions 8 --icount -- ismtop-cost.sh
	BOOT=cost
	echo "# of 1000: text $(cat "$(at text.share)"), JSON $(cat "$(at json.share)")" >&3
	awk '{ exit !($1 > 0 && $1 < 5) }' "$(at text.share)"
	awk '{ exit !($1 > 0 && $1 < 20) }' "$(at json.share)"
	grep -qE ' (64|7[0-9]) processes' "$(at text)"
}

@test "on the screen, which is given back" {
	local share=$BATS_FILE_TMPDIR/screen i
	mkdir -p "$share"
	cp "$TOP"/tests/guest/{lib,ismtop-screen}.sh "$share"
	export TMUX_TMPDIR=$BATS_FILE_TMPDIR
	unset TMUX
	tmux -L ismtop-cost -f /dev/null new-session -d -x 80 -y 24 \
		"$TOP/lab/shell --memory --functions 8 --icount --timeout 600 --share $share -- sh /share/ismtop-screen.sh; echo ended \$?; sleep 100"
	sees FUNCTION
	: >"$share/go"
	sees "functions 8  processes 7" LIVE
	: >"$share/measure"
	for ((i = 0; i < 600; i++)); do
		[ ! -s "$share/screen.share" ] || break
		sleep 0.2
	done
	echo "# of 1000: screen $(cat "$share/screen.share")" >&3
	awk '{ exit !($1 > 0 && $1 < 5) }' "$share/screen.share"
	tmux -L ismtop-cost send-keys 2
	sees COMMAND ismload
	tmux -L ismtop-cost send-keys q
	sees "ended 0"
}
