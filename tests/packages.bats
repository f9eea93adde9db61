#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The packages of make deb and make rpm: what is in them, that they come out the same wherever they are
# built, and that they can be installed, upgraded and purged in an s390x Debian, under emulation.  Part of
# make check-all: they are built three times, and the driver is by an emulated compiler.

# Variables that bats and tests/helper.bash set or read, and words for other shells in single quotes.
# shellcheck disable=SC2016,SC2154

load helper

DEBS=$BATS_FILE_TMPDIR/debs
ROOT=$BATS_FILE_TMPDIR/root
OLD=$BATS_FILE_TMPDIR/old
# What is not ours, which comes before the first version.
OLD_VERSION=0.0.9

setup_file()
{
	"$TOP/scripts/make-deb" "$DEBS"
	# A version before this one, out of a tree without git, as a tarball is.
	mkdir -p "$OLD"
	(cd "$TOP" && git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -T - -cf -) |
		tar -C "$OLD" -xf -
	sed -i "0,/^## .*/s//## $OLD_VERSION, 2026-01-01/" "$OLD/CHANGELOG.md"
	"$OLD/scripts/release"
	"$OLD/scripts/make-deb"
}

teardown_file()
{
	# What is in it belongs to users of the namespace.
	"$TOP/scripts/as-s390x" rm -rf "$ROOT"
}

setup()
{
	VERSION=$("$TOP/scripts/release" --version)
	cd "$BATS_TEST_TMPDIR" || return
}

# contents PACKAGE -- its files, one a line.
contents()
{
	dpkg-deb --fsys-tarfile "$(echo "$DEBS/$1"_*.deb)" | tar -t | sed -n 's/^\.//; /[^/]$/p' | sort
}

# unpacked [PACKAGE...] -- the files of these packages, in ./files.
unpacked()
{
	local name
	for name; do
		dpkg-deb -x "$(echo "$DEBS/$name"_*.deb)" files
	done
}

# inside CMD [ARG...] -- in the root, as root.
inside()
{
	"$TOP/scripts/as-s390x" --root "$ROOT" "$@"
}

# state -- all files of the root, and its users.  What dpkg and apt keep for themselves, logs, and the copies
# that each change of a user leaves behind are no package's.
state()
{
	"$TOP/scripts/as-s390x" find "$ROOT" -mindepth 1 \( -path "$ROOT/proc" -o -path "$ROOT/dev" -o -path "$ROOT/tmp" -o \
		-path "$ROOT/var/lib/dpkg" -o -path "$ROOT/var/log" -o -path "$ROOT/var/cache" \) -prune -o \
		! -path "$ROOT/etc/*-" ! -name .pwd.lock -printf '%P %y %m %U %G %l\n' | sort
	"$TOP/scripts/as-s390x" cat "$ROOT"/etc/{passwd,group,shadow,gshadow}
}

@test "make deb: four packages, of this version, and programs are in bin, where any user finds them" {
	local name
	same "packages" "$(for name in "$DEBS"/*.deb; do dpkg-deb -W --showformat '${Package} ${Version} ${Architecture}\n' "$name"; done |
		grep -v -- -dbgsym)" "ism-vfio-pci-dkms $VERSION all
ismtrace-clients $VERSION s390x
ismtrace-wireshark $VERSION all
ismtrace $VERSION s390x"
	same "programs" "$(contents ismtrace | grep bin/; contents ismtrace-clients | grep bin/)" "/usr/bin/ismtop
/usr/bin/ismtrace
/usr/bin/ismload
/usr/bin/ismpeer"
	for name in ismtrace ism-vfio-pci-dkms ismtrace-wireshark ismtrace-clients; do
		contents "$name" | grep -qx "/usr/share/doc/$name/copyright"
		contents "$name" | grep -qx "/usr/share/doc/$name/changelog.gz"
	done
}

