/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counts_internal.h - what the files that counts are made of share.
 */
#ifndef ISMT_MODEL_COUNTS_INTERNAL_H
#define ISMT_MODEL_COUNTS_INTERNAL_H

#include "model/counts.h"

/* The slot that holds the row of the key, or the free one where it would go. */
uint32_t *counts_slot(const struct counts *counts, const struct count_key *key);

#endif /* ISMT_MODEL_COUNTS_INTERNAL_H */
