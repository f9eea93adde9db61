// SPDX-License-Identifier: GPL-2.0-only
#include "model/rules.h"

#include <stdlib.h>
#include <strings.h>

#include "judge.h"
#include "model/region.h"
#include "model/words.h"
#include "model/write_runs.h"

const struct rule rules[RULE_COUNT] = {
	[ISM001] = {
		"ISM001", "fragmented-store", SEV_ERROR,
		"One write to a BAR was carried out by more than one store instruction, or by anything but one PCISTB.",
		"Use the ism-vfio-pci driver instead of vfio-pci: it sends each write as one PCISTB.",
		OF_ACCESS,
	},
	[ISM002] = {
		"ISM002", "oversized-store", SEV_ERROR,
		"A write to a BAR was longer than the store block limit (maxstbl) of the function group.",
		"Write at most maxstbl bytes at a time; ismtrace list shows it.",
		OF_ACCESS,
	},
	[ISM003] = {
		"ISM003", "boundary-crossing", SEV_ERROR,
		"A write to a BAR crosses a 4 KiB boundary of the region, which no store block may.",
		"Split the write at multiples of 4096 of the region's offset.",
		OF_ACCESS,
	},
	[ISM004] = {
		"ISM004", "split-transfer", SEV_WARNING,
		"One task sent a contiguous run as several adjacent writes that would have fitted one PCISTB.",
		"Gather the data in one buffer and send it with one write; pwritev() does not help, as the kernel makes a write of each part.",
		OF_ACCESS,
	},
	[ISM005] = {
		"ISM005", "narrow-access", SEV_INFO,
		"An access to a BAR used instructions narrower than 8 bytes although it was longer than them.",
		"Use offsets and lengths that are multiples of 8.",
		OF_ACCESS,
	},
	[ISM006] = {
		"ISM006", "misaligned-store", SEV_WARNING,
		"A write to a BAR was refused whose offset or length is not a multiple of 8, on a function whose group is strict.",
		"Use offsets and lengths that are multiples of 8 on this function.",
		OF_ACCESS,
	},
	[ISM007] = {
		"ISM007", "mio-instruction", SEV_ERROR,
		"A MIO load or store was used on an ISM function, where MIO instructions do not work.",
		"Use a driver that issues the function-handle form, such as ism-vfio-pci, or boot with pci=nomio.",
		OF_ACCESS,
	},
	[ISM008] = {
		"ISM008", "instruction-error", SEV_ERROR,
		"An instruction ended with a condition code above 0 or with an exception.",
		"Condition code, status and address say why; the function's state and /sys/kernel/debug/s390dbf/pci_error/hex_ascii tell more.",
		OF_ACCESS,
	},
	[ISM009] = {
		"ISM009", "short-access", SEV_WARNING,
		"Fewer bytes than asked for were transferred.",
		"Check offset and length against the region's size, and the return value of every read and write.",
		OF_ACCESS,
	},
	[ISM010] = {
		"ISM010", "failed-access", SEV_ERROR,
		"The access returned an error that no other rule explains.",
		"Check that the region exists, that offset and length lie inside it and that the function's memory space is enabled.",
		OF_ACCESS,
	},
	[ISM011] = {
		"ISM011", "silent-loss", SEV_ERROR,
		"The access reported success although one of its instructions failed: data was lost unnoticed.",
		"Use a driver that reports the errors of its instructions, such as ism-vfio-pci, and do not trust the data.",
		OF_ACCESS,
	},
	[ISM012] = {
		"ISM012", "lost-records", SEV_WARNING,
		"The trace itself is incomplete.",
		"The summary tells what was lost by which cause, and what helps.",
		OF_TRACE,
	},
	[ISM013] = {
		"ISM013", "count-mismatch", SEV_WARNING,
		"The machine's measurement block counted other instructions than the trace did, and nothing explains it.",
		"Do not trust the counts; see whether something reaches the function past the kernel's helpers or probes were switched off (ismtrace doctor), and report it.",
		OF_TRACE,
	},
};

struct rules_state {
	struct runs *runs;
	/* Accesses that break no rule, if no boundary of the region either, by access.shape. */
	uint64_t clean;
};

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEV_INFO] = "info",
		[SEV_WARNING] = "warning",
		[SEV_ERROR] = "error",
	};

	return severity <= SEV_ERROR ? names[severity] : "?";
}

int rule_find(const char *id_or_name)
{
	int i;

	for (i = 0; i < RULE_COUNT; i++)
		if (!strcasecmp(id_or_name, rules[i].id) || !strcasecmp(id_or_name, rules[i].name))
			return i;
	return -1;
}

