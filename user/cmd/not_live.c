// SPDX-License-Identifier: GPL-2.0-only
/*
 * not_live.c - what the commands that trace are where nothing can be traced:
 * linked in place of them on machines that are not s390x.
 */
#include "cli/command.h"
#include "cmd/check.h"
#include "util/message.h"

static int refuse(void)
{
	error("tracing works on s390x only; this machine can read captures (dump, report, check)");
	return EXIT_ATTACH;
}

int command_live(int argc, char **argv)
{
	return refuse();
}

int command_record(int argc, char **argv)
{
	return refuse();
}

int command_stat(int argc, char **argv)
{
	return refuse();
}

int command_list(int argc, char **argv)
{
	return refuse();
}

int command_doctor(int argc, char **argv)
{
	return refuse();
}

int command_check(int argc, char **argv)
{
	return check_command(argc, argv, NULL);
}

/* No options, then. */
const struct argp live_argp, record_argp, stat_argp, list_argp, doctor_argp;

void message_quiet_libbpf(void)
{
	/* There is none. */
}
