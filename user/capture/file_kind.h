/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file_kind.h - recognise a file that is no capture of ours by its first bytes, and say what to
 * do about it.
 */
#ifndef ISMT_CAPTURE_FILE_KIND_H
#define ISMT_CAPTURE_FILE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes are looked at. */
#define KIND_HEAD 8

/*
 * capture_kind - a printable sentence about the file at path ("-": standard input).  head holds its
 * first KIND_HEAD bytes; with packed, these are what gzip has inflated.  False if the kind of
 * file is not known.
 */
bool capture_kind(const uint8_t *head, const char *path, bool packed, char *buf, size_t len);

#endif /* ISMT_CAPTURE_FILE_KIND_H */
