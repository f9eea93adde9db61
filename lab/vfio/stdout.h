/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stdout.h - what was printed has to have arrived.
 */
#ifndef STDOUT_H
#define STDOUT_H

/*
 * stdout_check - from now on the program ends with this status, and says so by this
 * name, if standard output could not be written, whoever calls exit(): argp does for
 * --help.
 */
void stdout_check(const char *program, int status);

#endif /* STDOUT_H */
