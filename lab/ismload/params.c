// SPDX-License-Identifier: GPL-2.0-only
/*
 * params.c - parse PATTERN[:KEY=VALUE,...].  A pattern's defaults are written
 * in the same notation and go through the same parser, and their keys are the
 * keys that the pattern knows: there is no second list to keep in step.
 */
#include "patterns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 256

enum key_type {
	KEY_NUMBER,
	KEY_SIZE, /* a number of bytes, or max */
	KEY_REGION,
	KEY_EXPECT,
};

struct key {
	const char *name;
	const char *alias;
	enum key_type type;
	size_t at; /* in struct params */
	uint64_t max;
};

#define MEMBER(m) offsetof(struct params, m)

static const struct key keys[] = {
	{ "region", NULL, KEY_REGION, MEMBER(region), 0x7fff },
	/* Bit 63 of a file offset cannot be used, and regions lie below it. */
	{ "offset", NULL, KEY_NUMBER, MEMBER(offset), (uint64_t)1 << 48 },
	{ "size", "len", KEY_SIZE, MEMBER(size), LEN_MAX },
	{ "total", NULL, KEY_NUMBER, MEMBER(total), (uint64_t)1 << 40 },
	{ "count", NULL, KEY_NUMBER, MEMBER(count), (uint64_t)1 << 40 },
	{ "stride", NULL, KEY_NUMBER, MEMBER(stride), (uint64_t)1 << 47 },
	{ "rate", NULL, KEY_NUMBER, MEMBER(rate), 1000000000 },
	{ "seconds", NULL, KEY_NUMBER, MEMBER(seconds), 1000000 },
	{ "write", NULL, KEY_NUMBER, MEMBER(write), 1 },
	{ "verify", NULL, KEY_NUMBER, MEMBER(verify), (uint64_t)1 << 40 },
	{ "expect", NULL, KEY_EXPECT, 0, 0 },
};

static const char *const region_names[REGIONS_KNOWN] = {
	"bar0", "bar1", "bar2", "bar3", "bar4", "bar5", "rom", "config", "vga",
};

const char *region_name(unsigned int index, char *buf, size_t size)
{
	if (index < REGIONS_KNOWN)
		return region_names[index];
	snprintf(buf, size, "dev%u", index);
	return buf;
}

int number_parse(const char *text, uint64_t *value)
{
	static const char units[] = "kmgt";
	unsigned int shift = 0;
	const char *unit;
	char *end;
	uint64_t n;

	/* strtoull() would take a sign and spaces. */
	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno)
		return -EINVAL;
	if (*end) {
		unit = strchr(units, *end | 0x20);
		if (!unit || !*unit || end[1])
			return -EINVAL;
		shift = 10 * (unsigned int)(unit - units + 1);
		if (n << shift >> shift != n)
			return -EINVAL;
	}
	*value = n << shift;
	return 0;
}

static int region_parse(const char *text, uint64_t *value)
{
	unsigned int i;

	for (i = 0; i < REGIONS_KNOWN; i++) {
		if (!strcmp(text, region_names[i])) {
			*value = i;
			return 0;
		}
	}
	return number_parse(strncmp(text, "dev", 3) ? text : text + 3, value);
}

static int expect_parse(const char *text, struct params *params)
{
	static const struct {
		const char *name;
		enum wanted wanted;
		int err;
	} names[] = {
		{ "contract", WANTED_CONTRACT, 0 }, { "ok", WANTED_OK, 0 },
		{ "any", WANTED_ANY, 0 },	    { "refused", WANTED_REFUSED, 0 },
		{ "EINVAL", WANTED_ERRNO, EINVAL }, { "EIO", WANTED_ERRNO, EIO },
		{ "ENXIO", WANTED_ERRNO, ENXIO },   { "ENODEV", WANTED_ERRNO, ENODEV },
		{ "EFAULT", WANTED_ERRNO, EFAULT }, { "EBUSY", WANTED_ERRNO, EBUSY },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i].name)) {
			params->wanted = names[i].wanted;
			params->wanted_errno = names[i].err;
			return 0;
		}
	}
	return -EINVAL;
}

