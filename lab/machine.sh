# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What lab/run and lab/shell share: the options, what the machine is made of,
# and how QEMU is called.  Sourced by the two, not run.

# The name that the caller knows us by: lab/run or lab/shell.
NAME=lab/${0##*/}
# A status of 1 would be CMD's.
DIE_NAME=$NAME
DIE_STATUS=125

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# What it says itself is more than its first comment.
OWN_HELP=1
. "$LAB/../scripts/lib.sh"
. "$LAB/initramfs.sh"

# depmod and modprobe; not every user has them in reach.
PATH=$PATH:/usr/sbin:/sbin

KERNEL=6.12
DRIVER=ism-vfio-pci
FUNCTIONS=1
# Properties of the first function, the second, ...
PROPERTIES=()
MEMORY=
FABRIC=
ORDERS=
SMP=1
MEM=1024
SHARE=
TOOLS=
TIMEOUT=300
ICOUNT=
TERMINAL=
COMMAND=()
SYNOPSIS="-- CMD [ARG...]"

usage()
{
	cat <<-END
		usage: $NAME [option...] $SYNOPSIS

		  --kernel NAME     a kernel that scripts/get-kernel knows ($KERNEL)
		  --driver DRIVER   ism-vfio-pci, vfio-pci, upstream (the kernel's own
		                    ism-vfio-pci, 7.1 and later) or none ($DRIVER)
		  --functions N     number of ISM functions ($FUNCTIONS)
		  --function PROPS  properties of the first of them, or of the next one
		                    when said again: maxstbl=256,relaxed=off
		  --memory          memory that reads back what was stored, in place of
		                    functions that have peers and execute commands
		  --fabric SOCKET   join the machines that say the same one: their functions
		                    are peers, and each has a network card
		  --orders SOCKET   take orders for them there (lab/inject SOCKET ...)
		  --smp N           CPUs ($SMP)
		  --mem MIB         memory ($MEM)
		  --share DIR       DIR of this machine is /share in that one
		  --tools DIR       DIR is /tools there, read only and cached: it must not
		                    change meanwhile
		  --timeout S       switch the machine off after S seconds, 0 for never
		                    (lab/run: 300, lab/shell: never)
		  --icount          one guest instruction is one nanosecond of guest time
		  --help            this text

		CMD's exit status is passed on.  The lab's own: 2 usage, 124 timeout,
		125 the machine failed, 126 and 127 CMD cannot be run or is not there.
		docs/lab.md says more.
	END
}

usage_error()
{
	printf '%s: %s\n' "$NAME" "$*" >&2
	printf "Try '%s --help'.\n" "$NAME" >&2
	exit 2
}

lab_error()
{
	printf '%s: %s\n' "$NAME" "$*" >&2
	exit 125
}

# number NAME VALUE LEAST MOST
number()
{
	case $2 in
	'' | *[!0-9]* | ??????????*) usage_error "$1: '$2' is not a number" ;;
	esac
	if [ "$((10#$2))" -lt "$3" ] || [ "$((10#$2))" -gt "$4" ]; then
		usage_error "$1: $2 is not between $3 and $4"
	fi
	printf '%d\n' "$((10#$2))"
}

# socket_name OPTION NAME MOST -- print it as one that does not depend on where we are.
socket_name()
{
	local dir
	dir=$(cd "$(dirname "$2")" 2>/dev/null && pwd -P) ||
		usage_error "$1: no directory for $2"
	dir=$dir/$(basename "$2")
	[ ${#dir} -le "$3" ] || usage_error "$1: $2 is too long for a socket's name"
	printf '%s\n' "$dir"
}

orders_socket()
{
	[ ! -e "$1" ] || usage_error "--orders: $1 is there already"
	socket_name --orders "$1" 107
}

# directory NAME VALUE -- its full name, without links.
directory()
{
	[ -d "$2" ] || usage_error "$1: $2 is not a directory"
	(cd "$2" && pwd -P) || usage_error "$1: cannot enter $2"
}

parse_options()
{
	local opt value
	while [ $# -gt 0 ]; do
		opt=$1
		shift
		case $opt in
		--) break ;;
		--help | -h)
			usage
			exit 0
			;;
		--icount)
			ICOUNT=yes
			continue
			;;
		--memory)
			MEMORY=yes
			continue
			;;
		--icount=* | --memory=*) usage_error "${opt%%=*} takes no value" ;;
		--*=*)
			value=${opt#*=}
			opt=${opt%%=*}
			;;
		--kernel | --driver | --functions | --function | --fabric | --orders | --smp | --mem | --share | \
			--tools | --timeout)
			[ $# -gt 0 ] || usage_error "$opt needs a value"
			value=$1
			shift
			;;
		-*) usage_error "unknown option '$opt'" ;;
		*) usage_error "'$opt' is not an option; a command comes after --" ;;
		esac
		case $opt in
		--kernel) KERNEL=$value ;;
		--driver) DRIVER=$value ;;
		--functions) FUNCTIONS=$(number "$opt" "$value" 0 64) || exit ;;
		--function) PROPERTIES+=("$value") ;;
		# The daemon has two more files beside it.
		--fabric) FABRIC=$(socket_name "$opt" "$value" 102) || exit ;;
		--orders) ORDERS=$(orders_socket "$value") || exit ;;
		--smp) SMP=$(number "$opt" "$value" 1 64) || exit ;;
		--mem) MEM=$(number "$opt" "$value" 128 65536) || exit ;;
		--share) SHARE=$value ;;
		--tools) TOOLS=$value ;;
		--timeout) TIMEOUT=$(number "$opt" "$value" 0 1000000) || exit ;;
		*) usage_error "unknown option '$opt'" ;;
		esac
	done
	COMMAND=("$@")
	if [ "${#PROPERTIES[@]}" -gt "$FUNCTIONS" ]; then
		FUNCTIONS=$(number --function "${#PROPERTIES[@]}" 0 64) || exit
	fi

	case $DRIVER in
	ism-vfio-pci | upstream | vfio-pci | none) ;;
	*) usage_error "--driver: '$DRIVER' is none of ism-vfio-pci, upstream, vfio-pci, none" ;;
	esac
	[ -z "$SHARE" ] || SHARE=$(directory --share "$SHARE") || exit
	[ -z "$TOOLS" ] || TOOLS=$(directory --tools "$TOOLS") || exit
	if [ -n "$ICOUNT" ] && [ "$SMP" -gt 1 ]; then
		usage_error "--icount counts the instructions of one CPU; it goes with --smp 1"
	fi
}

