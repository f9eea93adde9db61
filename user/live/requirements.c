// SPDX-License-Identifier: GPL-2.0-only
#include "live/requirements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "live/binding.h"
#include "live/drivers.h"
#include "live/privilege.h"
#include "live/retprobe.h"
#include "live/trampolines.h"
#include "util/message.h"

/* One line of a file, without its newline; false if it cannot be read. */
static bool read_line(const char *path, char *buf, size_t len)
{
	FILE *file = fopen(path, "re");
	bool ok;

	if (!file)
		return false;
	ok = fgets(buf, len, file);
	fclose(file);
	if (ok)
		buf[strcspn(buf, "\n")] = '\0';
	return ok;
}

#define FOUND(...) snprintf(finding->found, sizeof(finding->found), __VA_ARGS__)

static void look_machine(struct requirement_result *finding)
{
	struct utsname uts;

	uname(&uts);
	FOUND("%s, Linux %.80s", uts.machine, uts.release);
	if (strcmp(uts.machine, "s390x")) {
		finding->result = REQ_FAILS;
		finding->hint =
			"zPCI exists on IBM Z (s390x) only; lab/run boots such a machine in QEMU";
	}
}

static void look_privilege(struct requirement_result *finding)
{
	static char how[96];
	char missing[80];

	if (!privilege_missing(missing, sizeof(missing))) {
		FOUND("all capabilities that loading needs");
		return;
	}
	FOUND("no permission to load BPF programs: %s missing", missing);
	finding->result = REQ_FAILS;
	snprintf(how, sizeof(how), "run it as root, as in: sudo %s", message_command());
	finding->hint = how;
}

/* The first PID namespace's file has this number in every kernel (PROC_PID_INIT_INO). */
#define FIRST_PID_NS 0xEFFFFFFCU

static void look_pids(struct requirement_result *finding)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino == FIRST_PID_NS)
		FOUND("all processes have a number here");
	else
		FOUND("a PID namespace of its own: numbers are those seen here, who is outside has PID 0");
}

static void look_btf(struct requirement_result *finding)
{
	if (!access("/sys/kernel/btf/vmlinux", R_OK)) {
		FOUND("BTF of the kernel%s",
		      access("/sys/kernel/btf/vfio", R_OK) ? "" : " and of the VFIO modules");
		return;
	}
	FOUND("this kernel has no BTF (/sys/kernel/btf/vmlinux)");
	finding->result = REQ_FAILS;
	finding->hint = "use a kernel built with CONFIG_DEBUG_INFO_BTF=y; " DRIVERS_OTHER_KERNEL;
}

/* The level among all that there are: "none [integrity] confidentiality". */
static bool lockdown_level(char *level, size_t len)
{
	char line[80], *from, *to;

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		return false;
	from = strchr(line, '[');
	to = from ? strchr(from, ']') : NULL;
	if (!to)
		return false;
	snprintf(level, len, "%.*s", (int)(to - from - 1), from + 1);
	return true;
}

static void look_lockdown(struct requirement_result *finding)
{
	char level[32];

	if (!lockdown_level(level, sizeof(level))) {
		FOUND("lockdown state not visible (securityfs not mounted?)");
		finding->result = REQ_UNKNOWN;
	} else if (!strcmp(level, "confidentiality")) {
		FOUND("the kernel is locked down to '%s', where BPF programs may not read its memory",
		      level);
		finding->result = REQ_FAILS;
		finding->hint =
			"boot with lockdown=integrity or without lockdown; a running kernel does not lower the level";
	} else if (!strcmp(level, "none")) {
		FOUND("the kernel is not locked down");
	} else {
		FOUND("the kernel is locked down to '%s', where BPF programs may read its memory",
		      level);
	}
}

static void look_driver(struct requirement_result *finding)
{
	bool ism = !access("/sys/module/ism_vfio_pci", F_OK);
	bool core = !access("/sys/module/vfio_pci_core", F_OK);

	if (ism) {
		FOUND("ism-vfio-pci is loaded");
	} else if (core) {
		FOUND("ism-vfio-pci is not loaded, vfio-pci is");
		finding->result = REQ_LACKS;
		finding->hint =
			"modprobe ism-vfio-pci; generic vfio-pci cannot write to an ISM function";
	} else if (drivers_impossible()) {
		FOUND("this kernel has no VFIO for PCI devices");
		finding->result = REQ_FAILS;
		finding->hint = "use a kernel built with CONFIG_VFIO_PCI=m; " DRIVERS_OTHER_KERNEL;
	} else {
		FOUND("driver not loaded: neither ism-vfio-pci nor vfio-pci");
		finding->result = REQ_FAILS;
		finding->hint =
			"ismtrace bind FUNCTION loads ism-vfio-pci and gives it the function";
	}
}