@test "ismtrace has what make install-s390x installs, and so have the others" {
	local page
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$TOP" install-s390x DESTDIR="$PWD/made" PREFIX=/usr
	# Debian has completions of zsh in another place, pages compressed, and the dissector in a package of its own.
	same "files" "$({ contents ismtrace; contents ismtrace-clients; } | grep -vE '/(copyright|changelog.gz)$|/ismtrace-clients/|/\.build-id' | sort)" \
		"$(cd made && find . -type f ! -name ism.lua -printf '/%P\n' |
			sed 's|zsh/site-functions|zsh/vendor-completions|; s|^/usr/share/man/.*|&.gz|' | sort)"
	unpacked ismtrace ismtrace-clients
	for page in files/usr/bin/*; do
		compgen -G "files/usr/share/man/man[18]/${page##*/}.[18].gz" >/dev/null || fail "$page has no man page"
	done
	for page in $(zgrep -oh 'docs/[a-z\\-]*\.md' files/usr/share/man/man*/* | tr -d '\\' | sort -u); do
		[ -s "files/usr/share/doc/ismtrace/${page#docs/}" ] || fail "$page is not there"
	done
	grep -q _ismtop files/usr/share/zsh/vendor-completions/_ismtop
}

@test "programs are hardened, linked with the system's libraries, and have no path of the build" {
	local file said
	unpacked ismtrace ismtrace-clients
	for file in files/usr/bin/*; do
		said=$(s390x-linux-gnu-readelf -hldW --dyn-syms "$file")
		grep -q 'Type: *DYN' <<<"$said" || fail "$file is at a fixed place"
		grep -q GNU_RELRO <<<"$said" || fail "$file: no RELRO"
		grep -q 'BIND_NOW' <<<"$said" || fail "$file: symbols are not bound at once"
		grep -q '__stack_chk_fail' <<<"$said" || fail "$file: no stack protector"
		grep -qE '__(sn|f|vsn)?printf_chk' <<<"$said" || fail "$file: not fortified"
		grep -q 'NEEDED.*libc.so.6' <<<"$said" || fail "$file is static"
		! grep -qE 'RPATH|RUNPATH' <<<"$said" || fail "$file has a path for libraries"
		! grep -qaF "$BATS_FILE_TMPDIR" "$file" || fail "$file names the directory it was built in"
	done
	[[ $(dpkg-deb -f "$DEBS/ismtrace_${VERSION}_s390x.deb" Depends) == *"libbpf1 (>= 1:1.2"* ]]
}

@test "the flags of a package's build do not break static programs" {
	run -0 env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS CFLAGS="$(dpkg-buildflags --get CFLAGS)" \
		CPPFLAGS="$(dpkg-buildflags --get CPPFLAGS)" LDFLAGS="$(dpkg-buildflags --get LDFLAGS)" \
		make -s -C "$TOP" B="$PWD/build" -j"$(nproc)" "$PWD/build/s390x/bin/ismpeer"
	[[ $output != *warning* ]] || fail "$output"
	run -0 qemu-s390x-static "$PWD/build/s390x/bin/ismpeer" --help
}

@test "the same .deb comes out in another directory" {
	local file
	"$TOP/scripts/make-deb" "$BATS_TEST_TMPDIR/another-place/with+another-name"
	for file in "$DEBS"/*.deb; do
		cmp "$file" "$BATS_TEST_TMPDIR/another-place/with+another-name/${file##*/}"
	done
}

@test "no compiler warned" {
	same "warnings" "$(grep -E '(warning|error):' "$DEBS/log" | grep -vE '^(dh|dpkg-[a-z]*):')" ""
}

@test "lintian has nothing to say" {
	run -0 lintian --allow-root --fail-on error,warning,info "$DEBS"/*.changes
	same "lintian" "$output" ""
}

@test "the dissector is where Wireshark looks for it, of each architecture, and is read without being named" {
	local global
	unpacked ismtrace-wireshark
	global=$(tshark -G folders | sed -n 's/^Global Lua Plugins:[ \t]*//p')
	cmp "files$global/ism.lua" "$TOP/docs/wireshark/ism.lua"
	# Only here: whoever tests may have the package installed.
	unshare --mount bash -ec 'mount --bind "$1" "$2"; tshark -G plugins; tshark -r "$3" -Y ism.op -T fields -e ism.op' \
		bash "$PWD/files/usr/share/ismtrace" "$global" "$TOP/tests/traces/plain.pcapng" >out 2>err || fail "$(cat err)"
	grep -qE 'ism\.lua.*lua script' out
	grep -qx 1 out
}

@test "installed in a Debian: programs start, and doctor says why it cannot trace there" {
	local from
	from=$("$TOP/scripts/get-package-root")
	mkdir -p "$ROOT"
	"$TOP/scripts/as-s390x" tar --zstd -C "$ROOT" -xf "$from/root.tar.zst"
	cp "$DEBS"/*.deb "$OLD"/build/deb/*.deb "$ROOT/tmp/"
	state >"$BATS_FILE_TMPDIR/before"
	run -0 inside sh -c 'dpkg -i /tmp/*_'"$OLD_VERSION"'_*.deb'
	run -0 inside ismtrace --version
	same "version" "$output" "ismtrace $OLD_VERSION"
	run -0 inside ismtop --version
	run -0 inside ismload --list
	run -0 inside ismpeer --help
	run -0 inside getent passwd ismtrace
	# Who installs it is root in a user namespace, under an emulator that knows no bpf().
	run -3 inside ismtrace doctor
	[[ $output == *"fails "* ]] || fail "$output"
	run -3 inside ismtrace live
	[[ $output == "ismtrace: "* ]] || fail "$output"
}

@test "any user reads captures" {
	cp "$TOP/tests/traces/tour-ism-kprobe.pcapng.gz" "$ROOT/tmp/"
	run -0 inside setpriv --reuid nobody --regid nogroup --clear-groups env PATH=/usr/bin:/bin ismtrace report /tmp/tour-ism-kprobe.pcapng.gz
	[[ $output == *0011:00:00.0* ]]
	run -1 inside setpriv --reuid nobody --regid nogroup --clear-groups env PATH=/usr/bin:/bin ismtrace check /tmp/tour-ism-kprobe.pcapng.gz
}

@test "DKMS builds the driver from the package, for the kernel whose headers are there" {
	run -0 --separate-stderr inside dkms status ism-vfio-pci
	[[ $output =~ ^ism-vfio-pci/$OLD_VERSION,\ 6\.12\..*-s390x,\ s390x:\ installed ]] || fail "$output"
	run -0 inside sh -c 'modinfo -F version /lib/modules/*/updates/dkms/ism-vfio-pci.ko*'
	same "version" "$output" "$OLD_VERSION"
}

