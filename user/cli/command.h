/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.h - the subcommands.  A new one is a file and a line in main.c.
 */
#ifndef ISMT_CLI_COMMAND_H
#define ISMT_CLI_COMMAND_H

#include <argp.h>

#define ISMTRACE_NAME "ismtrace"

struct command {
	const char *name;
	/* argv[0] is the command's name; returns the exit status. */
	int (*run)(int argc, char **argv);
	const struct argp *argp; /* for completion; NULL: none */
	const char *help;	 /* one line */
};

int command_live(int argc, char **argv);
int command_stat(int argc, char **argv);
int command_record(int argc, char **argv);
int command_dump(int argc, char **argv);
int command_report(int argc, char **argv);
int command_check(int argc, char **argv);
int command_list(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_bind(int argc, char **argv);
int command_unbind(int argc, char **argv);

/* The commands' option tables; completion is made of these. */
extern const struct argp live_argp, record_argp, stat_argp, dump_argp, report_argp, check_argp,
	list_argp, doctor_argp, bind_argp, unbind_argp;

#endif /* ISMT_CLI_COMMAND_H */