static void look_functions(struct requirement_result *finding)
{
	static char how[64];
	struct binding_isms isms;

	binding_count_isms(&isms);
	if (!isms.there) {
		FOUND("this machine has no ISM function");
		finding->result = REQ_LACKS;
		finding->hint =
			"the machine's configuration, or the hypervisor's, gives one to this Linux";
	} else if (!isms.bound) {
		FOUND("%u ISM function%s, and no VFIO driver has %s", isms.there,
		      isms.there == 1 ? "" : "s", isms.there == 1 ? "it" : "one");
		finding->result = REQ_LACKS;
		snprintf(how, sizeof(how), "ismtrace bind %s%s", isms.loose,
			 drivers_impossible() ? ", on another kernel" : "");
		finding->hint = how;
	} else {
		FOUND("of %u ISM function%s %u bound to a VFIO driver", isms.there,
		      isms.there == 1 ? "" : "s", isms.bound);
	}
}

static void look_jit(struct requirement_result *finding)
{
	char line[16];

	if (!read_line("/proc/sys/net/core/bpf_jit_enable", line, sizeof(line))) {
		FOUND("no BPF JIT in this kernel: kprobes and the interpreter are used");
		finding->result = REQ_LACKS;
		finding->hint =
			"a kernel with CONFIG_BPF_JIT=y makes tracing about three times cheaper";
	} else if (atoi(line) == 0) {
		FOUND("BPF JIT is turned off: kprobes and the interpreter are used");
		finding->result = REQ_LACKS;
		finding->hint = "sysctl net.core.bpf_jit_enable=1";
	} else {
		FOUND("BPF JIT is on");
	}
}

/* Kprobes at the entry of a function and trampolines alike are its callbacks. */
static void look_ftrace(struct requirement_result *finding)
{
	char line[16];

	if (!read_line("/proc/sys/kernel/ftrace_enabled", line, sizeof(line))) {
		FOUND("no /proc/sys/kernel/ftrace_enabled: this kernel may have no dynamic ftrace");
		finding->result = REQ_UNKNOWN;
	} else if (atoi(line) == 0) {
		FOUND("ftrace is turned off in this kernel: no probe would run");
		finding->result = REQ_FAILS;
		finding->hint = "sysctl kernel.ftrace_enabled=1 turns it on";
	} else {
		FOUND("ftrace is on");
	}
}

static void look_tracefs(struct requirement_result *finding)
{
	if (retprobes_possible()) {
		FOUND("tracefs lets %d calls at once be followed by kprobes", RETPROBE_CALLS);
	} else if (trampolines_work()) {
		FOUND("tracefs is not mounted or not ours to write to; fentry does not need it");
	} else {
		FOUND("tracefs is not mounted or not ours to write to: kprobes follow few calls at once");
		finding->result = REQ_LACKS;
		finding->hint = "mount -t tracefs tracefs /sys/kernel/tracing";
	}
}

static void look_debugfs(struct requirement_result *finding)
{
	if (!access("/sys/kernel/debug/pci", F_OK)) {
		FOUND("debugfs shows /sys/kernel/debug/pci/*/statistics");
		return;
	}
	FOUND("debugfs is not mounted or not readable");
	finding->result = REQ_LACKS;
	finding->hint = "mount -t debugfs debugfs /sys/kernel/debug, for --measure";
}

const struct check checks[] = {
	{ "machine", look_machine, FOR_ALL },
	{ "permission", look_privilege, FOR_ALL },
	{ "PIDs", look_pids, FOR_ALL },
	{ "BTF", look_btf, FOR_ALL },
	{ "lockdown", look_lockdown, FOR_ALL },
	{ "driver", look_driver, FOR_DRIVERS },
	{ "functions", look_functions, FOR_DOCTOR },
	{ "JIT", look_jit, FOR_ALL },
	{ "ftrace", look_ftrace, FOR_DRIVERS },
	{ "tracefs", look_tracefs, FOR_ALL },
	{ "debugfs", look_debugfs, FOR_ALL },
};

const size_t nr_requirements = sizeof(checks) / sizeof(checks[0]);

static bool obstacle(bool drivers)
{
	size_t i;

	for (i = 0; i < nr_requirements; i++) {
		struct requirement_result finding = { .result = REQ_OK };

		if (checks[i].who == FOR_DOCTOR || (checks[i].who == FOR_DRIVERS && !drivers))
			continue;
		checks[i].look(&finding);
		if (finding.result != REQ_FAILS)
			continue;
		error("%s", finding.found);
		if (finding.hint)
			hint("%s", finding.hint);
		return true;
	}
	return false;
}

bool requirement_missing(void)
{
	return obstacle(true);
}

bool requirements_cannot_load(void)
{
	return obstacle(false);
}
