/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * completion.h - completion for shells, made of the option tables: `ismtrace completion SHELL`.
 */
#ifndef ISMT_CLI_COMPLETION_H
#define ISMT_CLI_COMPLETION_H

#include <stddef.h>

#include "cli/command.h"

/*
 * Writes the completion for the shell in argv[1], "bash" or "zsh", to stdout.
 * Commands without help are left out.  Returns the exit status.
 */
int completion(int argc, char **argv, const struct command *commands, size_t nr);

/* Completion for a program without commands.  Returns the exit status. */
int completion_program(const char *shell, const char *program, const struct argp *argp);

#endif /* ISMT_CLI_COMPLETION_H */
