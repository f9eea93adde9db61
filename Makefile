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

# dkms.conf is where the version is written.
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' driver/dkms.conf)
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
ifdef ASAN
CFLAGS := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all
endif

# --- Two ways to build for s390x: cross, out of a sysroot; or on the machine.

ifeq ($(shell uname -m),s390x)
CROSS_COMPILE ?=
SYSROOT :=
STATIC ?=
BPFTOOL ?= bpftool
S_CPPFLAGS :=
S_LDFLAGS := $(STATIC)
BPF_INCLUDES :=
KDIR ?= /lib/modules/$(shell uname -r)/build
else
CROSS_COMPILE ?= s390x-linux-gnu-
STATIC ?= -static
# Asked for once, and only when something is built for s390x.
SYSROOT = $(eval SYSROOT := $$(shell scripts/get-sysroot))$(or $(SYSROOT),$(error no sysroot))
BPFTOOL = qemu-s390x-static -L $(SYSROOT) $(SYSROOT)/usr/sbin/bpftool
S_CPPFLAGS = -isystem $(SYSROOT)/kernel-headers -isystem $(SYSROOT)/usr/include \
	-isystem $(SYSROOT)/usr/include/s390x-linux-gnu
S_LDFLAGS = $(STATIC) -L$(SYSROOT)/usr/lib/s390x-linux-gnu
BPF_INCLUDES = -I$(SYSROOT)/usr/include
KDIR = $(eval KDIR := $$(shell scripts/get-kernel $(KERNEL))/build)$(KDIR)
endif

CLANG ?= clang
S_CC := $(CROSS_COMPILE)gcc
HOSTCC ?= gcc

S := $(B)/s390x
H := $(B)/host$(if $(ASAN),-asan)

# --- What is made of what.

# Needs libbpf and a kernel; everything else in user/ builds on any machine, where
# not_live takes the place of these.
LIVE_ONLY := scan drivers hooks retprobe source_live live_attach live_account live_measure measurer live_switches rlimits counting session live record stat capture_files check_live list doctor doctor_seal message_bpf check privilege workload interrupt kernel_btf hook_target
# ismtop is a program of its own: TOP_MODEL knows no screen, so that unit tests have it.
TOP_LIVE := top_gather_live
TOP_MODEL := top top_bars top_batch top_columns top_data top_gather_capture top_history top_json \
	top_lines top_owners top_signals top_table
