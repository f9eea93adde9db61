// SPDX-License-Identifier: GPL-2.0-only
#include "soak.h"

const struct job_type jobs_signal[] = {
	{ 0 },
};
