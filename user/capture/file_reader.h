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
 * file_open - path is borrowed; "-" is standard input.  Returns 0 with *result,
 * -ENOMEM, or another -errno, told.  options and traces are borrowed until
 * file_close().
 */
int file_open(struct capture_file **result, const char *path, unsigned int threads,
	      const struct capture_options *options, struct capture_traces *traces);

/*
 * file_next - the next record, with file and number left to the caller.  1, 0
 * at the end, or -errno, told.
 */
int file_next(struct capture_file *file, struct capture_record *rec);

/* Why it is not known what was lost, a constant; NULL: it is.  Once it has ended. */
const char *file_unaccounted(const struct capture_file *file);

/* Records of a type that is not known, left out so far. */
uint64_t file_unknown(const struct capture_file *file);

/* Packets that are no records of ours, likewise. */
uint64_t file_strays(const struct capture_file *file);

/* Bytes of it read, and its size; 0 if that is not known. */
uint64_t file_done(const struct capture_file *file);
uint64_t file_size(const struct capture_file *file);

void file_close(struct capture_file *file);

/* Tell a line as the options say; used by all that read captures. */
void capture_say(const struct capture_options *options, enum capture_say how, const char *path,
		 const char *text);

#endif /* ISMT_CAPTURE_FILE_READER_H */
