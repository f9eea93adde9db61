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

struct line_piece *line_find_insn(struct line_cache *cache, const struct insn *insn)
{
	const struct ismt_insn *raw = &insn->raw;
	const struct function *fn = insn->fn;
	struct line_insn *kept = &cache->insn[raw->tid % LINE_INSNS];

	if (!memcmp(kept->task, &raw->pid, sizeof(kept->task)) && kept->fn == fn &&
	    !memcmp(kept->address, fn->address, sizeof(kept->address)))
		return &kept->piece;
	memcpy(kept->task, &raw->pid, sizeof(kept->task));
	kept->fn = fn;
	memcpy(kept->address, fn->address, sizeof(kept->address));
	kept->piece.len = 0;
	return &kept->piece;
}

void line_word_set(struct line_word *word, const char *first, const char *second)
{
	int len = snprintf(word->text, sizeof(word->text), "%s%s", first, second);

	word->len = len < LINE_WORD_LEN ? (size_t)len : LINE_WORD_LEN - 1;
}

void line_write(const struct line_style *style, void *sink, struct outbuf *out,
		const struct field_list *list, const void *record, const struct line_pieces *pieces)
{
	struct line_piece *what = pieces->before, *piece;
	bool has_key = false;
	size_t i = 0, end, start;

	while (i < list->nr) {
		const struct field *field = list->field[i];

		if (field->part == PART_NEW) {
			(has_key ? style->value : style->both)(sink, field, record);
			has_key = false;
			i++;
			continue;
		}
		end = list->end[i];
		piece = field->part == PART_WHERE ? pieces->where : what;
		if (field->part == PART_WHAT)
			what = pieces->after;
		has_key = true;
		if (piece && piece->len) {
			out_mem(out, piece->text, piece->len);
			i = end;
			continue;
		}
		/* What is kept must be in the buffer as one piece; out_column() may have made room meanwhile. */
		out_room(out, LINE_ROOM);
		start = out->used;
		for (; i < end; i++)
			style->both(sink, list->field[i], record);
		if (i < list->nr && style->key)
			style->key(sink, list->field[i]);
		if (piece && out->used > start)
			line_keep(piece, out->data + start, out->used - start);
	}
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
