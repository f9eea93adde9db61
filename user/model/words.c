// SPDX-License-Identifier: GPL-2.0-only
#include "model/words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	const char *title;
} kinds[ISMT_KINDS] = {
	[ISMT_PCILG] = { "pcilg", "PCILG" },	     [ISMT_PCISTG] = { "pcistg", "PCISTG" },
	[ISMT_PCISTB] = { "pcistb", "PCISTB" },	     [ISMT_MIO_LOAD] = { "pcilgi", "PCILGI" },
	[ISMT_MIO_STORE] = { "pcistgi", "PCISTGI" }, [ISMT_MIO_BLOCK] = { "pcistbi", "PCISTBI" },
};

/* Condition codes of PCILG, PCISTG and PCISTB. */
static const char *const cc_words[] = {
	[0] = "done",
	[1] = "error",
	[2] = "busy",
	[3] = "no such function",
};

/* Status codes of PCILG, PCISTG and PCISTB with condition code 1. */
static const struct {
	uint8_t status;
	const char *words;
} status_words[] = {
	{ 4, "function not enabled" },
	{ 8, "function in error state" },
	{ 12, "function blocked" },
	{ 16, "insufficient resources" },
	{ 20, "invalid address space" },
	{ 24, "function already enabled" },
	{ 28, "DMA address space not enabled" },
	{ 36, "second operand in an invalid address space" },
	{ 40, "function not available" },
	{ 44, "already in the requested state" },
};

const char *op_name(uint8_t op)
{
	return op == ISMT_READ ? "read" : "write";
}

const char *insn_name(unsigned int kind)
{
	return kind < ISMT_KINDS ? kinds[kind].name : "?";
}

const char *insn_title(unsigned int kind)
{
	return kind < ISMT_KINDS ? kinds[kind].title : "?";
}

const char *errno_name(uint64_t number, char *buf)
{
	const char *name = NULL;

	if (number && number < 4096)
		name = strerrorname_np((int)number);
	if (name)
		return name;
	/* The kernel has some that the C library does not know. */
	snprintf(buf, ERRNO_NAME_LEN, "%" PRIu64, number);
	return buf;
}

bool error_is_exception(const struct ismt_error *error)
{
	if (error->flags & ISMT_ERR_CC)
		return error->cc == 0;
	return (error->flags & ISMT_ERR_RC) && error->rc == -ENXIO;
}

bool error_has_cc(const struct ismt_error *error)
{
	return (error->flags & ISMT_ERR_CC) && error->cc != 0;
}

static const char *status_find(uint8_t status)
{
	size_t i;

	for (i = 0; i < sizeof(status_words) / sizeof(status_words[0]); i++)
		if (status_words[i].status == status)
			return status_words[i].words;
	return NULL;
}

void error_describe(const struct ismt_error *error, char *buf, size_t len)
{
	char number[ERRNO_NAME_LEN];
	const char *words;

	if (error_has_cc(error)) {
		words = error->cc <= 3 ? cc_words[error->cc] : "undefined";
		if (!error->status)
			snprintf(buf, len, "cc %u (%s)", error->cc, words);
		else if (status_find(error->status))
			snprintf(buf, len, "cc %u (%s), status %u (%s)", error->cc, words,
				 error->status, status_find(error->status));
		else
			snprintf(buf, len, "cc %u (%s), status %u", error->cc, words,
				 error->status);
	} else if (error_is_exception(error)) {
		snprintf(buf, len, "an exception (bad alignment, length or address)");
	} else if ((error->flags & ISMT_ERR_RC) && error->rc == -EIO) {
		snprintf(buf, len, "-EIO (a condition code above 0, not seen)");
	} else if ((error->flags & ISMT_ERR_RC) && error->rc < 0) {
		snprintf(buf, len, "-%s", errno_name((uint64_t)-error->rc, number));
	} else {
		snprintf(buf, len, "an error that was not seen");
	}
}

void error_word(const struct ismt_error *error, char *buf, size_t len)
{
	char number[ERRNO_NAME_LEN];

	if (error_has_cc(error)) {
		if (error->status)
			snprintf(buf, len, "cc%u,st%u", error->cc, error->status);
		else
			snprintf(buf, len, "cc%u", error->cc);
	} else if (error_is_exception(error)) {
		snprintf(buf, len, "exc");
	} else if ((error->flags & ISMT_ERR_RC) && error->rc < 0) {
		snprintf(buf, len, "-%s", errno_name((uint64_t)-error->rc, number));
	} else {
		snprintf(buf, len, "?");
	}
}
