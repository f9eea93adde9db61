# SPDX-License-Identifier: GPL-2.0-only
#
# ismtrace: `make help` tells what can be made.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
# Skeletons are made from objects made from sources: keep what is in between.
.SECONDARY:
.DEFAULT_GOAL := help

# A blank or a $ in the path would come out of each rule in another way: lib.sh says
# what is wrong with it, before anything else.
REFUSED := $(shell bash -c '. scripts/lib.sh' make 2>&1)
$(if $(REFUSED),$(error $(REFUSED)))

# CHANGELOG.md is where version and date are written, in its first heading; `make release` brings them to
# the other files.
VERSION := $(shell scripts/release --version)
KERNEL ?= 6.12
B := build

V ?= 0
ifeq ($(V),0)
Q := @
# Silent under make -s, too.
say = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-7s %s\n' "$(1)" "$(2)")
else
Q :=
say =
endif

CSTD := -std=gnu11 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter
CFLAGS ?= -O2 -g
# The same bytes wherever the sources are.
MAPPED := -ffile-prefix-map=$(CURDIR)=.
ifdef ASAN
CFLAGS := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all
endif

# --- Two ways to build for s390x: cross, out of a sysroot; or on the machine.

ifeq ($(shell uname -m),s390x)
CROSS_COMPILE ?=
SYSROOT :=
STATIC ?=
# Debian has it where only root looks.
BPFTOOL ?= PATH=$$PATH:/usr/sbin:/sbin bpftool
S_CPPFLAGS :=
S_LDFLAGS := $(STATIC)
BPF_INCLUDES :=
KDIR ?= /lib/modules/$(shell uname -r)/build
BUILD_DRIVER := $(wildcard $(KDIR)/Makefile)
NATIVE_TOOLS := native-tools
else
CROSS_COMPILE ?= s390x-linux-gnu-
STATIC ?= -static
# Asked for once, and only when something is built for s390x.
SYSROOT = $(eval SYSROOT := $$(shell scripts/get-sysroot))$(or $(SYSROOT),$(error no sysroot))
BPFTOOL = qemu-s390x-static -L $(SYSROOT) $(SYSROOT)/usr/sbin/bpftool
S_CPPFLAGS = -isystem $(SYSROOT)/kernel-headers -isystem $(SYSROOT)/usr/include \
	-isystem $(SYSROOT)/usr/include/s390x-linux-gnu
# Libraries that libraries need are looked for, but not linked with, in both places.
S_LDFLAGS = $(STATIC) -L$(SYSROOT)/usr/lib/s390x-linux-gnu -L$(SYSROOT)/lib/s390x-linux-gnu \
	$(if $(STATIC),,-Wl,-rpath-link,$(SYSROOT)/lib/s390x-linux-gnu:$(SYSROOT)/usr/lib/s390x-linux-gnu)
BPF_INCLUDES = -I$(SYSROOT)/usr/include
BUILD_DRIVER := yes
NATIVE_TOOLS :=
KDIR = $(eval KDIR := $$(shell scripts/get-kernel $(KERNEL))/build)$(KDIR)
endif

CLANG ?= clang
# A package's build says CC for the machine that it builds on.
S_CC := $(if $(CROSS_COMPILE),$(CROSS_COMPILE)gcc,$(if $(filter default,$(origin CC)),gcc,$(CC)))
HOSTCC ?= $(if $(CROSS_COMPILE),gcc,$(S_CC))

S := $(B)/s390x
H := $(B)/host$(if $(ASAN),-asan)

# --- What is made of what.

# Rooms are directories of user/; docs/internals.md says what each may include.  What needs libbpf
# or libcap, by itself or by a header, is for a kernel to trace, which no other machine has:
# not_live takes the place of these.
FOR_LIVE := $(shell grep -lE 'include (<bpf/|<sys/capa|"ismtrace\.skel|"(live/(internal|hooks|retprobe|privilege|source|requirements|counting)|cmd/session)\.h)' user/*/*.c)
# What draws on a screen: no test has one, so unit tests are linked without these.
SCREEN := $(shell grep -lE 'include (<curses|"top/(window|screen|terminal)\.h)' user/top/*.c)
PROGRAMS := user/cmd/main.c user/top/ismtop.c
NOT_LIVE := user/cmd/not_live.c user/top/not_live.c
USER := $(wildcard user/*/*.c)
# What every program has, and tests: all but what is of one program alone.
ANYWHERE := $(filter-out $(FOR_LIVE) $(SCREEN) $(PROGRAMS) $(NOT_LIVE),$(USER))
ISMTRACE := user/cmd/main.c $(filter-out user/top/%,$(ANYWHERE))
ISMTOP := $(SCREEN) $(filter-out user/cmd/%,$(ANYWHERE))
ISMTRACE_LIVE := $(filter-out user/top/%,$(FOR_LIVE))
ISMTOP_LIVE := $(filter-out user/cmd/%,$(FOR_LIVE))

