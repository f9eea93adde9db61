/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * line_cache.h - what a line says of who accesses what, and of what came of it, is
 * mostly what it said a moment ago.  To see that costs a tenth of formatting it anew,
 * and the machine that is traced pays for it.
 */
#ifndef ISMT_OUTPUT_LINE_CACHE_H
#define ISMT_OUTPUT_LINE_CACHE_H

#include <stddef.h>

#include "model/access.h"

/* Longer names of drivers are never found again; BPF cuts them to ISMT_NAME_LEN. */
#define LINE_DRIVER_LEN 64

/* A piece of a line; one that does not fit is not kept: its length is 0. */
#define LINE_PIECE_LEN 766

struct line_piece {
	uint16_t len;
	char text[LINE_PIECE_LEN];
};

/* Task, function, driver, direction and region; fields pid to region of a record. */
struct line_where {
	char task[offsetof(struct ismt_access, offset) - offsetof(struct ismt_access, pid)];
	const struct function *fn;
	/* The address is set later than the rest if the function was new. */
	char address[FUNCTION_ADDRESS_LEN];
	char driver[LINE_DRIVER_LEN];
	struct line_piece piece;
};

/* Length, result, instructions and rules. */
struct line_what {
	uint64_t len;
	int64_t ret;
	uint32_t rules;
	struct ismt_insns insn;
	struct line_piece before, after; /* the latency, between them */
};

#define LINE_WHERES 32
#define LINE_WHATS  16

/* Zeroed, it is empty. */
struct line_cache {
	struct line_where where[LINE_WHERES];
	struct line_what what[LINE_WHATS];
	/* The last line's entries, and the shape (struct access) of the accesses that have the same ones. */
	uint64_t shape;
	struct line_where *last_where;
	struct line_what *last_what;
};

/*
 * The slots of this access; if their pieces are of length 0, they are the caller's to
 * format, and to keep with line_keep().
 */
void line_find(struct line_cache *cache, const struct access *access, struct line_where **where,
	       struct line_what **what);

static inline void line_keep(struct line_piece *piece, const char *text, size_t len)
{
	if (len > sizeof(piece->text))
		return;
	__builtin_memcpy(piece->text, text, len);
	piece->len = (uint16_t)len;
}

/*
 * line_put - a piece at p, where there is room for LINE_PIECE_LEN bytes; returns its end.
 * A constant length is one instruction on s390, or two.
 */
static inline char *line_put(char *p, const struct line_piece *piece)
{
	__builtin_memcpy(p, piece->text, 256);
	if (piece->len > 256)
		__builtin_memcpy(p + 256, piece->text + 256, LINE_PIECE_LEN - 256);
	return p + piece->len;
}

/* Room for a whole line of three pieces and five numbers. */
#define LINE_ROOM 4096

#endif /* ISMT_OUTPUT_LINE_CACHE_H */
