// SPDX-License-Identifier: GPL-2.0-only
/*
 * top_not_live.c - ismtop where nothing can be traced: in place of
 * top_gather_live.c on machines that are not s390x.
 */
#include "message.h"
#include "top_gather.h"

int gather_live_open(struct gather **result, const struct filter *filter, bool measure,
		     const struct run_as *run_as)
{
	error("tracing works on s390x only; this machine can show captures: ismtop FILE");
	return EXIT_ATTACH;
}

void message_quiet_libbpf(void)
{
	/* There is none. */
}
