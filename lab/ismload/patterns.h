/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * patterns.h - the named patterns: what accesses a name and its parameters
 * stand for.  Pure: a pattern emits operations and never learns what became
 * of them, so one plan can be carried out, printed or held against a test.
 */
#ifndef ISMLOAD_PATTERNS_H
#define ISMLOAD_PATTERNS_H

#include "vfio/function.h"
#include "vfio/op.h"
#include "vfio/random.h"

/* size=max: as much as one store block of this function may hold. */
#define SIZE_MAX_BLOCK UINT64_MAX

enum wanted {
	WANTED_CONTRACT, /* whatever the contract says */
	WANTED_OK,	 /* all of it is done */
	WANTED_ERRNO,	 /* .wanted_errno */
	WANTED_REFUSED,
	WANTED_ANY,
};

struct params {
	uint64_t region;
	uint64_t offset;
	uint64_t size;
	uint64_t total;
	uint64_t count;
	uint64_t stride;
	uint64_t rate;
	uint64_t seconds;
	uint64_t write;
	uint64_t verify; /* every so many writes are read back; 0: none */
	enum wanted wanted;
	int wanted_errno;
};

/* One worker's view of one pattern with its parameters. */
struct plan {
	const struct function *fn;
	struct params params;
	uint64_t seed;
	unsigned int worker;
	unsigned int workers;
	bool shared; /* the workers' places overlap: nobody can verify */
	/* Returns 0, or a negative number to end the pattern. */
	int (*emit)(struct plan *plan, const struct op *op);
	void *context; /* of emit */
};

#define PATTERN_ALONE	 0x01 /* disturbs the other workers: only with one */
#define PATTERN_TOGETHER 0x02 /* all workers at the same place, on purpose */

/* To add a pattern: one function, one line in the table in patterns.c. */
struct pattern {
	const char *name;
	const char *help;
	const char *defaults; /* KEY=VALUE,...: names the keys it knows, too */
	int (*generate)(struct plan *plan);
	unsigned int flags;
};

extern const struct pattern patterns[];

/* One entry of the command line: a pattern with its parameters. */
struct job {
	const struct pattern *pattern;
	struct params params;
};

#define JOBS_MAX 64

/*
 * Parse NAME[:KEY=VALUE,...].  Returns 0, or -EINVAL with a message in err
 * that says what would have been understood.
 */
int pattern_parse(const char *text, const struct pattern **pattern, struct params *params,
		  char *err, size_t errsize);

/* "4096", "0x1000", "4K", "2M", "1G": returns 0 or -EINVAL. */
int number_parse(const char *text, uint64_t *value);

/* The plan's next access, with what its parameters say about it filled in. */
int plan_emit(struct plan *plan, const struct op *op);

/* In patterns_odd.c: the accesses that are meant to fail, or nearly. */
int pattern_oversized(struct plan *plan);
int pattern_crossing(struct plan *plan);
int pattern_misaligned(struct plan *plan);
int pattern_odd(struct plan *plan);
int pattern_config(struct plan *plan);
int pattern_badregion(struct plan *plan);
int pattern_beyond(struct plan *plan);
int pattern_window(struct plan *plan);
int pattern_fault(struct plan *plan);
int pattern_disabled(struct plan *plan);
int pattern_empty(struct plan *plan);

/* Where in the region this worker may go, and how far. */
struct span {
	uint64_t base;
	uint64_t len;
};

/* need: bytes that one access of the pattern takes, at the least. */
struct span plan_span(struct plan *plan, uint64_t need);
/* params.size with size=max resolved. */
uint32_t plan_size(const struct plan *plan);
/* Emit the set-up that puts known data at a place, as far as it exists. */
int plan_prepare(struct plan *plan, uint64_t offset, uint64_t len);

#endif /* ISMLOAD_PATTERNS_H */
