/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * unit.h - a test program in one header: checks that say "ok" or "not ok",
 * and unit_end(), whose result main() returns.
 */
#ifndef ISMT_UNIT_H
#define ISMT_UNIT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned int unit_passed, unit_failed;

__attribute__((format(printf, 4, 5), unused)) static bool
unit_check(bool good, const char *file, int line, const char *format, ...)
{
	__builtin_va_list args;

	if (good)
		unit_passed++;
	else
		unit_failed++;
	printf("%sok %u - ", good ? "" : "not ", unit_passed + unit_failed);
	__builtin_va_start(args, format);
	vprintf(format, args);
	__builtin_va_end(args);
	if (!good)
		printf("\n#   at %s:%d", file, line);
	putchar('\n');
	return good;
}

/* ok(condition, "what %s", ...) - the condition holds. */
#define ok(good, ...) unit_check(good, __FILE__, __LINE__, __VA_ARGS__)

/* is_int(got, want, what) - two integers are equal; both as long long. */
#define is_int(got, want, what) \
	unit_is_int((long long)(got), (long long)(want), what, __FILE__, __LINE__)
/* is_str(got, want, what) - two strings are equal. */
#define is_str(got, want, what) unit_is_str(got, want, what, __FILE__, __LINE__)
/* has_str(text, part, what) - a text contains another. */
#define has_str(text, part, what) unit_has_str(text, part, what, __FILE__, __LINE__)

__attribute__((unused)) static bool unit_is_int(long long got, long long want, const char *what,
						const char *file, int line)
{
	if (got == want)
		return unit_check(true, file, line, "%s", what);
	return unit_check(false, file, line, "%s: got %lld, want %lld", what, got, want);
}

__attribute__((unused)) static bool unit_is_str(const char *got, const char *want, const char *what,
						const char *file, int line)
{
	if (got && !strcmp(got, want))
		return unit_check(true, file, line, "%s", what);
	return unit_check(false, file, line, "%s: got \"%s\", want \"%s\"", what,
			  got ? got : "(null)", want);
}

__attribute__((unused)) static bool unit_has_str(const char *text, const char *part,
						 const char *what, const char *file, int line)
{
	if (text && strstr(text, part))
		return unit_check(true, file, line, "%s", what);
	return unit_check(false, file, line, "%s: no \"%s\" in:\n%s", what, part,
			  text ? text : "(null)");
}

/* Last in main(): prints the sums, returns the exit status. */
__attribute__((unused)) static int unit_end(void)
{
	printf("%u passed, %u failed\n", unit_passed, unit_failed);
	/* A program that checked nothing has not passed. */
	return unit_failed || !unit_passed;
}

#endif /* ISMT_UNIT_H */
