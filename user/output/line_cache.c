// SPDX-License-Identifier: GPL-2.0-only
#include "output/line_cache.h"

#include <stdio.h>
#include <string.h>

static struct line_where *line_where(struct line_cache *cache, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	const struct function *fn = access->fn;
	struct line_where *where;

	where = &cache->where[(raw->tid ^ raw->region ^ raw->op << 3) % LINE_WHERES];
	if (!memcmp(where->task, &raw->pid, sizeof(where->task)) && where->fn == fn &&
	    !memcmp(where->address, fn->address, sizeof(where->address)) &&
	    !strcmp(where->driver, access->driver))
		return where;
	memcpy(where->task, &raw->pid, sizeof(where->task));
	where->fn = fn;
	memcpy(where->address, fn->address, sizeof(where->address));
	snprintf(where->driver, sizeof(where->driver), "%s", access->driver);
	where->piece.len = 0;
	return where;
}

static struct line_what *line_what(struct line_cache *cache, const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	struct line_what *what =
		&cache->what[(raw->len ^ raw->len >> 4 ^ raw->len >> 8 ^ raw->op << 3) %
			     LINE_WHATS];

	if (what->len == raw->len && what->ret == raw->ret && what->rules == access->rules &&
	    !memcmp(&what->insn, &raw->insn, sizeof(what->insn)))
		return what;
	what->len = raw->len;
	what->ret = raw->ret;
	what->rules = access->rules;
	what->insn = raw->insn;
	what->before.len = 0;
	what->after.len = 0;
	return what;
}

void line_find(struct line_cache *cache, const struct access *access, struct line_where **where,
	       struct line_what **what)
{
	if (!access->shape || access->shape != cache->shape ||
	    access->rules != cache->last_what->rules) {
		cache->last_where = line_where(cache, access);
		cache->last_what = line_what(cache, access);
		cache->shape = access->shape;
	}
	*where = cache->last_where;
	*what = cache->last_what;
}