static const char *key_takes(const struct key *key, char *buf, size_t size)
{
	switch (key->type) {
	case KEY_REGION:
		return "bar0 to bar5, rom, config, vga, dev9 or a number up to 32767";
	case KEY_EXPECT:
		return "contract, ok, any, refused, EINVAL, EIO, ENXIO, ENODEV, EFAULT or EBUSY";
	case KEY_SIZE:
		snprintf(buf, size, "a number of bytes up to %" PRIu64 " or max", key->max);
		return buf;
	case KEY_NUMBER:
	default:
		snprintf(buf, size, "a number up to %" PRIu64, key->max);
		return buf;
	}
}

static int key_set(const struct key *key, struct params *params, const char *text)
{
	uint64_t *value = (uint64_t *)((char *)params + key->at);
	uint64_t n;

	if (key->type == KEY_EXPECT)
		return expect_parse(text, params);
	if (key->type == KEY_SIZE && !strcmp(text, "max")) {
		*value = SIZE_MAX_BLOCK;
		return 0;
	}
	if (key->type == KEY_REGION ? region_parse(text, &n) : number_parse(text, &n))
		return -EINVAL;
	if (n > key->max)
		return -EINVAL;
	*value = n;
	return 0;
}

static const struct key *key_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!strcmp(name, keys[i].name) || (keys[i].alias && !strcmp(name, keys[i].alias)))
			return &keys[i];
	}
	return NULL;
}

/* Every pattern takes expect=; otherwise what its defaults mention. */
static bool pattern_knows(const struct pattern *pattern, const struct key *key)
{
	size_t len = strlen(key->name);
	const char *p = pattern->defaults;

	if (key->type == KEY_EXPECT)
		return true;
	while (p && *p) {
		if (!strncmp(p, key->name, len) && p[len] == '=')
			return true;
		p = strchr(p, ',');
		if (p)
			p++;
	}
	return false;
}

static int params_parse(const struct pattern *pattern, char *text, struct params *params, char *err,
			size_t errsize)
{
	char *item, *value, *save = NULL, buf[64];
	const struct key *key;

	for (item = strtok_r(text, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		value = strchr(item, '=');
		if (value)
			*value++ = '\0';
		key = key_find(item);
		if (!key || !pattern_knows(pattern, key)) {
			snprintf(err, errsize, "%s does not know '%s'; it takes %s%sexpect",
				 pattern->name, item, pattern->defaults,
				 *pattern->defaults ? " and " : "");
			return -EINVAL;
		}
		/* A key alone turns a switch on: widths:write. */
		if (!value && (key->at == MEMBER(write) || key->at == MEMBER(verify)) &&
		    key->type == KEY_NUMBER)
			value = "1";
		if (!value || key_set(key, params, value)) {
			snprintf(err, errsize, "%s: %s takes %s, not '%s'", pattern->name, item,
				 key_takes(key, buf, sizeof(buf)), value ? value : "");
			return -EINVAL;
		}
	}
	return 0;
}

int pattern_parse(const char *text, const struct pattern **pattern, struct params *params,
		  char *err, size_t errsize)
{
	char name[TEXT_MAX], defaults[TEXT_MAX], *args;
	const struct pattern *p;
	int ret;

	if (strlen(text) >= sizeof(name)) {
		snprintf(err, errsize, "a pattern has at most %d characters", TEXT_MAX - 1);
		return -EINVAL;
	}
	strcpy(name, text);
	args = strchr(name, ':');
	if (args)
		*args++ = '\0';
	for (p = patterns; p->name; p++) {
		if (!strcmp(p->name, name))
			break;
	}
	if (!p->name) {
		snprintf(err, errsize, "no pattern '%s'; --list shows those there are", name);
		return -EINVAL;
	}
	memset(params, 0, sizeof(*params));
	snprintf(defaults, sizeof(defaults), "%s", p->defaults);
	ret = params_parse(p, defaults, params, err, errsize);
	if (!ret && args)
		ret = params_parse(p, args, params, err, errsize);
	*pattern = p;
	return ret;
}
