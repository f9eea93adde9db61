#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# first-hour.sh -- the commands of README's "Use it on IBM Z", one after the other, as they stand
# there, on a machine whose functions no driver has: tests/first-hour.bats looks at what they say.
# $OUT/commands has them; what has no end by itself is ended as by Ctrl-C.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. /share/lib.sh

cd /tmp || exit 1
# A driver in user space, of a user who is not root.
cat >my-driver <<'END'
#!/bin/sh
exec su -s /bin/sh nobody -c 'ismload --quiet --json block:size=256,count=20'
END
chmod +x my-driver
# shellcheck disable=SC2034 # README's commands have it.
USER=nobody

# meanwhile -- once the tracer traces, however long that takes, the driver runs.
meanwhile()
{
	until grep -qE 'tracing|counting' "$OUT/$n.err"; do
		kill -0 $! 2>/dev/null || return
		sleep 0.1
	done
	./my-driver >/dev/null
}

n=0
while read -r command; do
	n=$((n + 1))
	export USER
	# The shell starts it with SIGINT ignored, which would stay so.
	/usr/bin/env --default-signal=INT sh -c "exec $command" >"$OUT/$n.out" 2>"$OUT/$n.err" </dev/null &
	case $command in
	"ismtrace live" | *" -I "*)
		meanwhile
		# A person has seen enough.
		sleep 2
		kill -INT $!
		;;
	*" -t "*) meanwhile ;;
	esac
	wait $!
	echo "$? $command" >>"$OUT/statuses"
done <"$OUT/commands"
cp trace.json x.json "$OUT/"
ismtrace unbind 0011:00:00.0 >"$OUT/unbind.out" 2>&1
echo "$?" >"$OUT/unbind.status"
exit 0
