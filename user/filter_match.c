// SPDX-License-Identifier: GPL-2.0-only
#include "filter_match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The number behind "fid:" or "uid:", decimal or hexadecimal. */
static bool parse_id(const char *text, uint32_t *value)
{
	unsigned long long parsed;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	parsed = strtoull(text, &end, 0);
	if (errno || *end || parsed > UINT32_MAX)
		return false;
	*value = (uint32_t)parsed;
	return true;
}

bool filter_names(const char *text, const struct function *fn)
{
	uint32_t id;

	if (!strncmp(text, "fid:", 4))
		return parse_id(text + 4, &id) && id == fn->k.fid;
	if (!strncmp(text, "uid:", 4))
		return parse_id(text + 4, &id) && id == fn->k.uid;
	return fn->address[0] && !strcasecmp(fn->address, text);
}

/* "0011:00:00.0" by its form: digits of a kind where they belong. */
static bool is_address(const char *text)
{
	static const char form[] = "xxxx:xx:xx.x";
	const char *f = form;

	for (; *f && *text; f++, text++)
		if (*f == 'x' ? !strchr("0123456789abcdefABCDEF", *text) : *text != *f)
			return false;
	return !*f && !*text;
}

bool filter_name_valid(const char *text)
{
	uint32_t id;

	if (!strncmp(text, "fid:", 4) || !strncmp(text, "uid:", 4))
		return parse_id(text + 4, &id);
	return is_address(text);
}

static bool function_wanted(const struct filter *filter, const struct function *fn)
{
	size_t i;

	for (i = 0; i < filter->nr_functions; i++)
		if (filter_names(filter->functions[i], fn))
			return true;
	return false;
}

static bool pid_wanted(const struct filter *filter, uint32_t pid)
{
	size_t i;

	for (i = 0; i < filter->nr_pids; i++)
		if ((uint32_t)filter->pids[i] == pid)
			return true;
	return false;
}

bool filter_match_begin(const struct filter *filter, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	uint32_t region = raw->region > 63 ? 63 : raw->region;

	if (!(filter->ops & 1u << raw->op))
		return false;
	if (!(filter->regions & 1ULL << region))
		return false;
	if (raw->len < filter->size_min || raw->len > filter->size_max)
		return false;
	if (filter->nr_functions && !function_wanted(filter, access->fn))
		return false;
	/* A name is whole: both end at the same place. */
	if (filter->comm && strncmp(raw->comm, filter->comm, sizeof(raw->comm)))
		return false;
	if (filter->nr_pids && !pid_wanted(filter, raw->pid))
		return false;
	return true;
}

bool filter_match(const struct filter *filter, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;

	if (!filter_match_begin(filter, access))
		return false;
	return !filter->errors || raw->insn.failed || raw->ret < 0 ||
	       (uint64_t)raw->ret != raw->len;
}

bool filter_is_open(const struct filter *filter)
{
	return filter->ops == (1 << ISMT_READ | 1 << ISMT_WRITE) &&
	       filter->regions == UINT64_MAX && !filter->size_min &&
	       filter->size_max == UINT64_MAX && !filter->nr_functions && !filter->comm &&
	       !filter->nr_pids;
}

bool filter_match_rules(const struct filter *filter, const struct access *access)
{
	return !filter->rules || access->rules & filter->rules;
}
