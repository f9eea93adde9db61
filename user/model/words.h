/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * words.h - what codes mean: instructions, condition codes, status codes and
 * error numbers in words.
 */
#ifndef ISMT_MODEL_WORDS_H
#define ISMT_MODEL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ismtrace.h"

/* By enum ismt_op: "read", "write". */
const char *op_name(uint8_t op);

/* By enum ismt_kind: "pcistb" for columns and keys, "PCISTB" for sentences. */
const char *insn_name(unsigned int kind);
const char *insn_title(unsigned int kind);

/* Room for "EIO" and the like, or a number in digits, and the NUL. */
#define ERRNO_NAME_LEN 24

/*
 * errno_name - the name of a positive error number.  The result is either
 * constant or in buf, which must hold ERRNO_NAME_LEN bytes.
 */
const char *errno_name(uint64_t number, char *buf);

/* True if the instruction ended with an exception, not a condition code. */
bool error_is_exception(const struct ismt_error *error);

/* True if condition code and status were seen and mean something. */
bool error_has_cc(const struct ismt_error *error);

/*
 * error_describe - how an instruction failed, as "cc 1 (error), status 8
 * (function in error state)".  Cut to len, always ended.
 */
void error_describe(const struct ismt_error *error, char *buf, size_t len);

/* How an instruction failed, as one word: "cc1", "cc1,st8", "exc", "-EIO", "?". */
void error_word(const struct ismt_error *error, char *buf, size_t len);

#endif /* ISMT_MODEL_WORDS_H */
