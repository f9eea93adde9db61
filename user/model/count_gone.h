/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * count_gone.h - who has gone to the others, so that one who comes back and goes again is not
 * taken for two.
 */
#ifndef ISMT_MODEL_COUNT_GONE_H
#define ISMT_MODEL_COUNT_GONE_H

#include "model/count_owners.h"

/* The kernel has no larger ones; one in a capture that is larger is counted each time. */
#define GONE_PIDS (1u << 22)
/* More functions with a driver are counted each time. */
#define GONE_PLACES 4096

struct count_gone {
	uint64_t pid[GONE_PIDS / 64]; /* a bit each */
	struct count_owners places;
};

struct count_gone *gone_new(void); /* NULL: no memory */
void gone_free(struct count_gone *gone);

/* Notes those who do not stay.  Returns how many of them have not gone before. */
size_t gone_note(struct count_gone *gone, const struct count_owners *owners);

/* Has the process gone before? */
bool gone_process(const struct count_gone *gone, uint32_t pid);

#endif /* ISMT_MODEL_COUNT_GONE_H */
