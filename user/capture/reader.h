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
 *		status = EXIT_CAPTURE;		the person has been told
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
	 * What ends early, or has no closing account, is an error, not a note:
	 * capture_next() returns -EBADMSG where it would return 0.
	 */
	bool strict;
	unsigned int threads; /* that inflate; 0: one per CPU, at most 16 */
	/*
	 * Called now and then, at most once per 64 KiB: bytes of the files
	 * (compressed, if they are) read so far and in all; total is 0 if it
	 * is not known, as of a pipe.  May be NULL.
	 */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	/*
	 * Told one line, without its end, printable, "FILE: what"; NULL: notes
	 * go to warning() and errors to error().
	 */
	void (*say)(void *arg, enum capture_say how, const char *text);
	void *arg; /* of both */
};

enum capture_type { CAPTURE_ACCESS, CAPTURE_INSN };

/*
 * One record.  What its pointers lead to: functions and drivers are good until
 * capture_close(); a payload until the next capture_next().
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
 * capture_close().  options may be NULL.  On failure the person has been told
 * why in one line, and the exit status (EXIT_CAPTURE) is returned; EXIT_DONE
 * with *result otherwise.
 */
int capture_open(struct capture **result, const char *const *files, size_t nr,
		 const struct capture_options *options);

/*
 * capture_next - the next record of all files, by time of begin; records of
 * one file stay in the order in which they are in it.  Returns 1 with *rec;
 * 0 at the end, or where a file was cut off (a note is said); -EBADMSG, -ENOMEM
 * or another -errno, told, for a bad file.  After 0 or an error it returns
 * the same again.
 */
int capture_next(struct capture *capture, struct capture_record *rec);

/*
 * capture_account - what the traces said of themselves: adds losses, filtered
 * and unopened accesses, unattributed instructions and measurement blocks to the
 * summary, and sets begin_ns, end_ns, unaccounted, missing and strays.  Call
 * after the last record, before summary_finish().  Files of one trace (rotated)
 * are counted once.  Returns 0 or -ENOMEM.
 */
int capture_account(struct capture *capture, struct summary *summary);

/*
 * Why it is not known what was lost, a constant: a file was cut off, has no closing account, was
 * rewritten, or not read to its end (yet).  NULL: it is known.
 */
const char *capture_unaccounted(const struct capture *capture);

/* The functions met so far; the capture's own. */
struct function_table *capture_functions(struct capture *capture);

/*
 * When the earliest of the traces began, ns since 1970, and what to add to
 * its CLOCK_MONOTONIC for that; known after capture_open().  0 for no record.
 */
int64_t capture_begin(const struct capture *capture);
int64_t capture_mono_offset(const struct capture *capture);

/* Bytes read so far, and in all (0: not known). */
uint64_t capture_bytes(const struct capture *capture, uint64_t *total);

void capture_close(struct capture *capture);

#endif /* ISMT_CAPTURE_READER_H */
