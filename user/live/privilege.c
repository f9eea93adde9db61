// SPDX-License-Identifier: GPL-2.0-only
#include "live/privilege.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* libcap of Debian 12 knows both; the numbers are ABI. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/*
 * CAP_BPF and CAP_PERFMON load tracing programs; the BTF of kernel modules is
 * handed out with CAP_SYS_ADMIN only.
 */
static const struct {
	cap_value_t value;
	const char *name;
} needed[] = {
	{ CAP_BPF, "CAP_BPF" },
	{ CAP_PERFMON, "CAP_PERFMON" },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
};

/*
 * CAP_SYSLOG is kept if it is there: without it the kernel shows no addresses (kallsyms), and its
 * list of functions cannot be found, unless kernel.perf_event_paranoid is 1 or less.
 */
static const cap_value_t useful = CAP_SYSLOG;

int privilege_missing(char *buf, size_t len)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t have;
	size_t i, used = 0;
	int missing = 0;

	buf[0] = '\0';
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (caps && !cap_get_flag(caps, needed[i].value, CAP_EFFECTIVE, &have) &&
		    have == CAP_SET)
			continue;
		if (used < len)
			used += snprintf(buf + used, len - used, "%s%s", missing ? ", " : "",
					 needed[i].name);
		missing++;
	}
	cap_free(caps);
	return missing;
}

/*
 * Set real, effective and saved ids: whoever shares one of the first two may signal us.  A process that
 * was not started as root, but with capabilities, keeps its ids unless a user was given.
 */
static int become(const struct run_as *as)
{
	struct run_as who;
	int err;

	if (geteuid() && !as->given)
		return 0;
	err = run_as_choose(as, &who);
	if (err)
		return err;
	if (setgroups(0, NULL) || setresgid(who.gid, who.gid, who.gid) ||
	    setresuid(who.uid, who.uid, who.uid))
		return -errno;
	return getuid() == who.uid ? 0 : -EINVAL;
}

/*
 * Privileges can never be had again, and others cannot see our memory, which has data of accesses.  Not
 * being dumpable is what prevents core dumps; the limit only shows that to people.
 */
static int seal(void)
{
	const struct rlimit none = {};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
	    setrlimit(RLIMIT_CORE, &none))
		return -errno;
	return 0;
}

static int drop_capabilities(void)
{
	cap_t none = cap_init();
	int err = !none || cap_set_proc(none) ? -errno : 0;

	cap_free(none);
	return err;
}

int privilege_drop(const struct run_as *as)
{
	int err = become(as);

	if (!err)
		err = drop_capabilities();
	return err ?: seal();
}

/* Drop the supplementary groups, if we have the capability to. */
int privilege_shut_in(int dir)
{
	return fchdir(dir) || (chroot(".") && errno != EPERM) ? -errno : 0;
}

static int set_capabilities(const cap_value_t *values, int nr)
{
	cap_t caps = cap_init();
	int err = 0;

	if (!caps ||
	    (nr && (cap_set_flag(caps, CAP_PERMITTED, nr, values, CAP_SET) ||
		    cap_set_flag(caps, CAP_EFFECTIVE, nr, values, CAP_SET))) ||
	    cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	return err;
}

/*
 * Be root for files only (fsuid).  Then another root process, say in a container without capabilities,
 * shares no uid with us that would allow it to signal us or change our limits.  C libraries
 * do not set fsuid in other threads; we have none.
 */
static int root_for_files(void)
{
	const cap_value_t keep[] = { CAP_SETUID, CAP_DAC_OVERRIDE };
	struct run_as who = {};
	int err;

	if (geteuid())
		return 0;
	err = run_as_number(&who);
	if (err)
		return err;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setresuid(who.uid, who.uid, who.uid))
		return -errno;
	err = set_capabilities(keep, 2);
	if (err)
		return err;
	setfsuid(0);
	return setfsuid((uid_t)-1) ? -EPERM : 0;
}

int privilege_keep_files(bool of_others)
{
	const cap_value_t keep = CAP_DAC_OVERRIDE;
	cap_t have = cap_get_proc();
	cap_flag_value_t may = CAP_CLEAR;
	int err = 0;

	if (!have || cap_get_flag(have, keep, CAP_PERMITTED, &may))
		err = -errno;
	cap_free(have);
	if (!err)
		err = root_for_files();
	if (!err)
		err = set_capabilities(&keep, of_others && may == CAP_SET);
	return err ?: seal();
}

/* Put one capability into caps if have, what the process may use, has it. */
static int keep_one(cap_t caps, cap_t have, const cap_value_t *cap, bool effective)
{
	cap_flag_value_t may;

	if (cap_get_flag(have, *cap, CAP_PERMITTED, &may) || may != CAP_SET)
		return 0;
	if (cap_set_flag(caps, CAP_PERMITTED, 1, cap, CAP_SET) ||
	    (effective && cap_set_flag(caps, CAP_EFFECTIVE, 1, cap, CAP_SET)))
		return -errno;
	return 0;
}

/* Keep the capabilities that loading needs or can use, as far as the process has them, and no others. */
static int keep_needed(bool effective)
{
	cap_t caps = cap_init(), have = cap_get_proc();
	int err = caps && have ? 0 : -errno;
	size_t i;

	for (i = 0; !err && i < sizeof(needed) / sizeof(needed[0]); i++)
		err = keep_one(caps, have, &needed[i].value, effective);
	if (!err)
		err = keep_one(caps, have, &useful, effective);
	if (!err && cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	cap_free(have);
	return err;
}

int privilege_raise(bool raise)
{
	return keep_needed(raise);
}

int privilege_keep_tracing(const struct run_as *as)
{
	int err;

	/* Without this the kernel clears permitted capabilities when the uid changes. */
	if (!geteuid() && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -errno;
	err = become(as);
	if (!err)
		err = keep_needed(false);
	return err ?: seal();
}
