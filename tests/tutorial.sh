#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tutorial.sh DOCUMENT DIR -- run the commands of a document's blocks "console" in this directory, one after the other in
# one shell, as somebody would who types them in.  A command begins with "$ ", and goes on to END if it ends with <<'END'.
# Of command N there are DIR/N.command, what the document shows below it (N.shown), and what came (N.out, N.err, N.status).

DOCUMENT=$1
DIR=$2

awk -v dir="$DIR" '
	/^```console$/ { inside = 1; next }
	/^```$/ { inside = 0; next }
	!inside { next }
	here { print >command; here = $0 != "END"; next }
	sub(/^\$ /, "") {
		n++
		command = dir "/" n ".command"
		shown = dir "/" n ".shown"
		print >command
		printf "" >shown
		here = /<<.END.$/
		next
	}
	{ print >shown }' "$DOCUMENT" || exit

status=0
for ((n = 1; ; n++)); do
	[ -e "$DIR/$n.command" ] || exit 0
	command=$(<"$DIR/$n.command")
	# What echo $? says is the status of the command before.
	(exit "$status")
	eval "$command" >"$DIR/$n.out" 2>"$DIR/$n.err" </dev/null
	status=$?
	echo "$status" >"$DIR/$n.status"
done
