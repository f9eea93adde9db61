/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * count_gone.h - who was folded into the others, so that one who comes back and is folded again
 * is not counted twice.
 */
#ifndef ISMT_MODEL_COUNT_GONE_H
#define ISMT_MODEL_COUNT_GONE_H

#include "model/count_owners.h"

/* Process ids from here on, which no kernel has but a capture may, are counted each time. */
#define GONE_PIDS (1u << 22)
/* The most functions with a driver that are remembered; more of them are counted each time. */
#define GONE_PLACES 4096

struct count_gone {
	uint64_t pid[GONE_PIDS / 64]; /* a bit for each process id */
	struct count_owners places;
};

struct count_gone *gone_new(void); /* NULL: no memory */
void gone_free(struct count_gone *gone);

/* Note the owners that are about to be folded.  Returns how many of them were not folded before. */
size_t gone_note(struct count_gone *gone, const struct count_owners *owners);

/* Was the process folded before? */
bool gone_process(const struct count_gone *gone, uint32_t pid);

#endif /* ISMT_MODEL_COUNT_GONE_H */
