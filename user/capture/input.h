/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * input.h - the bytes of a capture file in order, inflated if it is
 * compressed: members that say their size on several threads.
 *
 * Memory is bounded whatever the file says: 256 KiB to read, and per member
 * under way at most what GZMEMBER_MAX allows.
 */
#ifndef ISMT_CAPTURE_INPUT_H
#define ISMT_CAPTURE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_input;

/*
 * input_open - take over fd, which is open for reading.  threads: how many inflate; 1 or less:
 * only the caller.  0 or -ENOMEM.
 */
int input_open(struct capture_input **result, int fd, unsigned int threads);

/*
 * input_chunk - the next piece, good until the next call.  1; 0 at the end;
 * -EBADMSG with input_error(); or -errno of reading.
 */
int input_chunk(struct capture_input *input, const uint8_t **data, size_t *len);

/* After input_chunk() returned 0: did the file end in the middle of a gzip member? */
bool input_cut(const struct capture_input *input);

/* After -EBADMSG: what is wrong, a constant. */
const char *input_error(const struct capture_input *input);

/* Is it gzip?  Known after the first input_chunk(). */
bool input_packed(const struct capture_input *input);

/* Bytes read from the file so far; of a compressed one, compressed. */
uint64_t input_done(const struct capture_input *input);

void input_close(struct capture_input *input);

#endif /* ISMT_CAPTURE_INPUT_H */