@test "upgraded: this version takes the place of the one before, and the driver is built again" {
	run -0 inside sh -c 'dpkg -i /tmp/*_'"$VERSION"'_*.deb'
	run -0 inside ismtrace --version
	same "version" "$output" "ismtrace $VERSION"
	run -0 --separate-stderr inside dkms status ism-vfio-pci
	[[ $output =~ ^ism-vfio-pci/$VERSION,\ 6\.12\..*-s390x,\ s390x:\ installed$ ]] || fail "$output"
	[ ! -e "$ROOT/usr/src/ism-vfio-pci-$OLD_VERSION" ]
	run -0 inside getent passwd ismtrace
}

@test "removed and purged, nothing is left behind" {
	run -0 inside sh -c 'dpkg -r ismtrace ismtrace-clients ism-vfio-pci-dkms ismtrace-wireshark ismtrace-dbgsym ismtrace-clients-dbgsym'
	run -1 inside sh -c 'command -v ismtrace ismtop ismload ismpeer'
	run -0 inside sh -c 'dpkg -P ismtrace ismtrace-clients ism-vfio-pci-dkms ismtrace-wireshark ismtrace-dbgsym ismtrace-clients-dbgsym'
	rm -f "$ROOT"/tmp/*
	state >after
	diff "$BATS_FILE_TMPDIR/before" after
}

@test "make rpm: the same files, and rpmlint has nothing to say" {
	local name
	"$TOP/scripts/make-rpm" "$PWD/rpm"
	same "packages" "$(for name in rpm/*.rpm; do rpm -qp --qf '%{NAME} %{VERSION} %{ARCH}\n' "$name"; done)" "ism-vfio-pci-dkms $VERSION noarch
ismtrace $VERSION s390x
ismtrace-clients $VERSION s390x
ismtrace-wireshark $VERSION noarch"
	same "programs" "$(rpm -qpl rpm/*.s390x.rpm | grep bin/)" "$(printf '/usr/bin/%s\n' ismtop ismtrace ismload ismpeer)"
	same "pages" "$(rpm -qpl rpm/*.s390x.rpm | sed -n 's|^/usr/share/man/.*/||p' | sed 's/\.gz$//' | sort)" \
		"$({ contents ismtrace; contents ismtrace-clients; } | sed -n 's|^/usr/share/man/.*/||p' | sed 's/\.gz$//' | sort)"
	same "sources of the driver" "$(rpm -qpl rpm/ism-vfio-pci-dkms-*.rpm | sed -n 's|^/usr/src/||p' | sort)" \
		"$({ echo "ism-vfio-pci-$VERSION"; contents ism-vfio-pci-dkms | sed -n 's|^/usr/src/||p'; } | sort)"
	rpm -qpl rpm/ismtrace-wireshark-*.rpm | grep -qx /usr/lib64/wireshark/plugins/ism.lua
	rpm -qp --requires rpm/ismtrace-"$VERSION"-*.s390x.rpm | grep -q '^libbpf.so.1'
	run -0 rpmlint -c "$TOP/contrib/rpm/rpmlint.toml" "$TOP/contrib/rpm/ismtrace.spec" rpm/*.rpm
	[[ $output == *" 0 errors, 0 warnings"* ]] || fail "$output"
}

@test "version and date are written in one place, and lint says where they are not followed" {
	cd "$OLD" || return
	run -0 scripts/release --check
	sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="3"/' driver/dkms.conf
	sed -i 's/^Version: .*/Version: 3/' contrib/rpm/ismtrace.spec
	run -1 scripts/release --check
	same "what lint says" "$(cut -d: -f1 <<<"$output" | sort)" "$(printf '%s\n' contrib/rpm/ismtrace.spec driver/dkms.conf)"
	run -0 scripts/release
	run -0 scripts/release --check
	grep -q "^ismtrace ($OLD_VERSION) unstable;" debian/changelog
	grep -q "^ismtrace ($VERSION) " debian/changelog
	sed -i '0,/^## .*/s//## tomorrow/' CHANGELOG.md
	run -1 scripts/release --check
	[[ $output == *"cannot make sense of the heading 'tomorrow'"* ]]
}