# Bring what the tree builds up to date.  Several runs may start at once.
build_toolkit()
{
	[ -z "${ISMTRACE_NO_BUILD:-}" ] || return 0
	[ -e "$TOP/Makefile" ] || return 0
	(
		flock 9
		# Whoever runs us from make must not lend us its job slots.
		unset MAKEFLAGS MAKELEVEL MFLAGS
		if [ "$DRIVER" = ism-vfio-pci ]; then
			make -s -C "$TOP" s390x driver "KERNEL=$KERNEL"
		else
			make -s -C "$TOP" s390x
		fi
	) 9>"$CACHE/lock/build" 1>&2 </dev/null || lab_error "make s390x driver failed"
}

make_ends()
{
	local out=$1 guest=$LAB/guest
	"${ISMTRACE_CROSS_COMPILE:-s390x-linux-gnu-}gcc" -O2 -Wall -static -o "$out/init" \
		"$guest"/{init,setup,function,port,pump,file}.c
	"${ISMTRACE_CROSS_COMPILE:-s390x-linux-gnu-}gcc" -O2 -Wall -static -o "$out/lab-inject" \
		"$guest"/{inject,port}.c
	"${CC:-gcc}" -O2 -Wall -o "$out/inject" "$guest"/{inject,port}.c
	"${CC:-gcc}" -O2 -Wall -o "$out/attach" \
		"$guest"/{attach,relay,orders,report,terminal}.c
	"${CC:-gcc}" -O2 -Wall -std=gnu11 -D_GNU_SOURCE -I"$LAB/qemu" -o "$out/fabric" "$LAB"/fabric/*.c
}

# Print the cached directory of the programs at both ends of the machine.
lab_ends()
{
	cached lab-ends "$(key_of "$LAB/machine.sh" "$LAB"/{guest,fabric}/*.[ch] "$LAB"/qemu/ism-{bytes,core,wire}.h <(host_key))" make_ends
}

# The machine's QEMU, and whether it has the ISM function.
find_qemu()
{
	local dir
	if [ -n "${ISMTRACE_QEMU:-}" ]; then
		QEMU=$ISMTRACE_QEMU
	else
		dir=$("$TOP/scripts/get-qemu") || lab_error "no QEMU"
		QEMU=$dir/bin/qemu-system-s390x
	fi
	FUNCTION_DEVICE=${ISMTRACE_LAB_DEVICE:-ism}
}

# A comma separates QEMU's sub-options; two are one that does not.
comma()
{
	printf '%s\n' "${1//,/,,}"
}

# function_properties INDEX -- what is said of this function, with a comma before it.
function_properties()
{
	local said=${PROPERTIES[$1]:-}
	# A stand-in for the function knows no such property.
	if [ -n "$MEMORY" ] && [ "${FUNCTION_DEVICE%%,*}" = ism ] && [[ ,$said != *,memory=* ]]; then
		said+=${said:+,}memory=on
	fi
	# What is memory joins nothing.
	if [ -n "$FABRIC" ] && [ "${FUNCTION_DEVICE%%,*}" = ism ]; then
		said+=${said:+,}fabric=$(comma "$FABRIC")
	fi
	printf '%s\n' "${said:+,$said}"
}

# machine_args KERNEL-DIR RUN-DIR -- fill ARGS with QEMU's command line.
# shellcheck disable=SC2054 # the commas are QEMU's
machine_args()
{
	local append size id bus i
	# A kernel in trouble ends the run instead of idling until the timeout.
	append="console=ttysclp0 nokaslr panic=-1 oops=panic loglevel=5"
	# Half the boot would be self-tests of ciphers that nothing here uses.
	append+=" cryptomgr.notests initcall_blacklist=jent_mod_init,crypto_kdf108_init"
	# Upstream's goes by its module's name, with an underscore.
	append+=" LAB_DRIVER=${DRIVER/#upstream/ism_vfio_pci}"
	[ -z "$SHARE" ] || append+=" LAB_SHARE=1"
	[ -z "$TOOLS" ] || append+=" LAB_TOOLS=1"
	if [ -n "$TERMINAL" ]; then
		size=$(stty size 2>/dev/null) || size="24 80"
		append+=" LAB_TERMINAL=${size/ /x}"
	elif [ ! -t 0 ]; then
		append+=" LAB_STDIN=1"
	fi
	ARGS=(
		"$QEMU" -machine s390-ccw-virtio -accel tcg -cpu max
		-smp "$SMP" -m "$MEM"
		-nodefaults -display none -no-reboot -L /usr/share/qemu
		-kernel "$1/vmlinuz" -initrd "$2/initramfs"
		-append "$append${ISMTRACE_LAB_APPEND:+ $ISMTRACE_LAB_APPEND}"
		-chardev "file,id=console,path=$(comma "$2/console.log")"
		-device sclpconsole,chardev=console
		-device virtio-serial-ccw
	)
	if [ -n "$SHARE" ]; then
		ARGS+=(
			-fsdev "local,id=share,path=$(comma "$SHARE"),security_model=none,multidevs=remap"
			-device virtio-9p-ccw,fsdev=share,mount_tag=share
		)
	fi
	if [ -n "$TOOLS" ]; then
		ARGS+=(
			-fsdev "local,id=tools,path=$(comma "$TOOLS"),security_model=none,multidevs=remap,readonly=on"
			-device virtio-9p-ccw,fsdev=tools,mount_tag=tools
		)
	fi
	for ((i = 0; i < FUNCTIONS; i++)); do
		# The UID is the PCI domain; lab/guest/orders.c makes the same name.
		printf -v id 'ism-%04x' $((0x11 + i))
		# QEMU's bus has 32 places; the guest does not see on which bus a function is.
		bus=
		if [ "$i" -ge 16 ]; then
			bus=,bus=bridge-$((i / 16))
			[ $((i % 16)) != 0 ] ||
				ARGS+=(-device "pci-bridge,id=bridge-$((i / 16)),chassis_nr=$((i / 16))")
		fi
		ARGS+=(
			-device "zpci,uid=$((0x11 + i)),fid=$((0x22 + i)),target=$id"
			-device "$FUNCTION_DEVICE$(function_properties "$i"),id=$id$bus"
		)
	done
	if [ -n "$FABRIC" ]; then
		# Cards of one network differ in their addresses; 52:54:00 is what QEMU's begin with.
		printf -v id '52:54:00:%02x:%02x:%02x' $((RANDOM % 256)) $((RANDOM % 256)) $((RANDOM % 256))
		ARGS+=(
			-netdev "stream,id=net,server=off,addr.type=unix,addr.path=$(comma "$FABRIC.net")"
			-device "virtio-net-ccw,netdev=net,mac=$id"
		)
	fi
	if [ -n "$ICOUNT" ]; then
		ARGS+=(-icount shift=0,sleep=off -rtc base=2025-01-01,clock=vm)
	fi
}

# What is still ours when we leave other than by becoming the machine.
leave()
{
	local status=$?
	[ -z "$RUN" ] || rm -rf "$RUN"
	# Usage and signals speak for themselves; all else is the lab's failure.
	if [ "$status" -ne 0 ] && [ "$status" -ne 2 ] && [ "$status" -le 128 ]; then
		exit 125
	fi
}

machine_main()
{
	local kernel guest ends
	RUN=
	trap leave EXIT
	cache_begin
	# A name it does not know is its status 2, and the caller's mistake.
	kernel=$("$TOP/scripts/get-kernel" "$KERNEL") || {
		[ $? -ne 2 ] || exit 2
		lab_error "no kernel '$KERNEL'"
	}
	guest=$("$TOP/scripts/get-guest") || lab_error "no user land"
	ends=$(lab_ends) || lab_error "cannot build lab/guest"
	find_qemu
	build_toolkit

	RUN=$(mktemp -d "${TMPDIR:-/tmp}/ismtrace-lab.XXXXXX")
	make_initramfs "$kernel" "$guest" "$ends" "$RUN"
	machine_args "$kernel" "$RUN"
	[ -z "$FABRIC" ] || "$ends/fabric" "$FABRIC" || lab_error "no fabric"
	exec "$ends/attach" "$NAME" "$RUN" "$TIMEOUT" "${TERMINAL:-0}" "$ORDERS" "${ARGS[@]}"
}
