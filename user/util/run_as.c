// SPDX-License-Identifier: GPL-2.0-only
#include "util/run_as.h"

#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

/* How many numbers to try.  Hardly one in 2^27 is in use, so that the kernel must be wrong if all of these are. */
#define TRIES 16

/*
 * By the file: getpwnam() would ask through shared libraries, which a static program has
 * none of, and whoever they ask need not be trusted with this.
 */
static int look_up(struct run_as *as, const char *name, uid_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry;
	int err = -ENOENT;

	if (!file)
		return -errno;
	while (err && (entry = fgetpwent(file))) {
		if (name ? strcmp(entry->pw_name, name) : entry->pw_uid != uid)
			continue;
		/* To the kernel that is "as it is", and nobody. */
		if (entry->pw_uid == (uid_t)-1 || entry->pw_gid == (gid_t)-1) {
			err = -EINVAL;
			break;
		}
		as->uid = entry->pw_uid;
		as->gid = entry->pw_gid;
		snprintf(as->name, sizeof(as->name), "%s", entry->pw_name);
		err = 0;
	}
	fclose(file);
	return err;
}

/* The uid itself need not be known to anybody. */
static int parse_number(struct run_as *as, const char *text)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	/* The last one means "as it is" to the kernel. */
	if (errno || *end || value >= UINT32_MAX)
		return -EINVAL;
	if (!look_up(as, NULL, (uid_t)value))
		return 0;
	as->uid = (uid_t)value;
	as->gid = (gid_t)value;
	return 0;
}

int run_as_parse(struct run_as *as, const char *text)
{
	int err;

	memset(as, 0, sizeof(*as));
	if (*text >= '0' && *text <= '9')
		err = parse_number(as, text);
	else
		err = look_up(as, text, 0);
	as->given = !err;
	return err;
}

/* The kernel goes through its processes only if it knows of the user at all. */
bool run_as_in_use(uid_t uid)
{
	errno = 0;
	return getpriority(PRIO_USER, uid) != -1 || errno != ESRCH;
}

int run_as_number(struct run_as *chosen)
{
	/* The number need not be secret: early after boot, take what random bytes there are. */
	uint32_t random;
	int i;

	chosen->given = true;
	chosen->name[0] = '\0';
	for (i = 0; i < TRIES; i++) {
		if (getrandom(&random, sizeof(random), GRND_INSECURE) != sizeof(random))
			return -errno;
		chosen->uid = RUN_AS_FIRST + random % (RUN_AS_LAST - RUN_AS_FIRST + 1);
		chosen->gid = chosen->uid;
		if (!run_as_in_use(chosen->uid))
			return 0;
	}
	return -EUSERS;
}

int run_as_choose(const struct run_as *as, struct run_as *chosen)
{
	*chosen = *as;
	if (as->given)
		return 0;
	chosen->given = true;
	/* Not if a process has this uid: it could signal us.  It may be another tracer, too. */
	if (!look_up(chosen, RUN_AS_NAME, 0) && chosen->uid && !run_as_in_use(chosen->uid))
		return 0;
	return run_as_number(chosen);
}
