/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rules.h - what is wrong with an access.  The table in rules.c is the one
 * place where ids, names, severities and texts stand.
 */
#ifndef ISMT_MODEL_RULES_H
#define ISMT_MODEL_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/access.h"

enum rule_id {
	ISM001,
	ISM002,
	ISM003,
	ISM004,
	ISM005,
	ISM006,
	ISM007,
	ISM008,
	ISM009,
	ISM010,
	ISM011,
	ISM012,
	ISM013,
	RULE_COUNT,
	/* Rules that other code asks for, by what they mean. */
	RULE_LOST = ISM012,
	RULE_MISMATCH = ISM013,
};

enum severity { SEV_INFO, SEV_WARNING, SEV_ERROR };

/* What a rule is about: one access, or a trace as a whole and no access. */
enum rule_scope { OF_ACCESS, OF_TRACE };

struct rule {
	const char *id;	  /* "ISM001" */
	const char *name; /* "fragmented-store" */
	enum severity severity;
	const char *says; /* one sentence: when it fires */
	const char *fix;  /* one sentence: what to do */
	enum rule_scope scope;
};

#define RULE_BIT(id) (1u << (id))

/* The longest store block of the architecture, bytes. */
#define BLOCK_MAX 4096

/* By enum rule_id. */
extern const struct rule rules[RULE_COUNT];

const char *severity_name(enum severity severity);

/* rule_find - a rule by id or name, whatever the case of letters; -1 if there is none. */
int rule_find(const char *id_or_name);

/* The longest store block of the function's group, bytes. */
uint64_t rules_block_limit(const struct function *fn);

/*
 * True if the access is to an ISM function.  That it came through ism-vfio-pci is proof enough,
 * even where the function could not be looked up.
 */
bool rules_on_ism(const struct access *access);

/* rules_worst - the highest severity among a set of rule bits, not 0. */
enum severity rules_worst(uint32_t rules);

/*
 * What the rules remember between accesses: ISM004 looks at runs of writes.  Bounded: when there
 * are more tasks than it holds, the one that was idle longest is forgotten.
 */
struct rules_state;

struct rules_state *rules_new(void);
void rules_free(struct rules_state *state);

/*
 * rules_apply - evaluate all rules; sets access->rules and access->run.
 * Accesses of one task must come in the order in which they happened.  With
 * state NULL access->run is taken as it is.
 */
void rules_apply(struct rules_state *state, struct access *access);

/*
 * rule_evidence (evidence.c) - the sentence with the numbers for a rule that fired, such
 * as "4096 bytes took 512 PCISTG of 8 bytes".  Cut to len, always ended.
 * Printable ASCII only.  For a rule OF_TRACE there is summary_evidence().
 */
void rule_evidence(enum rule_id id, const struct access *access, char *buf, size_t len);

#endif /* ISMT_MODEL_RULES_H */
