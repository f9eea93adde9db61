#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# errors.sh -- what goes wrong, and what must not: tests/errors.bats looks at it.

# shellcheck disable=SC2016 # Shells in shells.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

client="ismload --quiet block:size=64,count=20"

# shellcheck disable=SC2317 # It is called by ran.
nobody()
{
	su -s /bin/sh nobody -c "$*"
}

# --- Who may not, and what is not there.

chmod 755 /root
for command in live list doctor; do
	ran "nobody-$command" nobody "ismtrace $command"
done
ran nobody-cmd nobody "ismtrace live -- touch /tmp/ran"
[ -e /tmp/ran ] && echo "CMD was run" >>"$OUT/nobody-cmd.err"
ran no-function ismtrace live -d 0099:00:00.0 -- true
ran no-fid ismtrace live -d fid:0x99 -- true

# --- Ends.

# NAME SIGNAL
interrupted()
{
	# The shell starts it with SIGINT ignored, which would stay so.
	ran "$1" /usr/bin/env --default-signal=INT ismtrace live &
	until grep -qs tracing "$OUT/$1.err"; do
		sleep 0.05
	done
	$client >"$OUT/$1.client"
	# Nobody else traces now.
	kill "-$2" "$(pidof ismtrace)"
	wait
}

interrupted int INT
interrupted term TERM
interrupted hup HUP

# As a terminal does it: to CMD as well.
bash -c '
	set -m
	ismtrace live -- sh -c "touch /tmp/sleeping; exec sleep 600" >/share/int-cmd.out 2>/share/int-cmd.err &
	until [ -e /tmp/sleeping ]; do sleep 0.05; done
	kill -INT -- -$!
	wait $!
	echo $? >/share/int-cmd.status' >/dev/null

# A reader that has seen enough.
ismload --quiet rate:rate=100,seconds=120 >/dev/null &
client_pid=$!
{
	ismtrace live 2>"$OUT/head.err"
	echo $? >"$OUT/head.status"
} | head -n 3 >"$OUT/head.out"
{
	ismtrace live --json --insn 2>"$OUT/head-json.err"
	echo $? >"$OUT/head-json.status"
} | head -n 1 >"$OUT/head-json.out"
ran running sh -c "kill -0 $client_pid"
kill "$client_pid"
wait

# A full disk, for ismtrace only.
full()
{
	full_name=$1
	shift
	ran "$full_name" sh -c 'exec "$@" >/dev/full' sh "$@"
}

full full ismtrace live -- sh -c "$client >&2; touch /tmp/went-on"
ran went-on ls /tmp/went-on
full full-json ismtrace live --json -- sh -c "$client >&2"
full full-quiet ismtrace live --quiet -- true
full full-list ismtrace list
full full-doctor ismtrace doctor

# --- Who it is while it traces, and what it is told.

# Root in a group or two, as people have it.
echo 'extra:x:77:root' >>/etc/group
cat >/tmp/look <<'END'
#!/bin/sh
cat "/proc/$PPID/status" >/share/tracer
cat "/proc/$$/status" >/share/cmd
END
chmod 755 /tmp/look
ran privileges su -s /bin/sh root -c 'ismtrace live --quiet -- /tmp/look'

hostile=/tmp/$(printf 'a\033[31m"b\\c\td')
cp "$(command -v ismload)" "$hostile"
ran hostile-json ismtrace live --json --insn -- "$hostile" --quiet block:size=64,count=2
ran hostile-text ismtrace live --insn -- "$hostile" --quiet block:size=64,count=2
ran hostile-filter ismtrace live --json -c "$(basename "$hostile")" -- sh -c "'$hostile' --quiet block:count=1; $client"
invalid=/tmp/$(printf 'x\377y')
cp "$(command -v ismload)" "$invalid"
ran invalid-json ismtrace live --json -- "$invalid" --quiet block:size=64,count=2
ran invalid-text ismtrace live -- "$invalid" --quiet block:size=64,count=2

# --- How it is.

ran doctor ismtrace doctor
ran doctor-json ismtrace doctor --json
ran list ismtrace list
ran list-json ismtrace list --json
ran verbose ismtrace live -v --quiet -- true
ran very-verbose ismtrace live -vvv --quiet -- true

# --- Kernels that do not let us.

mkdir /tmp/empty
mount -o bind /tmp/empty /sys/kernel/btf
for command in live list doctor; do
	ran "no-btf-$command" ismtrace "$command"
done
umount /sys/kernel/btf
echo confidentiality >/sys/kernel/security/lockdown
for command in live list doctor; do
	ran "lockdown-$command" ismtrace "$command"
done
exit 0
