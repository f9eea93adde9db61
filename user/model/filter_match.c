// SPDX-License-Identifier: GPL-2.0-only
#include "model/filter_match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "judge.h"
#include "match.h"

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

	if (!filter_wants_place(&filter->k, raw->op, raw->region, raw->len))
		return false;
	if (filter->nr_functions && !function_wanted(filter, access->fn))
		return false;
	if (!filter_wants_name(&filter->k, raw->comm))
		return false;
	return !filter->nr_pids || pid_wanted(filter, raw->pid);
}

bool filter_match(const struct filter *filter, const struct access *access)
{
	return filter_match_begin(filter, access) &&
	       !(filter->k.errors && access_is_clean(&access->raw, access->raw.insn.failed));
}

bool filter_is_open(const struct filter *filter)
{
	const struct ismt_filter *k = &filter->k;

	return k->ops == (1 << ISMT_READ | 1 << ISMT_WRITE) && k->regions == UINT64_MAX &&
	       !k->size_min && k->size_max == UINT64_MAX && !k->comm_len && !filter->nr_functions &&
	       !filter->nr_pids;
}

bool filter_match_rules(const struct filter *filter, const struct access *access)
{
	return !filter->rules || access->rules & filter->rules;
}
