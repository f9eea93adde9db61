# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every script here shares: the cache, messages, and packages that are
# unpacked beside the machine rather than installed on it.  Sourced, not run.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${ISMTRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ismtrace}

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# key_of FILE... -- a short name for what the files say.  A product in the
# cache carries the key of everything it is made from, so a stale one is never
# picked up and an old one is never overwritten while somebody uses it.
key_of()
{
	cat -- "$@" | sha256sum | cut -c1-12
}

# apart COMMAND [ARG...] -- COMMAND, often a function, in a shell of its own that
# knows what this one knows and stops at errors.  Anything that is called as a
# condition, from however far away, would go on: then set -e means nothing.
apart()
{
	local name known=() what
	for name in $(compgen -v); do
		case $name in
		BASH* | COMP_* | DIRSTACK | EPOCH* | FUNCNAME | GROUPS | LINENO | OPTARG | OPTERR | OPTIND | PIPESTATUS | \
			*RANDOM | SECONDS | _) ;;
		*)
			# Neither what cannot be set again nor what every process inherits.
			what=$(declare -p "$name" 2>/dev/null) || continue
			[[ $what =~ ^declare\ -[^\ ]*[rx] ]] || known+=("$name")
			;;
		esac
	done
	bash /dev/fd/5 "$@" 5< <(
		declare -p "${known[@]}" 2>/dev/null
		declare -f
		echo 'set -euo pipefail; exec 5<&-; "$@"'
	)
}

# cached NAME KEY COMMAND [ARG...] -- print $CACHE/NAME-KEY, making it first
# if need be: COMMAND gets an empty directory as its last argument and fills
# it.  The directory appears under its name only when COMMAND succeeded; two
# callers at once wait for one another.  With CACHED_ONLY set, what is not there
# is not made: status 1.
cached()
{
	local dir=$CACHE/$1-$2 log=$CACHE/log/$1.log tmp start name=$1
	shift 2
	if [ ! -e "$dir" ]; then
		[ -z "${CACHED_ONLY:-}" ] || return 1
		mkdir -p "$CACHE/log" "$CACHE/lock"
		(
			flock 9
			[ ! -e "$dir" ] || exit 0
			tmp=$dir.tmp.$$
			rm -rf "$tmp"
			mkdir -p "$tmp"
			start=$SECONDS
			say "  CACHE   $name (log: $log)"
			if ! apart "$@" "$tmp" >"$log" 2>&1; then
				tail -n 20 "$log" >&2
				rm -rf "$tmp"
				die "cannot make $name; the whole log is $log"
			fi
			mv -T "$tmp" "$dir"
			say "  CACHE   $name done in $((SECONDS - start)) s"
		) 9>"$CACHE/lock/$name" || return 1
	fi
	touch -c "$dir"
	printf '%s\n' "$dir"
}

# The machine's own Debian mirror: no host is named in this tree.
debian_mirror()
{
	local uri
	uri=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
	if [ -z "$uri" ]; then
		# No lists yet: ORIGIN is known only after an update, the
		# address already before it.
		uri=$(apt-get indextargets --format '$(REPO_URI)|$(COMPONENT)' \
			'Created-By: Packages' 2>/dev/null |
			awk -F'|' '$2 == "main" && $1 ~ /debian\/?$/ { print $1; exit }')
	fi
	[ -n "$uri" ] || die "no Debian mirror in this machine's apt sources"
	printf '%s\n' "$uri"
}

# apt_apart ARG... -- apt-get with lists, cache and sources of its own, for
# s390x and this machine's architecture, so that the machine's configuration
# stays as it is (proxies and the like still count).
apt_apart()
{
	local dir=$CACHE/apt
	apt-get -qq \
		-o Dir::State="$dir/state" \
		-o Dir::State::Lists="$dir/lists" \
		-o Dir::State::status="$dir/state/status" \
		-o Dir::Cache="$dir/cache" \
		-o Dir::Etc::SourceList="$dir/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null \
		-o APT::Architecture=s390x \
		-o APT::Architectures::=s390x \
		-o APT::Architectures::="$(dpkg --print-architecture)" \
		-o Acquire::Languages=none \
		-o Acquire::Retries=3 \
		-o APT::Sandbox::User=root \
		"$@"
}

# apt_suites "SUITE..." -- what apt_apart knows from now on: these suites and no
# other, with lists that are fresh.  Each is fetched on its own and only when
# something comes from it: a mirror that is just being synchronised has suites
# that fail.
apt_suites()
{
	local dir=$CACHE/apt key=/usr/share/keyrings/debian-archive-keyring.gpg
	local suite mirror fresh sources=
	mirror=$(debian_mirror)
	mkdir -p "$dir/fresh"
	for suite in $1; do
		fresh=$dir/fresh/$suite
		{
			echo "deb [signed-by=$key] $mirror $suite main"
			[[ $suite != bookworm* ]] ||
				echo "deb-src [signed-by=$key] $mirror $suite main"
		} >"$fresh.new"
		# Lists older than a day name versions the mirror may have dropped.
		if ! cmp -s "$fresh.new" "$fresh" || [ -z "$(find "$fresh" -mtime -1)" ]; then
			rm -f "$fresh"
			cp "$fresh.new" "$dir/sources.list"
			apt_apart -o APT::Get::List-Cleanup=0 update || return
			mv "$fresh.new" "$fresh"
		fi
		sources+=$(<"$fresh")$'\n'
	done
	printf '%s' "$sources" >"$dir/sources.list"
}

# apt_into DIR "SUITE..." ARG... -- apt_apart ARG... in DIR, with these suites.
apt_into()
{
	local dir=$1 suites=$2 apt=$CACHE/apt
	shift 2
	mkdir -p "$dir" "$CACHE/lock" "$apt"/{state,lists/partial,cache/archives/partial}
	(
		flock 8
		: >>"$apt/state/status"
		apt_suites "$suites" || exit
		cd "$dir" && apt_apart "$@"
	) 8>"$CACHE/lock/apt"
}

# suites_of NAME/SUITE... -- each of them once.
suites_of()
{
	printf '%s\n' "${@##*/}" | sort -u | tr '\n' ' '
}

# fetch_debs DIR NAME[:ARCH]/SUITE... -- download packages into DIR.
fetch_debs()
{
	local dir=$1
	shift
	apt_into "$dir" "$(suites_of "$@")" download "$@"
}

# fetch_source DIR NAME/SUITE... -- download source packages into DIR.
fetch_source()
{
	local dir=$1
	shift
	apt_into "$dir" "$(suites_of "$@")" source --download-only "$@"
}

# unpack_debs DIR DEB... -- what dpkg-deb -x does, for many.
unpack_debs()
{
	local dir=$1 deb
	shift
	mkdir -p "$dir"
	for deb; do
		dpkg-deb -x "$deb" "$dir"
	done
}
