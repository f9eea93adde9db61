/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stdout.h - what was printed has to have arrived, and nowhere else.
 */
#ifndef STDOUT_H
#define STDOUT_H

/*
 * stdout_check - from now on the program ends with this status, and says so by this
 * name, if standard output could not be written, whoever calls exit(): argp does for
 * --help.  To be called before anything is opened: a standard descriptor that is closed
 * becomes one that fails, as else it would be the next file, such as the function itself,
 * and be read or written as if it were ours.
 */
void stdout_check(const char *program, int status);

#endif /* STDOUT_H */
