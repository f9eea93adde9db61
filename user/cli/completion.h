/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * completion.h - completion for shells, made of the option tables: `ismtrace completion SHELL`.
 */
#ifndef ISMT_CLI_COMPLETION_H
#define ISMT_CLI_COMPLETION_H

#include <stddef.h>

#include "cli/command.h"

extern const struct argp completion_argp;

/*
 * The command `completion`: writes what the shell that argv names completes to stdout.  Returns the
 * exit status; does not return after a usage error.
 */
int completion(int argc, char **argv, const struct command *commands, size_t nr);

/* Completion for a program without commands.  Returns the exit status. */
int completion_program(const char *shell, const char *program, const struct argp *argp);

#endif /* ISMT_CLI_COMPLETION_H */
