# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every script here shares: the cache, messages, and packages that are
# unpacked beside the machine rather than installed on it.  Sourced, not run.

set -euo pipefail

# --help of whatever sources this is the comment at its beginning, unless it sets OWN_HELP.
if [ "${1:-}" = --help ] && [ -f "$0" ] && [ -z "${OWN_HELP:-}" ]; then
	awk 'NR > 1 && !/^#/ { exit } NR > 3 { sub(/^# ?/, ""); print }' "$0"
	exit 0
fi

say()
{
	printf '%s\n' "$*" >&2
}

# Who speaks, and the status of a failure that is ours.
DIE_NAME=${DIE_NAME:-${0##*/}}
DIE_STATUS=${DIE_STATUS:-1}

# die TEXT [HINT] -- one line that says what is wrong, and one what to do.
die()
{
	printf '%s: %s\n' "$DIE_NAME" "$1" >&2
	[ -z "${2:-}" ] || say "  hint: $2"
	exit "$DIE_STATUS"
}

# takes [WORD...] -- ARGUMENT... -- dies if an argument is none of the words.
takes()
{
	local words=() argument
	while [ "$1" != -- ]; do
		words+=("$1")
		shift
	done
	shift
	for argument; do
		[[ " ${words[*]} " == *" $argument "* ]] ||
			die "cannot make sense of '$argument'" "$0 --help tells what it takes"
	done
}

# plain_path WHAT PATH [HINT] -- dies if there is a character in it that make or Kbuild
# take for one of their own: they split at blanks and colons, and no quoting helps.
# Letters of any script are fine.
plain_path()
{
	local LC_ALL=C bad path=\'$2\'
	bad=${2//[-A-Za-z0-9\/._+,@=~^$'\x80'-$'\xff']/}
	[ -n "$bad" ] || return 0
	bad=\'${bad:0:1}\'
	[[ $path != *[[:cntrl:]]* ]] || path=$(printf %q "$2")
	[[ $bad != *[[:cntrl:]]* ]] || bad="a control character"
	die "$1 $path has $bad in it, which make and Kbuild cannot take; letters, digits and /._-+,=@~^ are fine" "${3:-}"
}

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P && echo .)
TOP=${TOP%$'\n.'}
plain_path "the tree's path" "$TOP"

CACHE=${ISMTRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ismtrace}
[[ $CACHE == /* ]] || CACHE=${PWD%/}/$CACHE

# Directories of the cache that are no entries.
CACHE_OWN=(apt lock log)

# not_trusted PATH WHY -- what is in the cache is run, some of it as root.
not_trusted()
{
	local hint="chmod -R go-w $1 if all in it is yours, else remove it; or ISMTRACE_CACHE=DIR names another"
	[[ $2 != *owner* ]] ||
		hint="ISMTRACE_CACHE=DIR names a cache of your own${SUDO_USER:+; sudo -H uses that of root}"
	die "the cache is not to be trusted: $1 $2" "$hint"
}

# cache_way -- sets WAY to all that is passed on the way to the cache, links and what
# they lead to, as far as it exists.
cache_way()
{
	local rest=$CACHE at='' next links=0
	WAY=(/)
	while [ -n "$rest" ]; do
		next=${rest%%/*}
		rest=${rest#"$next"}
		rest=${rest#/}
		case $next in
		'' | .) continue ;;
		..)
			at=${at%/*}
			continue
			;;
		esac
		next=$at/$next
		if [ -L "$next" ]; then
			WAY+=("$next")
			[ $((links += 1)) -le 40 ] || die "the cache's path $CACHE has too many links"
			next=$(readlink -- "$next")
			[[ $next != /* ]] || at=
			rest=$next/$rest
		elif [ -e "$next" ]; then
			WAY+=("$next")
			at=$next
		else
			return 0
		fi
	done
}

# cache_look DEPTH PATH... -- dies if others own one of these, or what is down to so
# many levels below, or can write to it.
cache_look()
{
	local found
	found=$(find "${@:2}" -maxdepth "$1" \( ! -uid 0 ! -uid "$EUID" -printf '%p has another owner, %u\n' -quit \) -o \
		\( ! -type l -perm /022 -printf '%p can be written by others\n' -quit \)) || die "cannot look at ${*:2}"
	[ -z "$found" ] || not_trusted "${found%% *}" "${found#* }"
}

# cache_trusted [ENTRY] -- dies unless nobody but us and root can change what is found
# under the cache's name, or under that of the entry.  All that is on the way there
# belongs to us or to root, and others may write to a directory there only if it is
# sticky, as /tmp is: what sshd asks with StrictModes.  The cache itself they may not
# write to at all, nor to an entry, three levels down, where programs are; what is
# deeper is as cached() has made it.  Whoever uses the cache asks first.
cache_trusted()
{
	local WAY owner mode path last seen
	plain_path "the cache's path" "$CACHE" "ISMTRACE_CACHE=DIR names another"
	cache_way
	last=${WAY[-1]}
	[ -e "$CACHE" ] || last=
	seen=$(stat -c '%u %f %n' -- "${WAY[@]}") || die "cannot look at the way to the cache $CACHE"
	while read -r owner mode path; do
		mode=$((16#$mode))
		if [ "$owner" != 0 ] && [ "$owner" != "$EUID" ]; then
			not_trusted "$path" "has another owner, $(id -nu "$owner" 2>/dev/null || echo "$owner")"
		fi
		# The octal numbers are S_IFMT, S_IFLNK and S_ISVTX.  A link's own mode says nothing.
		if [ $((mode & 0170000)) = $((0120000)) ] || [ $((mode & 022)) = 0 ]; then
			continue
		fi
		if [ "$path" = "$last" ] || [ $((mode & 01000)) = 0 ]; then
			not_trusted "$path" "can be written by others"
		fi
	done <<<"$seen"
	[ -n "${1:-}" ] && [ -e "$CACHE/$1" ] || return 0
	# None that cached() has made; where it leads to nobody has looked.
	[ ! -L "$CACHE/$1" ] || not_trusted "$CACHE/$1" "is a link"
	cache_look 3 "$CACHE/$1"
}

# cache_begin -- the cache is there, and trusted, with what it has besides entries.
cache_begin()
{
	cache_trusted
	(umask go-w && mkdir -p "$CACHE" "${CACHE_OWN[@]/#/$CACHE/}")
	# Once more: somebody may have been faster than mkdir.
	cache_trusted
	cache_look 0 "${CACHE_OWN[@]/#/$CACHE/}"
}

# key_of FILE... -- a short name for what the files say.  A product in the
# cache carries the key of everything it is made from, so a stale one is never
# picked up and an old one is never overwritten while somebody uses it.
key_of()
{
	cat -- "$@" | sha256sum | cut -c1-12
}

# host_key -- the distribution that this machine has, for keys of what is built to run on it: what was
# linked with a later C library does not start on an earlier one, and a cache outlives an upgrade
# and may be shared by machines.  Debian 12, whose suite the lab is made of, adds nothing.
host_key()
{
	# shellcheck disable=SC1090 # Another machine's.
	(. "${OS_RELEASE:-/etc/os-release}" && echo "${ID:-} ${VERSION_CODENAME:-${VERSION_ID:-}}") 2>/dev/null |
		grep -vx 'debian bookworm' || :
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
	cache_trusted "$1-$2"
	shift 2
	if [ ! -e "$dir" ]; then
		[ -z "${CACHED_ONLY:-}" ] || return 1
		cache_begin
		(
			umask go-w
			exec 9>"$CACHE/lock/$name"
			flock 9
			[ ! -e "$dir" ] || exit 0
			tmp=$dir.tmp.$$
			# Half a build is gigabytes.
			trap 'rm -rf "$tmp"; exit 143' HUP INT TERM
			rm -rf "$tmp"
			mkdir -p "$tmp"
			start=$SECONDS
			say "  CACHE   $name (log: $log)"
			if ! apart "$@" "$tmp" >"$log" 2>&1; then
				tail -n 20 "$log" >&2
				rm -rf "$tmp"
				die "cannot make $name; the whole log is $log"
			fi
			# As packages have it, it may be a group's, or anybody's.
			chmod -R go-w "$tmp"
			[ "$EUID" != 0 ] || chown -hR 0:0 "$tmp"
			mv -T "$tmp" "$dir"
			say "  CACHE   $name done in $((SECONDS - start)) s"
		) || return 1
	fi
	# Root's is not ours to touch.
	touch -c "$dir" 2>/dev/null || :
	printf '%s\n' "$dir"
}

# The machine's own Debian mirror, or the one that ISMTRACE_MIRROR names: no host is named in this tree.
debian_mirror()
{
	local uri
	if [ -n "${ISMTRACE_MIRROR:-}" ]; then
		printf '%s\n' "$ISMTRACE_MIRROR"
		return
	fi
	uri=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
	if [ -z "$uri" ]; then
		# No lists yet: ORIGIN is known only after an update, the
		# address already before it.
		uri=$(apt-get update --print-uris 2>/dev/null |
			sed -nE "s,^'(.*/debian/)dists/.*/InRelease'.*,\\1,p" | head -n 1)
	fi
	[ -n "$uri" ] || die "no Debian mirror in this machine's apt sources" \
		"ISMTRACE_MIRROR=URI names one: what the lab is made of are Debian's packages for s390x"
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
	mirror=$(debian_mirror) || return
	[ -e "$key" ] || die "there is no $key" "apt-get install debian-archive-keyring"
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
			# Without Error-Mode a host that does not answer is no error.
			apt_apart -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any update ||
				die "Debian's suite $suite cannot be had from $mirror" \
					"is there a network, and does the mirror have the suite? ISMTRACE_MIRROR=URI names another mirror"
			mv "$fresh.new" "$fresh"
		fi
		sources+=$(<"$fresh")$'\n'
	done
	printf '%s' "$sources" >"$dir/sources.list"
}

# apt_into DIR "SUITE..." ARG... -- apt_apart ARG... in DIR, with these suites.
apt_into()
{
	local dir=$1 suites=$2 apt=$CACHE/apt suite stale=()
	shift 2
	cache_begin
	(
		umask go-w
		exec 8>"$CACHE/lock/apt"
		flock 8
		mkdir -p "$dir" "$apt"/{state,lists/partial,cache/archives/partial}
		: >>"$apt/state/status"
		apt_suites "$suites" || exit
		cd "$dir" || exit
		! apt_apart "$@" || exit 0
		# In a day a mirror may have dropped what its lists had: once more, with new ones.
		for suite in $suites; do
			[ -z "$(find "$apt/fresh/$suite" -mmin +10)" ] || stale+=("$apt/fresh/$suite")
		done
		[ ${#stale[@]} -gt 0 ] || exit 1
		rm -f "${stale[@]}"
		apt_suites "$suites" && apt_apart "$@"
	)
}

# suites_of NAME/SUITE... -- each of them once.
suites_of()
{
	printf '%s\n' "${@##*/}" | sort -u | tr '\n' ' '
}

# apt_asks WHAT NAME/SUITE... -- dies if one of the packages is not there any more, which a
# mirror's answer to the whole list does not say as plainly.  WHAT is what apt-get is to do.
apt_asks()
{
	local what=$1 name
	shift
	! apt_into "$CACHE/apt" "$(suites_of "$@")" --print-uris "$what" "$@" >/dev/null 2>&1 || return 0
	# The suite itself may be what is missing, which is said there.
	apt_into "$CACHE/apt" "$(suites_of "$@")" indextargets >/dev/null || return
	for name; do
		apt_into "$CACHE/apt" "${name##*/}" --print-uris "$what" "$name" >/dev/null 2>&1 ||
			die "the package ${name%/*} is not in Debian's ${name##*/} any more, or not yet, on $(debian_mirror)" \
				"ISMTRACE_MIRROR=URI names another mirror; or the tree is to be moved on to the package that is there"
	done
}

# fetch_debs DIR NAME[:ARCH]/SUITE... -- download packages into DIR.
fetch_debs()
{
	local dir=$1
	shift
	apt_asks download "$@" || return
	apt_into "$dir" "$(suites_of "$@")" download "$@"
}

# fetch_source DIR NAME/SUITE... -- download source packages into DIR.
fetch_source()
{
	local dir=$1
	shift
	apt_asks source "$@" || return
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

# copy_tree DIR -- what is in the tree and is no product, committed or not, in DIR, which is made.
copy_tree()
{
	mkdir -p "$1"
	# A tarball has no git, and nothing but what was committed.
	if [ -e "$TOP/.git" ]; then
		(cd "$TOP" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -T - -cf -)
	else
		tar -C "$TOP" --exclude=./build -cf - .
	fi | tar -C "$1" -xf -
}