TOP := ismtop $(filter-out $(TOP_LIVE) top_not_live,$(basename $(notdir $(wildcard user/top*.c))))
USER := $(filter-out not_live top_not_live $(TOP_LIVE) $(TOP),$(basename $(notdir $(wildcard user/*.c))))
COMMON := $(filter-out $(LIVE_ONLY) main,$(USER))
LOAD := $(wildcard lab/ismload/*.c)
# The conformance client opens functions as ismload does.
CHECK := $(wildcard lab/ismcheck/*.c)
CHECK_SHARED := vfio find info contract stdout
# And so does the load of make soak.
SOAK := $(wildcard lab/ismsoak/*.c)
SOAK_SHARED := $(CHECK_SHARED) random
TESTS := $(basename $(notdir $(wildcard tests/unit/test_*.c)))

.PHONY: help
help:
	@echo 'Usage: make TARGET'
	@echo
	@echo '  demo      install what is missing, build, boot the lab, show live traced ISM traffic'
	@echo '  check     all tests: unit, shell, and live ones in the lab'
	@echo '  check-all the same, the live ones on all kernels of the lab, and dkms'
	@echo '  all       the toolkit and the driver, for s390x'
	@echo '  host      ismtrace and ismtop for this machine, which read captures'
	@echo '  driver    the ism-vfio-pci module, for the kernel KERNEL=$(KERNEL) or KDIR=...'
	@echo '  bench     what tracing costs, measured in the lab, and how fast captures are read'
	@echo '  soak      random tasks in the lab, every access of theirs held against all tracers,'
	@echo '            on each kernel of the lab for SOAK_SECONDS=3600; scripts/soak repeats a seed'
	@echo '  fuzz      feed the readers what is none of theirs, FUZZ_SECONDS=600 each'
	@echo '  unit      the unit tests alone, on this machine and as s390x programs'
	@echo '  lint      shellcheck, and sparse and checkpatch over the driver'
	@echo '  setup     install the Debian packages that are missing'
	@echo '  install   the toolkit and its man pages, to DESTDIR and PREFIX (on s390x)'
	@echo '  clean     remove $(B)/; the cache stays (scripts/clean-cache removes it)'
	@echo
	@echo 'Variables: V=1 shows commands, ASAN=1 builds the unit tests with sanitizers,'
	@echo '           ISMTRACE_CACHE=DIR says where downloads and slow builds are kept.'

.PHONY: all s390x driver setup clean
all: s390x driver
s390x: $(S)/bin/ismtrace $(S)/bin/ismtop $(if $(LOAD),$(S)/bin/ismload) $(if $(CHECK),$(S)/bin/ismcheck) $(if $(SOAK),$(S)/bin/ismsoak)

.PHONY: test-clients
test-clients: $(patsubst tests/client/%.c,$(S)/tests/%,$(wildcard tests/client/*.c))

setup:
	$(Q)scripts/setup

# The cross build asks for the sysroot when its rules are read, so packages and
# cache come first, in a make of its own.
.PHONY: prepare demo check check-all unit lint format bench soak install
prepare: setup
	$(Q)scripts/prepare

demo: prepare
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/demo

check: prepare
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/check

check-all: prepare
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/check --all

bench: prepare
	$(Q)$(MAKE) --no-print-directory all
	$(Q)KERNEL=6.12 scripts/bench --peers
	$(Q)KERNEL=6.12-jit scripts/bench --peers
	$(Q)scripts/bench --growth
	$(Q)scripts/bench-captures

SOAK_SECONDS ?= 3600
soak: prepare
	$(Q)scripts/soak --seconds $(SOAK_SECONDS)

clean:
	$(Q)rm -rf $(B)

$(B)/version.h: Makefile
	$(Q)mkdir -p $(@D)
	$(Q)echo '#define ISMTRACE_VERSION "$(VERSION)"' >$@

# --- BPF programs and their skeletons.

BPF_HEADERS := $(wildcard bpf/*.h) vmlinux/vmlinux.h

$(S)/%.bpf.o: bpf/%.bpf.c $(BPF_HEADERS) Makefile
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -Wall -Wextra -Wno-unused-parameter -target bpfeb -mcpu=v3 \
		-D__TARGET_ARCH_s390 -Ibpf -Ivmlinux $(BPF_INCLUDES) -c $< -o $@.full
	$(Q)$(BPFTOOL) gen object $@ $@.full

$(S)/%.skel.h: $(S)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf >$@

# --- The toolkit for s390x.

S_OBJS := $(USER:%=$(S)/user/%.o)
S_LIBS := -lbpf -lelf -lz -ljansson -lcap -lseccomp -lm -pthread

$(S)/user/%.o: user/%.c | $(B)/version.h $(S)/ismtrace.skel.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CSTD) $(WARN) $(CFLAGS) $(S_CPPFLAGS) -Ibpf -Iuser -I$(B) -I$(S) -MMD -MP -c $< -o $@

$(S)/bin/ismtrace: $(S_OBJS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CFLAGS) -o $@ $^ $(S_LDFLAGS) $(S_LIBS)

$(S)/bin/ismtop: $(TOP:%=$(S)/user/%.o) $(TOP_LIVE:%=$(S)/user/%.o) $(filter-out $(S)/user/main.o,$(S_OBJS))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CFLAGS) -o $@ $^ $(S_LDFLAGS) -lncursesw -ltinfo $(S_LIBS)

$(S)/lab/%.o: lab/ismload/%.c | $(B)/version.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CSTD) $(WARN) $(CFLAGS) $(S_CPPFLAGS) -Ilab/ismload -I$(B) -MMD -MP -c $< -o $@

$(S)/bin/ismload: $(LOAD:lab/ismload/%.c=$(S)/lab/%.o)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CFLAGS) -pthread -o $@ $^ $(S_LDFLAGS) -ljansson

$(S)/ismcheck/%.o: lab/ismcheck/%.c | $(B)/version.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CSTD) $(WARN) $(CFLAGS) $(S_CPPFLAGS) -Ilab/ismcheck -Ilab/ismload -I$(B) -MMD -MP -c $< -o $@

$(S)/bin/ismcheck: $(CHECK:lab/ismcheck/%.c=$(S)/ismcheck/%.o) $(CHECK_SHARED:%=$(S)/lab/%.o)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CFLAGS) -pthread -o $@ $^ $(S_LDFLAGS) -ljansson

# Clients that only tests have; the lab's programs lend them how to open a function.
$(S)/tests/%: tests/client/%.c $(CHECK_SHARED:%=$(S)/lab/%.o)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CSTD) $(WARN) $(CFLAGS) $(S_CPPFLAGS) -Ilab/ismload -I$(B) -MMD -MP -pthread -o $@ $< \
		$(CHECK_SHARED:%=$(S)/lab/%.o) $(S_LDFLAGS) -ljansson

$(S)/ismsoak/%.o: lab/ismsoak/%.c | $(B)/version.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CSTD) $(WARN) $(CFLAGS) $(S_CPPFLAGS) -Ilab/ismsoak -Ilab/ismload -I$(B) -MMD -MP -c $< -o $@

$(S)/bin/ismsoak: $(SOAK:lab/ismsoak/%.c=$(S)/ismsoak/%.o) $(SOAK_SHARED:%=$(S)/lab/%.o)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CFLAGS) -pthread -o $@ $^ $(S_LDFLAGS)

# --- The driver.

DRIVER_BUILD := $(abspath $(B))/driver-$(KERNEL)

driver: $(DRIVER_BUILD)/ism-vfio-pci.ko

$(DRIVER_BUILD)/ism-vfio-pci.ko: $(wildcard driver/*.c driver/*.h driver/Kbuild driver/Makefile)
	$(call say,MODULE,$@)
	$(Q)$(MAKE) -s -C driver KDIR=$(KDIR) ARCH=s390 CROSS_COMPILE=$(CROSS_COMPILE) \
		BUILD=$(DRIVER_BUILD) >$(B)/driver.log 2>&1 || { cat $(B)/driver.log >&2; exit 1; }

# --- Unit tests: the same on this machine and, big-endian, as s390x programs.

H_OBJS := $(COMMON:%=$(H)/user/%.o)
H_LIBS := -lz -ljansson -lseccomp -lm -pthread

$(H)/user/%.o: user/%.c | $(B)/version.h
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(CFLAGS) -Ibpf -Iuser -I$(B) -MMD -MP -c $< -o $@

.PHONY: host
host: $(H)/bin/ismtrace $(H)/bin/ismtop

$(H)/bin/ismtrace: $(H)/user/main.o $(H)/user/not_live.o $(H_OBJS)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CFLAGS) -o $@ $^ $(H_LIBS)

$(H)/bin/ismtop: $(TOP:%=$(H)/user/%.o) $(H)/user/top_not_live.o $(H_OBJS)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CFLAGS) -o $@ $^ -lncursesw -ltinfo $(H_LIBS)

# Holds what tracers said against what the load of make soak did.
$(H)/bin/soak-check: $(wildcard tests/soak/*.c) tests/soak/check.h
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(CFLAGS) -o $@ $(filter %.c,$^) -ljansson

# Synthetic captures of any length, and user space on its own, to measure with.
MEASURED := make-capture make-crowd ring-sinks
$(MEASURED:%=$(H)/bin/%): $(H)/bin/%: tests/bench/%.c tests/bench/bench.h $(H_OBJS)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(CFLAGS) -Ibpf -Iuser -I$(B) -MMD -MP -o $@ $< $(H_OBJS) $(H_LIBS)

# What the dissector's escapes are held against.
$(H)/bin/escapes: tests/dissector/escapes.c $(H_OBJS)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(CFLAGS) -Iuser -MMD -MP -o $@ $< $(H_OBJS) $(H_LIBS)

$(S)/bin/ring-sinks: tests/bench/ring-sinks.c tests/bench/bench.h $(COMMON:%=$(S)/user/%.o)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CSTD) $(WARN) $(CFLAGS) $(S_CPPFLAGS) -Ibpf -Iuser -I$(B) -MMD -MP -o $@ $< \
		$(COMMON:%=$(S)/user/%.o) $(S_LDFLAGS) $(H_LIBS)

$(H)/bin/measure: tests/bench/measure.c tests/bench/bench.h
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(CFLAGS) -o $@ $<

$(H)/unit/%: tests/unit/%.c $(H_OBJS) $(TOP_MODEL:%=$(H)/user/%.o)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(CFLAGS) -Ibpf -Iuser -Itests/unit -Itests/unit/fake -Ivmlinux -I$(B) -MMD -MP -o $@ $< \
		$(H_OBJS) $(TOP_MODEL:%=$(H)/user/%.o) $(H_LIBS)

$(S)/unit/%: tests/unit/%.c $(COMMON:%=$(S)/user/%.o) $(TOP_MODEL:%=$(S)/user/%.o)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(S_CC) $(CSTD) $(WARN) $(CFLAGS) $(S_CPPFLAGS) -Ibpf -Iuser -Itests/unit -Itests/unit/fake -Ivmlinux -I$(B) -MMD -MP -o $@ $< \
		$(COMMON:%=$(S)/user/%.o) $(TOP_MODEL:%=$(S)/user/%.o) $(S_LDFLAGS) $(H_LIBS)

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
FUZZ_OBJS := $(addprefix $(F)/user/,$(addsuffix .o,$(filter-out message program,$(COMMON))))

$(F)/user/%.o: user/%.c Makefile | $(B)/version.h
	$(call say,FUZZCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CSTD) $(WARN) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -Ibpf -Iuser -I$(B) \
		-MMD -MP -c $< -o $@

# What looks at the output is of no interest for coverage.
$(F)/%.o: tests/fuzz/%.c tests/fuzz/fuzz.h Makefile
	$(call say,FUZZCC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CSTD) $(WARN) $(FUZZ_FLAGS) -Ibpf -Iuser -I$(B) -MMD -MP -c $< -o $@

$(F)/fuzz_reader: $(F)/mutator.o
$(F)/fuzz_%: $(F)/fuzz_%.o $(F)/views.o $(FUZZ_OBJS)
	$(call say,FUZZLD,$@)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(H_LIBS)

$(F)/make_seeds: tests/fuzz/make_seeds.c tests/unit/capture_sample.h $(H_OBJS)
	$(call say,HOSTLD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(CSTD) $(WARN) $(CFLAGS) -Ibpf -Iuser -Itests/unit -Itests/unit/fake -Ivmlinux -I$(B) -MMD -MP -o $@ $< \
		$(H_OBJS) $(H_LIBS)

$(F)/seeds/made: $(F)/make_seeds $(wildcard tests/traces/*.pcapng*)
	$(call say,SEEDS,$(@D))
	$(Q)rm -rf $(@D) && mkdir -p $(FUZZ_TARGETS:%=$(@D)/%)
	$(Q)$< $(@D)/fuzz_reader $(@D)/fuzz_record
	$(Q)find tests/traces -name '*.pcapng*' -size -16k -exec cp {} $(@D)/fuzz_reader 2>/dev/null \; || :
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
SOURCES := $(wildcard bpf/*.[ch] user/*.[ch] lab/ismload/*.[ch] lab/ismcheck/*.[ch] lab/ismsoak/*.[ch] lab/guest/*.[ch] vmlinux/*.c \
	tests/unit/*.[ch] tests/fuzz/*.[ch] tests/soak/*.[ch] tests/dissector/*.[ch])

lint:
	$(Q)shellcheck -x -P SCRIPTDIR $(SCRIPTS)
	$(Q)scripts/lint-driver

format:
	$(Q)clang-format -i $(SOURCES)

# --- On s390x: the toolkit where people look for it.

PREFIX ?= /usr/local
DESTDIR ?=

# Out of the option tables of the program that is installed.
$(S)/completion/%: $(S)/bin/ismtrace
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(if $(SYSROOT),qemu-s390x-static) $< completion $(*F) >$@

$(S)/completion-ismtop/%: $(S)/bin/ismtop
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(if $(SYSROOT),qemu-s390x-static) $< --completion $(*F) >$@

install: s390x $(S)/completion/bash $(S)/completion/zsh $(S)/completion-ismtop/bash \
		$(S)/completion-ismtop/zsh
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man8
	$(Q)install -m 755 $(S)/bin/ismtrace $(DESTDIR)$(PREFIX)/sbin
	$(Q)install -m 755 $(S)/bin/ismtop $(DESTDIR)$(PREFIX)/sbin
	$(Q)install -m 755 $(S)/bin/ismload $(DESTDIR)$(PREFIX)/bin
	$(Q)install -m 644 docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	$(Q)install -m 644 docs/*.8 $(DESTDIR)$(PREFIX)/share/man/man8
	$(Q)install -D -m 644 packaging/ismtrace.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/ismtrace.conf
	$(Q)install -d $(DESTDIR)$(PREFIX)/share/ismtrace
	$(Q)install -m 644 docs/wireshark/ism.lua docs/capture-format.md docs/rules.md \
		$(DESTDIR)$(PREFIX)/share/ismtrace
	$(Q)install -D -m 644 $(S)/completion/bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ismtrace
	$(Q)install -D -m 644 $(S)/completion/zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ismtrace
	$(Q)install -D -m 644 $(S)/completion-ismtop/bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ismtop
	$(Q)install -D -m 644 $(S)/completion-ismtop/zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_ismtop

-include $(wildcard $(S)/*/*.d $(H)/*/*.d $(F)/*.d $(F)/*/*.d)
