/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * line_cache.h - formatted pieces of lines, to be used again.  Most accesses are by a task, to a
 * place and with a result that were seen a moment ago; only times, CPU and offset are new.  Finding
 * the pieces costs a tenth of formatting them, and the traced machine pays for either.
 */
#ifndef ISMT_OUTPUT_LINE_CACHE_H
#define ISMT_OUTPUT_LINE_CACHE_H

#include <stddef.h>

#include "model/access.h"
#include "output/fields.h"
#include "util/outbuf.h"

/* Accesses with a longer driver name are not cached.  The BPF programs cut names to ISMT_NAME_LEN. */
#define LINE_DRIVER_LEN 64

/* The most bytes of a piece.  A longer one is not kept: its length is then 0. */
#define LINE_PIECE_LEN 766

struct line_piece {
	uint16_t len;
	char text[LINE_PIECE_LEN];
};

/* Who accesses what: task, function, driver, direction, region.  piece is the line's part for these. */
struct line_where {
	char task[offsetof(struct ismt_access, offset) - offsetof(struct ismt_access, pid)];
	const struct function *fn;
	/* A copy of fn's: a new function gets its address later than its first accesses. */
	char address[FUNCTION_ADDRESS_LEN];
	char driver[LINE_DRIVER_LEN];
	struct line_piece piece;
};

/* What came of it: length, result, instructions, rules.  Two pieces, as the latency is between them. */
struct line_what {
	uint64_t len;
	int64_t ret;
	uint32_t rules;
	struct ismt_insns insn;
	struct line_piece before, after; /* of the line before and behind the latency */
};

/* Who issues an instruction on what: task and function.  piece is the line's part for these. */
struct line_insn {
	char task[offsetof(struct ismt_insn, fh) - offsetof(struct ismt_insn, pid)];
	const struct function *fn;
	char address[FUNCTION_ADDRESS_LEN]; /* as in struct line_where */
	struct line_piece piece;
};

#define LINE_WHERES 32
#define LINE_WHATS  16
#define LINE_INSNS  8

/* A cache that is all zeros is empty. */
struct line_cache {
	struct line_where where[LINE_WHERES];
	struct line_what what[LINE_WHATS];
	struct line_insn insn[LINE_INSNS];
	/* The last line's entries, and the shape (struct access) of the accesses that have the same ones. */
	uint64_t shape;
	struct line_where *last_where;
	struct line_what *last_what;
};

/*
 * line_find - the entries for an access.  Where a piece has length 0, the caller formats it and
 * keeps it with line_keep().
 */
void line_find(struct line_cache *cache, const struct access *access, struct line_where **where,
	       struct line_what **what);

/* line_find_insn - the piece for an instruction's PART_WHERE; length 0: the caller keeps it. */
struct line_piece *line_find_insn(struct line_cache *cache, const struct insn *insn);

static inline void line_keep(struct line_piece *piece, const char *text, size_t len)
{
	if (len > sizeof(piece->text))
		return;
	__builtin_memcpy(piece->text, text, len);
	piece->len = (uint16_t)len;
}

/*
 * line_put - copy a piece to p, where there is room for LINE_PIECE_LEN bytes, and return its end.
 * It copies more than it has to: s390 copies up to 256 bytes, a constant, in one instruction.
 */
static inline char *line_put(char *p, const struct line_piece *piece)
{
	__builtin_memcpy(p, piece->text, 256);
	if (piece->len > 256)
		__builtin_memcpy(p + 256, piece->text + 256, LINE_PIECE_LEN - 256);
	return p + piece->len;
}

/* A short text that stands in every line, at most LINE_WORD_LEN bytes: copied whole, too. */
#define LINE_WORD_LEN 32

struct line_word {
	size_t len;
	char text[LINE_WORD_LEN];
};

/* word = first, then second; together they must fit. */
void line_word_set(struct line_word *word, const char *first, const char *second);

static inline char *line_put_word(char *p, const struct line_word *word)
{
	__builtin_memcpy(p, word->text, LINE_WORD_LEN);
	return p + word->len;
}

/* Room for a whole line of three pieces and five numbers. */
#define LINE_ROOM 4096

/* How a format spells a field.  sink is what line_write() was given. */
struct line_style {
	/* What stands before the value, such as a comma and the key; NULL: nothing. */
	void (*key)(void *sink, const struct field *field);
	void (*value)(void *sink, const struct field *field, const void *record);
	/* Both; the same as value if key is NULL. */
	void (*both)(void *sink, const struct field *field, const void *record);
};

/*
 * The pieces of a line: what stands between two values of PART_NEW.  If a piece has length 0,
 * line_write() keeps there what it writes.  NULL: nothing is kept.
 */
struct line_pieces {
	struct line_piece *where, *before, *after;
};

/*
 * line_write - write the fields of a record, in the order of the list, and use or keep the pieces.
 * A piece has also the key of the PART_NEW value behind it.
 */
void line_write(const struct line_style *style, void *sink, struct outbuf *out,
		const struct field_list *list, const void *record,
		const struct line_pieces *pieces);

#endif /* ISMT_OUTPUT_LINE_CACHE_H */
