/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reader.h - records from capture files (docs/capture-format.md), of
 * any machine, on any machine: no kernel, no sysfs, no privileges.
 *
 *	struct capture *c;
 *	struct capture_record rec;
 *	int got, status = capture_open(&c, files, nr, &options);
 *
 *	if (status)
 *		return status;
 *	while ((got = capture_next(c, &rec)) > 0)
 *		...
 *	if (got < 0)
 *		status = EXIT_CAPTURE;		the reason was printed
 *	capture_account(c, summary);		then summary_finish()
 *	capture_close(c);
 *
 * Memory does not grow with the length of the files: only with the number of
 * files that are open at once (about 2 MiB each, and about 16 MiB more in all
 * where members are inflated in parallel) and of functions in them.
 */
#ifndef ISMT_CAPTURE_READER_H
#define ISMT_CAPTURE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/access.h"
#include "model/function.h"
#include "model/summary.h"

/* More files at once are refused: each is a descriptor and memory. */
#define CAPTURE_FILES_MAX 256

enum capture_say { CAPTURE_NOTE, CAPTURE_ERROR };

struct capture_options {
	/*
	 * A file that ends early, or has no closing account, is an error, not a note:
	 * capture_next() returns -EBADMSG where it would return 0.
	 */
	bool strict;
	unsigned int threads; /* how many inflate; 0: one per CPU, at most 16 */
	/*
	 * Called now and then, at most once per 64 KiB: bytes of the files
	 * (compressed, if they are) read so far and in all; total is 0 if it
	 * is not known, as of a pipe.  May be NULL.
	 */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	/*
	 * Called with one printable line, without newline, "FILE: what".  NULL: notes go to
	 * warning() and errors to error().
	 */
	void (*say)(void *arg, enum capture_say how, const char *text);
	void *arg; /* the first argument of both */
};

enum capture_type { CAPTURE_ACCESS, CAPTURE_INSN };

/*
 * One record.  Its pointers to functions and drivers are good until capture_close(), that to a
 * payload until the next capture_next().
 */
struct capture_record {
	enum capture_type type;
	size_t file;	 /* index of the file that it comes from */
	uint64_t number; /* of the record in its file, from 1 */
	union {
		struct access access; /* rules, run: 0, not evaluated yet */
		struct insn insn;
	};
};

struct capture;

/*
 * capture_open - open all files and read up to the first record of each.
 * files[i] is a path, or "-" for standard input (once); borrowed until
 * capture_close().  options may be NULL.  Returns EXIT_DONE with *result; or EXIT_CAPTURE, having
 * printed why in one line.
 */
int capture_open(struct capture **result, const char *const *files, size_t nr,
		 const struct capture_options *options);

/*
 * capture_next - the next record of all files, by time of begin; records of
 * one file stay in the order in which they are in it.  Returns 1 with *rec;
 * 0 at the end, or where a file was cut off, after a note; -EBADMSG, -ENOMEM or another -errno
 * for a bad file, having printed why.  After 0 or an error it returns the same again.
 */
int capture_next(struct capture *capture, struct capture_record *rec);

/*
 * capture_account - add what the captures say of whole traces to the summary: losses, filtered and
 * unopened accesses, unattributed instructions and measurement blocks; and set begin_ns, end_ns,
 * unaccounted, missing and strays.  Call it after the last record, before summary_finish().
 * Several files of one trace (rotated) count once.  Returns 0 or -ENOMEM.
 */
int capture_account(struct capture *capture, struct summary *summary);

/*
 * Why it is not known what was lost, a constant: a file was cut off, has no closing account, was
 * rewritten, or not read to its end (yet).  NULL: it is known.
 */
const char *capture_unaccounted(const struct capture *capture);

/* The table of all functions met so far, which belongs to the capture. */
struct function_table *capture_functions(struct capture *capture);

/*
 * When the earliest trace began, in ns since 1970; and the nanoseconds to add to its
 * CLOCK_MONOTONIC to get ns since 1970.  Known after capture_open(); 0 if there is no record.
 */
int64_t capture_begin(const struct capture *capture);
int64_t capture_mono_offset(const struct capture *capture);

/* Bytes of the files read so far; *total: bytes in all, 0: not known. */
uint64_t capture_bytes(const struct capture *capture, uint64_t *total);

void capture_close(struct capture *capture);

#endif /* ISMT_CAPTURE_READER_H */
