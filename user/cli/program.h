/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - what both programs do first, so that they behave as a shell expects.
 */
#ifndef ISMT_CLI_PROGRAM_H
#define ISMT_CLI_PROGRAM_H

/*
 * program_begin - name (borrowed) stands in front of messages.
 *
 * Calls caller_signals_keep().  A standard descriptor that is closed is opened so that it
 * cannot be used: no other file must get its number.  And if standard output could not be
 * written, the program says so and ends with EXIT_OUTPUT instead of EXIT_DONE, also where
 * a library calls exit(), as argp does for --help.
 */
void program_begin(const char *name);

#endif /* ISMT_CLI_PROGRAM_H */
