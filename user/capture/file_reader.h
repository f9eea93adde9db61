/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file_reader.h - one file of a capture: its records in order.
 */
#ifndef ISMT_CAPTURE_FILE_READER_H
#define ISMT_CAPTURE_FILE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/reader.h"
#include "capture/trace.h"

struct capture_file;

/*
 * file_open - open a file, "-" for standard input.  path, options and traces are borrowed until
 * file_close().  Returns 0 with *result; -ENOMEM; or another -errno, whose reason was printed.
 */
int file_open(struct capture_file **result, const char *path, unsigned int threads,
	      const struct capture_options *options, struct capture_traces *traces);

/*
 * file_next - the next record; rec->file and rec->number are left to the caller.  1; 0 at the
 * end; or -errno, whose reason was printed.
 */
int file_next(struct capture_file *file, struct capture_record *rec);

/* Why it is not known what was lost, a constant; NULL: it is known.  Valid at the end of the file. */
const char *file_unaccounted(const struct capture_file *file);

/* How many records of an unknown type were left out so far. */
uint64_t file_unknown(const struct capture_file *file);

/* How many packets that are no records of ours were left out so far. */
uint64_t file_strays(const struct capture_file *file);

/* Bytes of the file read so far; and its size in bytes, 0 if that is not known. */
uint64_t file_done(const struct capture_file *file);
uint64_t file_size(const struct capture_file *file);

void file_close(struct capture_file *file);

/* Print or pass on a line as the options say; used by everything that reads captures. */
void capture_say(const struct capture_options *options, enum capture_say how, const char *path,
		 const char *text);

#endif /* ISMT_CAPTURE_FILE_READER_H */
