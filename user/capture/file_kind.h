/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file_kind.h - what a file is that is no capture of ours, by its first bytes, and what to do
 * about it.
 */
#ifndef ISMT_CAPTURE_FILE_KIND_H
#define ISMT_CAPTURE_FILE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many of its first bytes are looked at. */
#define KIND_HEAD 8

/*
 * capture_kind - a sentence about the file called path ("-": standard input), printable; head
 * holds KIND_HEAD bytes of what comes out of it, and packed says that this is out of gzip.
 * False if it is nothing that is known.
 */
bool capture_kind(const uint8_t *head, const char *path, bool packed, char *buf, size_t len);

#endif /* ISMT_CAPTURE_FILE_KIND_H */
