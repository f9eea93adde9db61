/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * say.h - messages on stderr, each one line that begins with the program's name.
 */
#ifndef ISMPEER_SAY_H
#define ISMPEER_SAY_H

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, with -v alone. */
void say_more(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_all(void);

#endif /* ISMPEER_SAY_H */
