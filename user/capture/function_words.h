/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * function_words.h - a PCI function as an interface of a capture: the interface's name is the PCI
 * address, its description consists of words of the form key=value.
 */
#ifndef ISMT_CAPTURE_FUNCTION_WORDS_H
#define ISMT_CAPTURE_FUNCTION_WORDS_H

#include "capture/pcapng.h"
#include "model/access.h"

/* The longest description, and the NUL. */
#define DESCRIPTION_LEN 320

/* The description of a function. */
void function_describe(const struct function *fn, char *buf, size_t len);

/*
 * function_understand - the reverse: fill in fn.  A missing key leaves 0, an unknown one is
 * skipped.  The texts need not end with a NUL.
 */
void function_understand(struct function *fn, const char *name, size_t name_len,
			 const char *description, size_t len);

#endif /* ISMT_CAPTURE_FUNCTION_WORDS_H */
