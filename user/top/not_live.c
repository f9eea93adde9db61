// SPDX-License-Identifier: GPL-2.0-only
/*
 * not_live.c - ismtop where nothing can be traced: in place of
 * gather_live.c on machines that are not s390x.
 */
#include "top/gather.h"
#include "util/message.h"

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
