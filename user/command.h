/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.h - the subcommands.  A new one is a file and a line in main.c.
 */
#ifndef ISMT_COMMAND_H
#define ISMT_COMMAND_H

#define ISMTRACE_NAME		"ismtrace"

struct command {
	const char *name;
	/* argv[0] is the command's name; returns the exit status. */
	int (*run)(int argc, char **argv);
	const char *help;
};

int command_live(int argc, char **argv);
int command_list(int argc, char **argv);
int command_doctor(int argc, char **argv);

#endif /* ISMT_COMMAND_H */