# How to open and drive a function, which the lab's programs and the tests' clients share.
VFIO := $(wildcard lab/vfio/*.c)
LAB := ismload ismcheck ismsoak ismpeer
# ismpeer talks through the function, by a library that is there to be copied from.
ISM := $(wildcard lab/ism/*.c)
CLIENTS := $(wildcard tests/client/*.c)
TESTS := $(basename $(notdir $(wildcard tests/unit/test_*.c)))

# objects DIRECTORY SOURCES
objects = $(patsubst %.c,$(1)/%.o,$(2))

.PHONY: help
help:
	@echo 'Usage: make TARGET'
	@echo
	@echo '  demo      install what is missing, build, boot the lab, show live traced ISM traffic'
	@echo '  check     all tests: unit, shell, and live ones in the lab'
	@echo '  quick     what matters most of it, in less than a minute'
	@echo '  check-all the same, the live ones on all kernels of the lab, and dkms'
	@echo '  all       the toolkit and the driver, for s390x'
	@echo '  host      ismtrace and ismtop for this machine, which read captures'
	@echo '  driver    the ism-vfio-pci module, for the kernel KERNEL=$(KERNEL) or KDIR=...'
	@echo '  bench     what tracing costs, measured in the lab, and how fast captures are read'
	@echo '  soak      random tasks in the lab, every access of theirs held against all tracers,'
	@echo '            on each kernel of the lab for SOAK_SECONDS=3600; scripts/soak repeats a seed'
	@echo '  fuzz      feed the readers what is none of theirs, FUZZ_SECONDS=600 each'
	@echo '  unit      the unit tests alone, on this machine and as s390x programs'
	@echo '  lint      shellcheck, the order of rooms, format and comments, and sparse and checkpatch over the driver'
	@echo '  format    the sources as make lint wants them'
	@echo '  setup     install the Debian packages that are missing'
	@echo '  man       the man pages, in $(B)/man; man -l shows one'
	@echo '  install   what runs on this machine, with man pages and completions, to DESTDIR and PREFIX;'
	@echo '            install-s390x, install-host: for that machine; uninstall'
	@echo '  dist      a tarball of what is committed'
	@echo '  deb, rpm  packages for s390x, in $(B)/deb and $(B)/rpm; docs/packages.md'
	@echo '  release   version and date, as CHANGELOG.md has them, to all files that need them'
	@echo '  clean     remove $(B)/; the cache stays (scripts/clean-cache removes it)'
	@echo
	@echo 'Variables: V=1 shows commands, ASAN=1 builds the unit tests with sanitizers,'
	@echo '           ISMTRACE_CACHE=DIR says where downloads and slow builds are kept.'

.PHONY: all s390x driver no-driver setup clean
# A machine that only builds has no headers of the kernel that it runs.
no-driver:
	@echo 'make: no kernel headers in $(KDIR): the driver is not built (make driver KDIR=... does)'
all: s390x man $(if $(BUILD_DRIVER),driver,no-driver)
s390x: $(S)/bin/ismtrace $(S)/bin/ismtop $(LAB:%=$(S)/bin/%)

.PHONY: test-clients
test-clients: $(CLIENTS:tests/client/%.c=$(S)/tests/%)

setup:
	$(Q)scripts/setup

# The cross build asks for the sysroot when its rules are read, so packages and
# cache come first, in a make of its own.
.PHONY: prepare demo check check-all unit lint format bench soak
prepare: setup
	$(Q)scripts/prepare

demo: prepare
	@echo '  BUILD   the toolkit, the driver and the lab (some 200 files; V=1 shows each)'
	$(Q)$(MAKE) --no-print-directory $(if $(filter 0,$(V)),-s) -j$(shell nproc) all test-clients
	$(Q)scripts/demo

# It asks the cache for its kernels as well, and builds.
check: setup
	$(Q)scripts/check

check-all: setup
	$(Q)scripts/check --all

bench: SHELL := bash
bench: .SHELLFLAGS := -o pipefail -c
bench: prepare
	$(Q)$(MAKE) --no-print-directory all
	$(Q)mkdir -p $(B)/bench
	$(Q)KERNEL=6.12 bench/run --peers | tee $(B)/bench/6.12.txt
	$(Q)KERNEL=6.12-jit bench/run --peers | tee $(B)/bench/6.12-jit.txt
	$(Q)bench/picture "Debian 6.12, interpreter=$(B)/bench/6.12.txt" "6.12 with the JIT=$(B)/bench/6.12-jit.txt" \
		>$(B)/bench/performance.svg
	$(Q)bench/run --growth | tee $(B)/bench/growth.txt
	$(Q)bench/captures | tee $(B)/bench/captures.txt
	$(Q)scripts/prepare 7.2
	$(Q)bench/talk | tee $(B)/bench/talk.txt
	@echo 'build/bench has the tables, and the picture of docs/performance.md.'

SOAK_SECONDS ?= 3600
soak: prepare
	$(Q)scripts/soak --seconds $(SOAK_SECONDS)

clean:
	$(Q)rm -rf $(B)

# Written only if it says something new: the changelog changes more often than the version.
$(B)/version.h: Makefile CHANGELOG.md
	$(Q)mkdir -p $(@D)
	$(Q)echo '#define ISMTRACE_VERSION "$(VERSION)"' | cmp -s - $@ || echo '#define ISMTRACE_VERSION "$(VERSION)"' >$@

# --- BPF programs and their skeletons.

BPF_HEADERS := $(wildcard bpf/*.h) vmlinux/vmlinux.h

.PHONY: native-tools
native-tools:
	$(Q)CC='$(S_CC)' scripts/native-tools

$(S)/%.bpf.o: bpf/%.bpf.c $(BPF_HEADERS) Makefile | $(NATIVE_TOOLS)
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -Wall -Wextra -Wno-unused-parameter -target bpfeb -mcpu=v3 $(MAPPED) \
		-D__TARGET_ARCH_s390 -Ibpf -Ivmlinux $(BPF_INCLUDES) -c $< -o $@.full
	$(Q)$(BPFTOOL) gen object $@ $@.full

$(S)/%.skel.h: $(S)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf >$@

# --- Every object and program is made in one way.

# An include names its room, so that one path serves all.
INCLUDES := -Iuser -Ibpf -Ilab -I$(B)
TEST_INCLUDES := -Itests/unit -Itests/unit/fake -Ivmlinux -Ilab/qemu

# compile SAID, COMPILER AND ITS FLAGS
define compile
$(call say,$(1),$@)
$(Q)mkdir -p $(@D)
$(Q)$(2) $(CSTD) $(WARN) $(MAPPED) $(CPPFLAGS) $(INCLUDES) $(if $(findstring tests/,$<),$(TEST_INCLUDES)) -MMD -MP -c $< -o $@
endef

# link SAID, COMPILER AND ITS FLAGS, LIBRARIES
define link
$(call say,$(1),$@)
$(Q)mkdir -p $(@D)
$(Q)$(2) -o $@ $(filter %.o,$^) $(3)
endef

$(S)/%.o: %.c | $(NATIVE_TOOLS) $(B)/version.h
	$(call compile,CC,$(S_CC) $(CFLAGS) $(S_CPPFLAGS) -I$(S))
$(H)/%.o: %.c | $(B)/version.h
	$(call compile,HOSTCC,$(HOSTCC) $(CFLAGS))

S_LINK = $(S_CC) $(CFLAGS) $(LDFLAGS) -pthread
H_LINK = $(HOSTCC) $(CFLAGS) $(LDFLAGS) -pthread
LIBS := -lz -ljansson -lseccomp -lm
SCREEN_LIBS := -lncursesw -ltinfo
LIVE_LIBS := -lbpf -lelf -lcap

# --- For s390x: the toolkit, the lab's programs and the clients that only tests have.

$(call objects,$(S),$(filter user/live/%,$(USER))): | $(S)/ismtrace.skel.h

$(S)/bin/ismtrace: $(call objects,$(S),$(ISMTRACE) $(ISMTRACE_LIVE))
	$(call link,LD,$(S_LINK),$(S_LDFLAGS) $(LIVE_LIBS) $(LIBS))

$(S)/bin/ismtop: $(call objects,$(S),$(ISMTOP) $(ISMTOP_LIVE))
	$(call link,LD,$(S_LINK),$(S_LDFLAGS) $(SCREEN_LIBS) $(LIVE_LIBS) $(LIBS))

define lab_program
$(S)/bin/$(1): $(call objects,$(S),$(wildcard lab/$(1)/*.c) $(VFIO) $(if $(filter ismpeer,$(1)),$(ISM)))
	$$(call link,LD,$$(S_LINK),$$(S_LDFLAGS) -ljansson -lz)
endef
$(foreach program,$(LAB),$(eval $(call lab_program,$(program))))

$(CLIENTS:tests/client/%.c=$(S)/tests/%): $(S)/tests/%: $(S)/tests/client/%.o $(call objects,$(S),$(VFIO))
	$(call link,LD,$(S_LINK),$(S_LDFLAGS) -ljansson)

# --- The driver.

DRIVER_BUILD := $(abspath $(B))/driver-$(KERNEL)

driver: $(DRIVER_BUILD)/ism-vfio-pci.ko

# A distribution's headers name the compiler that they were made with, in the version of that
# distribution; a cross compiler of another one does as well.
DRIVER_CC := $(if $(CROSS_COMPILE),CC=$(S_CC))

$(DRIVER_BUILD)/ism-vfio-pci.ko: $(wildcard driver/*.c driver/*.h driver/Kbuild driver/Makefile)
	$(call say,MODULE,$@)
	$(Q)$(MAKE) -s -C driver KDIR=$(KDIR) ARCH=s390 CROSS_COMPILE=$(CROSS_COMPILE) $(DRIVER_CC) \
		KCFLAGS=-ffile-prefix-map=$(DRIVER_BUILD)=. BUILD=$(DRIVER_BUILD) >$(B)/driver.log 2>&1 || { cat $(B)/driver.log >&2; exit 1; }

# --- For this machine: programs that read captures, and what measures and checks.

.PHONY: host
host: $(H)/bin/ismtrace $(H)/bin/ismtop

$(H)/bin/ismtrace: $(call objects,$(H),$(ISMTRACE) user/cmd/not_live.c)
	$(call link,HOSTLD,$(H_LINK),$(LIBS))

$(H)/bin/ismtop: $(call objects,$(H),$(ISMTOP) user/top/not_live.c)
	$(call link,HOSTLD,$(H_LINK),$(SCREEN_LIBS) $(LIBS))

# Holds what tracers said against what the load of make soak did.
$(H)/bin/soak-check: $(call objects,$(H),$(wildcard tests/soak/*.c))
	$(call link,HOSTLD,$(H_LINK),$(LIBS))

# Synthetic captures of any length, user space on its own, to measure with, and a clock.
MEASURED := make-capture make-crowd ring-sinks measure
$(MEASURED:%=$(H)/bin/%): $(H)/bin/%: $(H)/bench/%.o $(call objects,$(H),$(ANYWHERE))
	$(call link,HOSTLD,$(H_LINK),$(LIBS))

$(S)/bin/ring-sinks: $(S)/bench/ring-sinks.o $(call objects,$(S),$(ANYWHERE))
	$(call link,LD,$(S_LINK),$(S_LDFLAGS) $(LIBS))

# Two programs that talk, by one way or the other.
$(S)/bin/talk: $(S)/bench/talk.o
	$(call link,LD,$(S_LINK),$(S_LDFLAGS))

# What the dissector's escapes are held against.
$(H)/bin/escapes: $(H)/tests/dissector/escapes.o $(call objects,$(H),$(ANYWHERE))
	$(call link,HOSTLD,$(H_LINK),$(LIBS))

# --- Unit tests: the same on this machine and, big-endian, as s390x programs.

$(H)/unit/%: $(H)/tests/unit/%.o $(call objects,$(H),$(ANYWHERE))
	$(call link,HOSTLD,$(H_LINK),$(LIBS))

$(S)/unit/%: $(S)/tests/unit/%.o $(call objects,$(S),$(ANYWHERE))
	$(call link,LD,$(S_LINK),$(S_LDFLAGS) $(LIBS))

# The protocol of the lab's ISM function, which knows nothing of QEMU.
ISM_CORE := $(addprefix lab/qemu/,ism-core.c ism-fabric.c ism-notify.c)
$(H)/unit/test_ism_function: $(call objects,$(H),$(ISM_CORE))
$(S)/unit/test_ism_function: $(call objects,$(S),$(ISM_CORE))

# The protocol of ismpeer, on functions that are this process's memory.
PEER_CORE := $(addprefix lab/ismpeer/,frame.c link.c mux.c ring.c)
$(H)/unit/test_ismpeer: $(call objects,$(H),$(PEER_CORE))
$(S)/unit/test_ismpeer: $(call objects,$(S),$(PEER_CORE))

UNIT := $(TESTS:%=$(H)/unit/%) $(TESTS:%=$(S)/unit/%)

# Under check these are run, and counted, by scripts/check.
unit-build: $(UNIT)
unit: unit-build
	$(Q)scripts/check --unit

# --- Fuzzing: clang's libFuzzer, on this machine; tests/fuzz/run says how.

F := $(B)/fuzz
FUZZ_TARGETS := $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SECONDS ?= 600
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
# What is told is looked at instead of shown.
FUZZ_OBJS := $(call objects,$(F),$(filter-out user/util/message.c user/cli/program.c,$(ANYWHERE)))

$(F)/user/%.o: user/%.c Makefile | $(B)/version.h
	$(call compile,FUZZCC,$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link)

$(F)/lab/%.o: lab/%.c Makefile
	$(call compile,FUZZCC,$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link)

# What looks at the output is of no interest for coverage.
$(F)/tests/%.o: tests/%.c Makefile | $(B)/version.h
	$(call compile,FUZZCC,$(CLANG) $(FUZZ_FLAGS))

$(F)/fuzz_reader: $(F)/tests/fuzz/mutator.o
$(F)/fuzz_function: $(call objects,$(F),$(ISM_CORE))
$(F)/fuzz_peer: $(call objects,$(F),$(PEER_CORE))
$(F)/fuzz_%: $(F)/tests/fuzz/fuzz_%.o $(F)/tests/fuzz/views.o $(FUZZ_OBJS)
	$(call link,FUZZLD,$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer,$(LIBS) -pthread)

$(F)/make_seeds: $(H)/tests/fuzz/make_seeds.o $(call objects,$(H),$(ANYWHERE))
	$(call link,HOSTLD,$(H_LINK),$(LIBS))

$(F)/seeds/made: $(F)/make_seeds $(wildcard tests/traces/*.pcapng*)
	$(call say,SEEDS,$(@D))
	$(Q)rm -rf $(@D) && mkdir -p $(FUZZ_TARGETS:%=$(@D)/%)
	$(Q)$< $(@D)/fuzz_reader $(@D)/fuzz_record
	$(Q)find tests/traces -name '*.pcapng*' -size -16k -exec cp {} $(@D)/fuzz_reader 2>/dev/null \; || :
	$(Q)cp tests/fuzz/steps/* $(@D)/fuzz_function/
	$(Q)printf '\007\000\005\003\001\000\000\002\020\001\000\000\000\000\000\000\020' >$(@D)/fuzz_peer/begun
	$(Q)touch $@

.PHONY: fuzz fuzz-build
fuzz-build: $(FUZZ_TARGETS:%=$(F)/%) $(F)/seeds/made
fuzz: fuzz-build
	$(Q)tests/fuzz/run $(FUZZ_SECONDS)

$(B)/check-types: vmlinux/check-types.c
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(CFLAGS) -o $@ $< -lbpf -lelf -lz

# --- What a reader of the sources wants to be sure of.

SCRIPTS := $(shell git ls-files 2>/dev/null | xargs -r grep -lE '^\#!.*\b(ba)?sh\b' 2>/dev/null)

lint: lint-rooms
	$(Q)shellcheck -x -P SCRIPTDIR $(SCRIPTS)
	$(Q)scripts/lint-driver

.PHONY: lint-rooms quick
lint-rooms:
	$(Q)scripts/lint-rooms
	$(Q)scripts/lint-format
	$(Q)scripts/lint-comments
	$(Q)scripts/lint-couplings
	$(Q)scripts/release --check

quick: prepare
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/check --quick

format:
	$(Q)scripts/lint-format --fix

# --- Where people look for it.

PREFIX ?= /usr/local
DESTDIR ?=

# Out of the option tables of the program that is installed.
define completions
$(1)/completion/%: $(1)/bin/ismtrace
	$$(call say,GEN,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) $$< completion $$(*F) >$$@

$(1)/completion-ismtop/%: $(1)/bin/ismtop
	$$(call say,GEN,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) $$< --completion $$(*F) >$$@
endef
$(eval $(call completions,$(S),$$(if $$(CROSS_COMPILE),qemu-s390x-static -L $$(SYSROOT))))
$(eval $(call completions,$(H),))

# Pages are made from docs/man/ and what several of them share.
PAGES := $(patsubst docs/man/%,$(B)/man/%,$(wildcard docs/man/*.[158]))

.PHONY: man
man: $(PAGES)

$(B)/man/%: docs/man/% $(wildcard docs/man/shared/*) scripts/man-page driver/dkms.conf
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)scripts/man-page $< $(VERSION) >$@

# installed DIRECTORY, PROGRAMS -- what is installed, as FROM:TO, TO below PREFIX.  All man pages everywhere:
# they name one another.
installed = $(foreach f,$(2),$(1)/bin/$(f):bin/$(f)) \
	$(foreach f,$(PAGES),$(f):share/man/man$(subst .,,$(suffix $(f)))/$(notdir $(f))) \
	$(foreach f,README.md CHANGELOG.md $(wildcard docs/*.md),$(f):share/doc/ismtrace/$(notdir $(f))) \
	docs/wireshark/ism.lua:share/ismtrace/ism.lua \
	$(foreach p,ismtrace ismtop, \
		$(1)/$(COMPLETION_$(p))/bash:share/bash-completion/completions/$(p) \
		$(1)/$(COMPLETION_$(p))/zsh:share/zsh/site-functions/_$(p))
COMPLETION_ismtrace := completion
COMPLETION_ismtop := completion-ismtop

INSTALLED_s390x = $(call installed,$(S),ismtrace ismtop ismload ismpeer) \
	packaging/ismtrace.sysusers:lib/sysusers.d/ismtrace.conf
INSTALLED_host = $(call installed,$(H),ismtrace ismtop)

from = $(firstword $(subst :, ,$(1)))
to = $(DESTDIR)$(PREFIX)/$(lastword $(subst :, ,$(1)))

# What this machine can run: all of it on s390x, elsewhere what reads captures.
HERE := $(if $(CROSS_COMPILE),host,s390x)
.PHONY: install install-s390x install-host uninstall dist
install: install-$(HERE)

install-s390x install-host: install-%:
	$(Q)$(MAKE) --no-print-directory $(foreach f,$(INSTALLED_$*),$(filter $(B)/%,$(call from,$(f))))
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)set -e; $(foreach f,$(INSTALLED_$*),install -D -m $(if $(findstring /bin/,$(call from,$(f))),755,644) \
		$(call from,$(f)) $(call to,$(f));)

uninstall:
	$(call say,REMOVE,$(DESTDIR)$(PREFIX))
	$(Q)rm -f $(foreach f,$(INSTALLED_s390x) $(INSTALLED_host),$(call to,$(f)))

# What is committed, as packagers want it.
dist:
	$(Q)mkdir -p $(B)
	$(Q)git archive --format=tar.gz --prefix=ismtrace-$(VERSION)/ -o $(B)/ismtrace-$(VERSION).tar.gz HEAD
	@echo $(B)/ismtrace-$(VERSION).tar.gz

# --- Packages, out of a copy of the tree: what they build is theirs.

.PHONY: deb rpm release
deb rpm:
	$(Q)scripts/make-$@

release:
	$(Q)scripts/release

-include $(shell find $(S) $(H) $(F) -name '*.d' 2>/dev/null)
