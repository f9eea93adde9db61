// SPDX-License-Identifier: GPL-2.0-only
#include "model/filter.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/filter_match.h"
#include "model/region.h"
#include "model/rules.h"

void filter_init(struct filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->k.regions = UINT64_MAX;
	filter->k.ops = 1 << ISMT_READ | 1 << ISMT_WRITE;
	filter->k.size_max = UINT64_MAX;
}

int filter_add_function(struct filter *filter, const char *text)
{
	/* A name that can never match would make `check` find nothing. */
	if (!filter_name_valid(text))
		return -EINVAL;
	if (filter->nr_functions == FILTER_MAX)
		return -E2BIG;
	filter->functions[filter->nr_functions++] = text;
	return 0;
}

int filter_add_pid(struct filter *filter, const char *text)
{
	char *end;
	long pid;

	do {
		errno = 0;
		pid = strtol(text, &end, 10);
		if (errno || end == text || pid <= 0 || pid > INT32_MAX || (*end && *end != ','))
			return -EINVAL;
		if (filter->nr_pids == FILTER_PIDS)
			return -E2BIG;
		filter->pids[filter->nr_pids++] = pid;
		text = end + 1;
	} while (*end);
	return 0;
}

int filter_set_comm(struct filter *filter, const char *text)
{
	/* The kernel keeps 15 characters of a name and a NUL. */
	if (!*text || strlen(text) >= ISMT_COMM_LEN)
		return -EINVAL;
	memset(filter->k.comm, 0, sizeof(filter->k.comm));
	memcpy(filter->k.comm, text, strlen(text));
	filter->k.comm_len = (uint8_t)strlen(text);
	return 0;
}

int filter_add_regions(struct filter *filter, const char *text)
{
	char name[REGION_NAME_LEN];
	uint64_t regions = 0;
	uint32_t region;
	size_t len;

	while (*text) {
		len = strcspn(text, ",");
		if (len >= sizeof(name))
			return -EINVAL;
		memcpy(name, text, len);
		name[len] = '\0';
		if (region_parse(name, &region))
			return -EINVAL;
		regions |= 1ULL << (region > 63 ? 63 : region);
		text += len + (text[len] == ',');
	}
	if (!regions)
		return -EINVAL;
	/* The first -r replaces "all", the next ones add. */
	filter->k.regions = filter->k.regions == UINT64_MAX ? regions : filter->k.regions | regions;
	return 0;
}

int filter_set_op(struct filter *filter, const char *text)
{
	if (!strcasecmp(text, "read") || !strcasecmp(text, "r"))
		filter->k.ops = 1 << ISMT_READ;
	else if (!strcasecmp(text, "write") || !strcasecmp(text, "w"))
		filter->k.ops = 1 << ISMT_WRITE;
	else
		return -EINVAL;
	return 0;
}

static int parse_size_end(const char *text, uint64_t *value, const char **end)
{
	unsigned int shift = 0;
	char *stop;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &stop, 0);
	if (errno || stop == text)
		return -EINVAL;
	switch (*stop) {
	case 'G':
	case 'g':
		shift += 10;
		/* fall through */
	case 'M':
	case 'm':
		shift += 10;
		/* fall through */
	case 'K':
	case 'k':
		shift += 10;
		stop++;
	}
	if (*value > UINT64_MAX >> shift)
		return -EINVAL;
	*value <<= shift;
	*end = stop;
	return 0;
}

int parse_size(const char *text, uint64_t *value)
{
	const char *end;

	if (parse_size_end(text, value, &end) || *end)
		return -EINVAL;
	return 0;
}

int filter_set_size(struct filter *filter, const char *text)
{
	uint64_t min = 0, max = UINT64_MAX;
	const char *end = text;

	if (*text != '-') {
		if (parse_size_end(text, &min, &end))
			return -EINVAL;
		if (!*end)
			max = min;
		else if (*end != '-')
			return -EINVAL;
	}
	if (*end == '-' && end[1] && (parse_size_end(end + 1, &max, &end) || *end))
		return -EINVAL;
	if (min > max || !strcmp(text, "-"))
		return -EINVAL;
	filter->k.size_min = min;
	filter->k.size_max = max;
	return 0;
}

int filter_add_rule(struct filter *filter, const char *text)
{
	char name[64];
	size_t len;
	int rule;

	while (*text) {
		len = strcspn(text, ",");
		if (len >= sizeof(name))
			return -EINVAL;
		memcpy(name, text, len);
		name[len] = '\0';
		rule = rule_find(name);
		if (rule < 0)
			return -EINVAL;
		filter->rules |= RULE_BIT(rule);
		text += len + (text[len] == ',');
	}
	return filter->rules ? 0 : -EINVAL;
}
