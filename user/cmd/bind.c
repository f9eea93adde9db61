// SPDX-License-Identifier: GPL-2.0-only
/*
 * bind.c - `ismtrace bind` and `unbind`: give a function to a VFIO driver, and back.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "live/binding.h"
#include "live/drivers.h"
#include "util/message.h"

#define DRIVER ISM_VFIO_DRIVER

struct bind_command {
	struct common_options common;
	const char *driver; /* NULL: what the kernel chooses */
	const char *const *functions;
	int nr;
};

static const struct argp_option bind_options[] = {
	{ "driver", 'D', "NAME", 0,
	  "another driver than " DRIVER ": vfio-pci, to compare it with that", 0 },
	{ 0 },
};

static const struct argp_child bind_children[] = { { &common_argp, 0, NULL, -1 }, { 0 } };

static error_t parse_bind(int key, char *arg, struct argp_state *state)
{
	struct bind_command *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cmd->common;
		return 0;
	case 'D':
		if (!*arg || strchr(arg, '/') || strlen(arg) >= BINDING_DRIVER_LEN)
			option_error(state, "--driver is a driver's name, not '%s'", arg);
		cmd->driver = arg;
		return 0;
	case ARGP_KEY_ARGS:
		cmd->functions = (const char *const *)state->argv + state->next;
		cmd->nr = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		option_error(state, "no function named (ismtrace list shows them)");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp bind_argp = {
	.options = bind_options,
	.parser = parse_bind,
	.args_doc = "FUNCTION...",
	.doc = "Give a PCI function (0011:00:00.0, fid:0x22 or uid:0x11) to " DRIVER
	       ", until the next boot, and load that if need be. Its driver so far is unbound: a network "
	       "that uses the function loses it; one that a program has open by VFIO is waited "
	       "for.\v"
	       "driverctl set-override does the same for good.\n\n"
	       "Exit status: 0 done, 2 usage, 3 it did not work or no permission.",
	.children = bind_children,
};

const struct argp unbind_argp = {
	.parser = parse_bind,
	.args_doc = "FUNCTION...",
	.doc = "Give a PCI function (0011:00:00.0, fid:0x22 or uid:0x11) back to the driver that the "
	       "kernel chooses for it.\v"
	       "Exit status: 0 done, 2 usage, 3 it did not work or no permission.",
	.children = bind_children,
};

/* modprobe knows where modules are, and what they depend on. */
static void load(const char *driver)
{
	char *const argv[] = { "modprobe", "-q", (char *)driver, NULL };
	extern char **environ;
	pid_t pid;

	if (!posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ))
		waitpid(pid, NULL, 0);
}

/* The variant driver's module has one name, and the driver one of two. */
static const char *as_called_here(const char *driver)
{
	return binding_is_ism(driver) ? binding_ism_driver() : driver;
}

static int fail(const struct binding *binding, int err)
{
	error("cannot bind %s: %s", binding->address, strerror(-err));
	if (err == -EACCES || err == -EPERM)
		hint("run it as root, as in: sudo %s", message_command());
	return EXIT_ATTACH;
}

static int set(const struct bind_command *cmd, const char *text)
{
	struct binding binding;
	char before[BINDING_DRIVER_LEN];
	int err = binding_find(&binding, text);

	if (err) {
		error("no such zPCI function: %s", text);
		hint("ismtrace list shows the functions and their drivers");
		return EXIT_ATTACH;
	}
	strcpy(before, binding.driver);
	if (!cmd->driver || strcmp(before, cmd->driver)) {
		err = binding_set(&binding, cmd->driver);
		if (err)
			return fail(&binding, err);
		binding_look(&binding);
	}
	if (cmd->driver && strcmp(binding.driver, cmd->driver)) {
		error("%s has not taken %s", cmd->driver, binding.address);
		hint("dmesg tells why: another kind of function, or a virtual one that is in use");
		return EXIT_ATTACH;
	}
	printf("%s: %s", binding.address, *binding.driver ? binding.driver : "no driver");
	if (strcmp(before, binding.driver))
		printf(", was %s", *before ? before : "without a driver");
	printf("%s%s\n", *binding.node ? ", " : "", binding.node);
	return EXIT_DONE;
}

static int set_all(const struct bind_command *cmd)
{
	int i, status = EXIT_DONE, one;

	for (i = 0; i < cmd->nr; i++) {
		one = set(cmd, cmd->functions[i]);
		if (one)
			status = one;
	}
	return status ? status : output_unsaid();
}

int command_bind(int argc, char **argv)
{
	struct bind_command cmd = { .driver = DRIVER };

	options_parse(&bind_argp, "bind", argc, argv, NULL, &cmd);
	cmd.driver = as_called_here(cmd.driver);
	if (!binding_driver_there(cmd.driver)) {
		load(cmd.driver);
		cmd.driver = as_called_here(cmd.driver);
	}
	/* What a client's group needs; kmod loads it with vfio, other modprobes do not. */
	load("vfio_iommu_type1");
	if (!binding_driver_there(cmd.driver) && drivers_impossible()) {
		error("this kernel has no VFIO for PCI devices");
		hint("%s", DRIVERS_OTHER_KERNEL);
		return EXIT_ATTACH;
	}
	if (!binding_driver_there(cmd.driver)) {
		error("there is no driver %s", cmd.driver);
		hint("as root, modprobe %s tells why; docs/driver.md tells how to build " DRIVER,
		     cmd.driver);
		return EXIT_ATTACH;
	}
	return set_all(&cmd);
}

int command_unbind(int argc, char **argv)
{
	struct bind_command cmd = {};

	options_parse(&unbind_argp, "unbind", argc, argv, NULL, &cmd);
	return set_all(&cmd);
}
