#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# ismtop over the running kernel: rates, counts, drivers that come later.  The referee is what the clients say they did.

# Variables that bats and tests/helper.bash set or read, and $ for jq in single quotes.
# shellcheck disable=SC2016,SC2034,SC2154

load helper

setup_file()
{
	build_all
	lab live --functions 8 --smp 2 -- ismtop.sh
	BOOT=live
	jq -c 'select(.type == "op") | .ts' "$(at rate.ops)" >"$(at rate.ts)"
}

setup()
{
	BOOT=live
}

@test "a steady rate: within 2 % of what the client says it did" {
	status_of rate 0
	same intervals "$(jq -s length "$(at rate.out)")" 3
	# A client that was kept waiting makes up for it, so what it did in that time counts.
	is "$(at rate.out)" '.[0].begin as $b | .[-1].end as $e | (map(.interval.accesses) | add) /
		([$ts[] | select(. >= $b and . < $e)] | length) | . > 0.98 and . < 1.02' \
		true --slurpfile ts "$(at rate.ts)"
	every "$(at rate.out)" true '.source == "live" and .state == "running" and .seconds > 0.5' \
		true '.rates.accesses * .seconds - .interval.accesses | fabs < 0.01' \
		true '.functions | length == 1' true '.interval.one_block_percent == 100' \
		true '.interval.bytes == 256 * .interval.accesses' true '.totals.lost == 0'
}

@test "the same as text, of which only the time that it took is known" {
	status_of rate-text 0
	same intervals "$(grep -c '^ismtop' "$(at rate-text.out)")" 3
	same escapes "$(grep -c $'\e' "$(at rate-text.out)")" 0
	# ismtop's number must lie between what the client did in its quietest and in its busiest
	# stretch of that length, with 2 % to spare on either side.
	awk '
		FNR == NR { ts[n++] = $1 / 1e9; next }
		/^ismtop / { took += last = $(NF - 1) }
		/ accesses\/s, / { seen += $1 * last }
		END {
			least = n
			for (i = 0; i < n && ts[i] + took <= ts[n - 1]; i++) {
				while (ts[at] < ts[i] + took)
					at++
				if (at - i < least)
					least = at - i
				if (at - i > most)
					most = at - i
			}
			printf "%d accesses in %s s; the client: %d to %d\n", seen, took, least, most
			exit !(took > 2.5 && least < n && seen >= 0.98 * least && seen <= 1.02 * most)
		}' "$(at rate.ts)" "$(at rate-text.out)" >&2
}

@test "eight functions, 64 processes, two CPUs: every access of every process, none lost" {
	same status "$(cat "$(at many.exit)")" 0
	same stderr "$(cat "$(at many.err)")" ""
	tail -n 1 "$(at many.out)" >"$(at many.last)"
	cat "$BATS_FILE_TMPDIR"/live/many.*.ops | jq -c 'select(.type == "op")' >"$(at many.all)"
	same processes "$(jq -c '[.processes[] | [.pid, .accesses, .bytes]] | sort' "$(at many.last)")" \
		"$(jq -sc 'group_by(.pid) | map([.[0].pid, length, (map(.ret) | add)]) | sort' "$(at many.all)")"
	[ "$(jq .nr_processes "$(at many.last)")" -ge 64 ]
	same functions "$(jq '.functions | length' "$(at many.last)")" 8
	same lost "$(jq .totals.lost "$(at many.last)")" 0
	same "sum of the intervals" "$(jq -s 'map(.interval.accesses) | add' "$(at many.out)")" "$(wc -l <"$(at many.all)")"
}

@test "as a user of its own, with nothing in effect, able to attach again" {
	local uid
	uid=$(awk '/^Uid/ { print $2 }' "$(at many.status)")
	[ "$uid" -ge $((0x78000000)) ] || fail "it is user $uid"
	same privileges "$(tr -s '\t ' ' ' <"$(at many.status)")" "Uid: $uid $uid $uid $uid
CapPrm: 000000c400200000
CapEff: 0000000000000000
NoNewPrivs: 1"
}

@test "ended in the middle of an interval: what came since the last one is in one more" {
	same status "$(cat "$(at short.exit)")" 0
	same intervals "$(wc -l <"$(at short.out)")" 1
	is "$(at short.out)" '.[0].totals | [.accesses, .lost, .filtered]' \
		"[$(grep -c '"type":"op"' "$(at short.ops)"),0,0]"
}

@test "a driver that comes after it, another one, a function that goes from one to the other" {
	same status "$(cat "$(at drivers.exit)")" 0
	same stderr "$(cat "$(at drivers.err)")" ""
	every "$(at drivers.out)" '.state == "waiting"' '.attach == null and (.note | contains("vfio"))' \
		'.state == "running"' '.attach == "kprobe" or .attach == "fentry"'
	same "first it waits" "$(jq -s '.[0].state' "$(at drivers.out)")" '"waiting"'
	# Found anew without root, it has its address.
	is "$(at drivers.out)" '[.[].functions[].function] | unique' '["0011:00:00.0"]'
	is "$(at drivers.out)" '[.[-1].functions[] | [.driver, .accesses]] | sort' \
		"[[\"ism-vfio-pci\",$(grep -c '"type":"op"' "$(at drivers.2.ops)")],[\"vfio-pci\",$(grep -c '"type":"op"' "$(at drivers.1.ops)")]]"
	# The generic driver fragments and fails: these are counted and told over the change.
	is "$(at drivers.out)" '[.[-1].findings[] | select(.rule == "ISM011") | .findings]' \
		"[$(jq -s 'map(select(.type == "op" and .op == "write")) | length' "$(at drivers.1.ops)")]"
}
