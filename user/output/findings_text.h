/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * findings_text.h - findings spelled out under an access, but only the first few of each rule and
 * function: a million equal findings would bury everything else.
 */
#ifndef ISMT_OUTPUT_FINDINGS_TEXT_H
#define ISMT_OUTPUT_FINDINGS_TEXT_H

#include "model/rules.h"
#include "util/outbuf.h"
#include "util/slots.h"

/* How many findings of a rule on a function are spelled out. */
#define FINDINGS_SPELLED 3

struct findings_seen {
	const struct function *fn;
	uint8_t count[RULE_COUNT]; /* up to FINDINGS_SPELLED */
};

struct findings_text {
	struct findings_seen *seen;
	size_t nr, room;
	struct slots slots;
	bool said; /* it was said that the others are left out */
};

/* Write a line for each rule that fired on the access; findings starts as zeros. */
void findings_text_write(struct findings_text *findings, const struct access *access,
			 struct outbuf *out, bool color);

void findings_text_free(struct findings_text *findings);

#endif /* ISMT_OUTPUT_FINDINGS_TEXT_H */
