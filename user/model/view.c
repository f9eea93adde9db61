// SPDX-License-Identifier: GPL-2.0-only
#include "model/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/escape.h"
#include "util/hist.h"

static const struct {
	const char *one, *many;
} names[VIEWS] = {
	[VIEW_FUNCTIONS] = { "function", "functions" },
	[VIEW_PROCESSES] = { "process", "processes" },
	[VIEW_REGIONS] = { "region", "regions" },
	[VIEW_SIZES] = { "size", "sizes" },
	[VIEW_FINDINGS] = { "finding", "findings" },
};

const char *view_one(enum view view)
{
	return view < VIEWS ? names[view].one : "?";
}

const char *view_many(enum view view)
{
	return view < VIEWS ? names[view].many : "?";
}

int view_find(const char *name)
{
	int i;

	for (i = 0; i < VIEWS; i++)
		if (!strcmp(names[i].many, name))
			return i;
	return -1;
}

void view_size_name(uint64_t number, char *buf, size_t len)
{
	if (number > 1)
		snprintf(buf, len, "%" PRIu64 " to %" PRIu64,
			 hist_upper((unsigned int)number - 1) + 1,
			 hist_upper((unsigned int)number));
	else
		snprintf(buf, len, "%s", number ? "2" : "0 to 1");
}

void view_function_name(const struct function *fn, char *buf, size_t len)
{
	if (fn->address[0])
		escape_text(buf, len, fn->address, sizeof(fn->address));
	else
		snprintf(buf, len, "fid:0x%" PRIx32, fn->k.fid);
}
