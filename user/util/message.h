/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * message.h - messages to the person: a line each, on standard error.  All text goes through
 * escape_line(), so that a message stays one line whatever is in it.
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
	EXIT_EVIDENCE = 6, /* check found nothing, but has not seen enough to pass (gate.h) */
};

/* How much verbose() says: 0, 1 with -v, 2 with -vv. */
void message_set_verbosity(int level);
int message_verbosity(void);

/* The name in front of errors and warnings, "ismtrace" by default; borrowed. */
void message_set_name(const char *program);

/*
 * What was typed up to the options, as "ismtrace live", for hints that tell how to call it again;
 * the program's name unless it was set.  Borrowed.
 */
void message_set_command(const char *typed);
const char *message_command(void);

/*
 * message_listen - from now on lines go to fn(arg, line), without prefix and newline, and not to
 * standard error: ismtop does so while it has the screen.  fn NULL: to standard error again.
 * Returns the listener before.
 */
struct message_listener {
	void (*fn)(void *arg, const char *line);
	void *arg;
};

struct message_listener message_listen(struct message_listener listener);

/* "ismtrace: ..."; a newline is added. */
void error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Something to know that is no trouble; printed as an error is, without "warning: ". */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "  hint: ..."; what to do about the error that was just printed. */
void hint(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Printed without a prefix, if the verbosity is at least level. */
void verbose(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print libbpf's own messages with -vv only. */
void message_quiet_libbpf(void);

#endif /* ISMT_UTIL_MESSAGE_H */
