/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * message.h - what is said to the person: on standard error, one line each,
 * whatever is in what is told: it goes through escape_line().
 */
#ifndef ISMT_UTIL_MESSAGE_H
#define ISMT_UTIL_MESSAGE_H

/* Exit status of every command; perf and grep users rely on them. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FINDINGS = 1,
	EXIT_USAGE = 2,
	EXIT_ATTACH = 3,   /* cannot attach, or no permission */
	EXIT_CAPTURE = 4,  /* bad capture */
	EXIT_OUTPUT = 5,   /* output could not be written */
	EXIT_EVIDENCE = 6, /* check found nothing, and has not looked at enough for that */
};

/* How much is said: 0, 1 with -v, 2 with -vv. */
void message_set_verbosity(int level);
int message_verbosity(void);

/* Who speaks, in front of errors and warnings: "ismtrace" if not set; borrowed. */
void message_set_name(const char *program);

/*
 * message_listen - from now on lines go to fn(arg, line), not to standard error,
 * without prefix and newline: the screen belongs to somebody else.  fn NULL: to
 * standard error.  Returns who listened before.
 */
struct message_listener {
	void (*fn)(void *arg, const char *line);
	void *arg;
};

struct message_listener message_listen(struct message_listener listener);

/* "ismtrace: ..."; a newline is added. */
void error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What is no trouble: looks like an error, as all that is said does. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "  hint: ..."; what to do about the error just said. */
void hint(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Said as it is, at or above the verbosity. */
void verbose(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Route libbpf's own messages: to -vv, never to somebody who did not ask. */
void message_quiet_libbpf(void);

#endif /* ISMT_UTIL_MESSAGE_H */