enum severity rules_worst(uint32_t set)
{
	enum severity worst = SEV_INFO;
	int i;

	for (i = 0; i < RULE_COUNT; i++)
		if ((set & RULE_BIT(i)) && rules[i].severity > worst)
			worst = rules[i].severity;
	return worst;
}

struct rules_state *rules_new(void)
{
	struct rules_state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->runs = runs_new();
	if (!state->runs) {
		free(state);
		return NULL;
	}
	return state;
}

void rules_free(struct rules_state *state)
{
	if (!state)
		return;
	runs_free(state->runs);
	free(state);
}

uint64_t rules_block_limit(const struct function *fn)
{
	return fn->k.maxstbl ? fn->k.maxstbl : BLOCK_MAX;
}

bool rules_on_ism(const struct access *access)
{
	return access->fn->is_ism || access->raw.layer == ISMT_LAYER_ISM;
}

/* What only a write to a BAR can be blamed for; len is not 0. */
static uint32_t store_rules(const struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	const struct ismt_insns *insn = &raw->insn;
	uint64_t stores = (uint64_t)insn->n[ISMT_PCISTG] + insn->n[ISMT_PCISTB] +
			  insn->n[ISMT_MIO_STORE] + insn->n[ISMT_MIO_BLOCK];
	uint64_t limit = rules_block_limit(access->fn);
	uint32_t set = 0;

	/* Other functions are free to take a write in pieces. */
	if (rules_on_ism(access)) {
		if (stores > 1 || (stores == 1 && !insn->n[ISMT_PCISTB]))
			set |= RULE_BIT(ISM001);
		if (raw->len > limit)
			set |= RULE_BIT(ISM002);
		if (store_is_impossible(raw->offset, raw->len, UINT64_MAX))
			set |= RULE_BIT(ISM003);
		if (access->run > 1)
			set |= RULE_BIT(ISM004);
	}
	/*
	 * The kernel does not tell which groups are strict: only a refusal
	 * does, and only where nothing else is wrong with the block.
	 */
	if ((raw->offset % 8 || raw->len % 8) && !(set & (RULE_BIT(ISM002) | RULE_BIT(ISM003))) &&
	    insn->failed && insn->error.kind == ISMT_PCISTB && error_is_exception(&insn->error))
		set |= RULE_BIT(ISM006);
	return set;
}

static bool used_narrow(const struct ismt_access *raw)
{
	unsigned int i;

	for (i = 0; i < ISMT_WIDTHS - 1; i++)
		if (raw->insn.width[i] && raw->len > 1u << i)
			return true;
	return false;
}

/* What the call returned, held against what its instructions did. */
static uint32_t result_rules(const struct ismt_access *raw, uint32_t set)
{
	const uint32_t explains =
		RULE_BIT(ISM002) | RULE_BIT(ISM003) | RULE_BIT(ISM006) | RULE_BIT(ISM008);

	if (raw->ret < 0)
		return set & explains ? 0 : RULE_BIT(ISM010);
	if ((uint64_t)raw->ret < raw->len)
		set = RULE_BIT(ISM009);
	else
		set = 0;
	if (raw->insn.failed && raw->len)
		set |= RULE_BIT(ISM011);
	return set;
}

void rules_apply(struct rules_state *state, struct access *access)
{
	const struct ismt_access *raw = &access->raw;
	uint64_t limit = rules_block_limit(access->fn);
	const uint32_t *n = raw->insn.n;
	uint32_t set = 0;

	access->rules = 0;
	if (state)
		runs_follow(state->runs, access, limit);
	if (access->run <= 1) {
		if (state && access->shape && access->shape == state->clean &&
		    (raw->op == ISMT_READ || !store_is_impossible(raw->offset, raw->len, limit)))
			return;
		if (!access_is_suspect(raw, raw->region, limit)) {
			if (state)
				state->clean = access->shape;
			return;
		}
	}
	if (region_is_bar(raw->region)) {
		if (raw->op == ISMT_WRITE && raw->len)
			set |= store_rules(access);
		/* The kernel never goes wider than 4 in configuration space. */
		if (used_narrow(raw))
			set |= RULE_BIT(ISM005);
	}
	if ((n[ISMT_MIO_LOAD] || n[ISMT_MIO_STORE] || n[ISMT_MIO_BLOCK]) && rules_on_ism(access))
		set |= RULE_BIT(ISM007);
	if (raw->insn.failed)
		set |= RULE_BIT(ISM008);
	set |= result_rules(raw, set);
	access->rules = set;
}
