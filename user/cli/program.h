/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * program.h - what both programs do before anything else, so that they are to a shell
 * what it is used to.
 */
#ifndef ISMT_CLI_PROGRAM_H
#define ISMT_CLI_PROGRAM_H

/*
 * program_begin - name is who speaks in messages, borrowed.  Signals are as in
 * caller_signals.h; a standard descriptor that is closed stays one that cannot be
 * used, but no file that is opened gets its number; and a program that ends well
 * although its standard output could not be written ends with EXIT_OUTPUT instead,
 * having said so: that is for those who call exit() themselves, as argp's --help does.
 */
void program_begin(const char *name);

#endif /* ISMT_CLI_PROGRAM_H */
