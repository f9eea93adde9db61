// SPDX-License-Identifier: GPL-2.0-only
#include "capture/trace_account.h"

#include <errno.h>
#include <string.h>

#include "util/bytes.h"

#define ACCOUNT_VERSION 1
#define HEADER_OLD	192
#define HEADER_LEN	(HEADER_OLD + 8 * (LOSS_COUNT - LOSSES_OLD))
#define ENTRY_LEN	504
/* Before there was --measure. */
#define ENTRY_LEN_LEAST 408
#define UNATTR_LEN	((ISMT_KINDS + 3) * 8)
/* How many causes of loss the first version had; those that came later are behind the old header. */
#define LOSSES_OLD 9

/*
 * For documentation, as RFC 5612 has it: we have no number of our own, and
 * the magic behind it tells.
 */
#define ENTERPRISE 32473
/* Frame, interface and time; option, enterprise number; end of options. */
#define ISB_OVERHEAD (12 + 12 + 8 + 4)

/* Without a NUL at its end. */
static const uint8_t magic[8] = { 'i', 's', 'm', 't', 'r', 'a', 'c', 'e' };

enum {
	AT_VERSION = 8,
	AT_HEADER = 10,
	AT_ENTRY = 12,
	AT_FLAGS = 14,
	AT_NR = 16,
	AT_FILE = 20,
	AT_TRACE = 24,
	AT_SERIAL = 32,
	AT_BEGIN = 40,
	AT_END = 48,
	AT_MONO = 56,
	AT_RECORDED = 64,
	AT_INSNS = 72,
	AT_FILTERED = 80,
	AT_UNOPENED = 88,
	AT_LOST = 96,
	AT_IN_FILE = AT_LOST + 8 * LOSSES_OLD,
	AT_INSNS_IN_FILE = AT_IN_FILE + 8,
	AT_FIRST = AT_INSNS_IN_FILE + 8,
	AT_TOTAL = AT_FIRST + 4,
};

enum {
	FN_FID = 0,
	FN_FH = 4,
	FN_UID = 8,
	FN_PCHID = 12,
	FN_VFN = 14,
	FN_DOMAIN = 16,
	FN_BUS = 18,
	FN_DEVFN = 19,
	FN_VENDOR = 20,
	FN_DEVICE = 22,
	FN_MAXSTBL = 24,
	FN_PFT = 26,
	FN_PFGID = 27,
	FN_FLAGS = 28,
	FN_ISM = 29,
	FN_BARS = 30,
	FN_ADDRESS = 36,
	FN_DRIVER = 52,
	FN_OUTSIDE = 88,
	FN_FILTERED = FN_OUTSIDE + UNATTR_LEN,
	FN_LOST = FN_FILTERED + UNATTR_LEN,
	FN_HAS_FMB = FN_LOST + UNATTR_LEN,
	FN_LOADS = FN_HAS_FMB + 8,
	FN_STORES = FN_LOADS + 8,
	FN_BLOCKS = FN_STORES + 8,
	FN_AGE = FN_BLOCKS + 8,
	FN_NOTE = FN_AGE + 8,
	FN_BEGUN = FN_NOTE + ACCOUNT_NOTE_LEN,
	FN_REFUSED = FN_BEGUN + 4,
	FN_OURS = FN_REFUSED + 4,
	FN_MACHINE = FN_OURS + ISMT_MEASURED * 8,
	FN_BEFORE = FN_MACHINE + ISMT_MEASURED * 8,
	FN_AFTER = FN_BEFORE + 8,
	FN_UNDER_WAY = FN_AFTER + 8,
	FN_MISSED = FN_UNDER_WAY + 8,
	FN_ASTRAY = FN_MISSED + 8,
	FN_END = FN_ASTRAY + 8,
};

_Static_assert(AT_TOTAL + 4 == HEADER_OLD, "header of an account");
_Static_assert(FN_BEGUN == ENTRY_LEN_LEAST, "what all entries have");
_Static_assert(FN_END == ENTRY_LEN, "entry of an account");
_Static_assert(4 + HEADER_LEN + ACCOUNT_PART_FUNCTIONS * ENTRY_LEN <= UINT16_MAX, "a part fits");
_Static_assert(LOSS_UNEXAMINED == LOSSES_OLD, "losses");

/* Where a cause is; the order is that of enum loss. */
static size_t loss_at(int cause)
{
	return cause < LOSSES_OLD ? AT_LOST + 8 * (size_t)cause
				  : HEADER_OLD + 8 * (size_t)(cause - LOSSES_OLD);
}

static size_t part_len(size_t nr)
{
	return HEADER_LEN + nr * ENTRY_LEN;
}

size_t account_size(const struct summary *summary)
{
	size_t nr = summary->nr_functions;

	return ISB_OVERHEAD + part_len(nr < ACCOUNT_PART_FUNCTIONS ? nr : ACCOUNT_PART_FUNCTIONS);
}

static void put_header(uint8_t *p, const struct account *account, size_t first, size_t nr,
		       size_t total)
{
	int i;

	memcpy(p, magic, sizeof(magic));
	put_be16(p + AT_VERSION, ACCOUNT_VERSION);
	put_be16(p + AT_HEADER, HEADER_LEN);
	put_be16(p + AT_ENTRY, ENTRY_LEN);
	put_be16(p + AT_FLAGS,
		 account->flags | (account->lost.misses_unknown ? ACCOUNT_UNTOLD : 0));
	put_be32(p + AT_NR, nr);
	put_be32(p + AT_FILE, account->file);
	put_be64(p + AT_TRACE, account->trace);
	put_be64(p + AT_SERIAL, account->serial);
	put_be64(p + AT_BEGIN, (uint64_t)account->begin_ns);
	put_be64(p + AT_END, (uint64_t)account->end_ns);
	put_be64(p + AT_MONO, (uint64_t)account->mono_offset);
	put_be64(p + AT_RECORDED, account->recorded);
	put_be64(p + AT_INSNS, account->insn_records);
	put_be64(p + AT_FILTERED, account->filtered);
	put_be64(p + AT_UNOPENED, account->unopened);
	for (i = 0; i < LOSS_COUNT; i++)
		put_be64(p + loss_at(i), account->lost.n[i]);
	put_be64(p + AT_IN_FILE, account->in_file);
	put_be64(p + AT_INSNS_IN_FILE, account->insns_in_file);
	put_be32(p + AT_FIRST, first);
	put_be32(p + AT_TOTAL, total);
}

static void put_unattr(uint8_t *p, const struct ismt_unattr *unattr)
{
	int i;

	put_be64(p, unattr->accesses);
	for (i = 0; i < ISMT_KINDS; i++)
		put_be64(p + 8 + 8 * i, unattr->n[i]);
	put_be64(p + 8 + 8 * ISMT_KINDS, unattr->failed);
	put_be64(p + 16 + 8 * ISMT_KINDS, unattr->bytes);
}

static void get_unattr(const uint8_t *p, struct ismt_unattr *unattr)
{
	int i;

	unattr->accesses = get_be64(p);
	for (i = 0; i < ISMT_KINDS; i++)
		unattr->n[i] = get_be64(p + 8 + 8 * i);
	unattr->failed = get_be64(p + 8 + 8 * ISMT_KINDS);
	unattr->bytes = get_be64(p + 16 + 8 * ISMT_KINDS);
}

static void put_function(uint8_t *p, const struct function *fn)
{
	const struct ismt_function *k = &fn->k;

	put_be32(p + FN_FID, k->fid);
	put_be32(p + FN_FH, k->fh);
	put_be32(p + FN_UID, k->uid);
	put_be16(p + FN_PCHID, k->pchid);
	put_be16(p + FN_VFN, k->vfn);
	put_be16(p + FN_DOMAIN, k->domain);
	p[FN_BUS] = k->bus;
	p[FN_DEVFN] = k->devfn;
	put_be16(p + FN_VENDOR, k->vendor);
	put_be16(p + FN_DEVICE, k->device);
	put_be16(p + FN_MAXSTBL, k->maxstbl);
	p[FN_PFT] = k->pft;
	p[FN_PFGID] = k->pfgid;
	p[FN_FLAGS] = k->flags;
	p[FN_ISM] = fn->is_ism;
	memcpy(p + FN_BARS, k->bar_size, ISMT_BARS);
	memcpy(p + FN_ADDRESS, fn->address, FUNCTION_ADDRESS_LEN);
	memcpy(p + FN_DRIVER, k->driver, ISMT_NAME_LEN);
}

static void get_function(const uint8_t *p, struct function *fn)
{
	struct ismt_function *k = &fn->k;

	k->fid = get_be32(p + FN_FID);
	k->fh = get_be32(p + FN_FH);
	k->uid = get_be32(p + FN_UID);
	k->pchid = get_be16(p + FN_PCHID);
	k->vfn = get_be16(p + FN_VFN);
	k->domain = get_be16(p + FN_DOMAIN);
	k->bus = p[FN_BUS];
	k->devfn = p[FN_DEVFN];
	k->vendor = get_be16(p + FN_VENDOR);
	k->device = get_be16(p + FN_DEVICE);
	k->maxstbl = get_be16(p + FN_MAXSTBL);
	k->pft = p[FN_PFT];
	k->pfgid = p[FN_PFGID];
	k->flags = p[FN_FLAGS] & ~ISMT_FN_HAS_FMB;
	fn->is_ism = p[FN_ISM];
	memcpy(k->bar_size, p + FN_BARS, ISMT_BARS);
	memcpy(fn->address, p + FN_ADDRESS, FUNCTION_ADDRESS_LEN - 1);
	memcpy(k->driver, p + FN_DRIVER, ISMT_NAME_LEN - 1);
}

static void put_measure(uint8_t *p, const struct measure *m)
{
	unsigned int i;

	put_be32(p + FN_BEGUN, m->begun);
	put_be32(p + FN_REFUSED, (uint32_t)-m->refused);
	for (i = 0; i < ISMT_MEASURED; i++) {
		put_be64(p + FN_OURS + 8 * i, m->ours[i]);
		put_be64(p + FN_MACHINE + 8 * i, m->machine[i]);
	}
	put_be64(p + FN_BEFORE, m->before);
	put_be64(p + FN_AFTER, m->after);
	put_be64(p + FN_UNDER_WAY, m->under_way);
	put_be64(p + FN_MISSED, m->missed);
	put_be64(p + FN_ASTRAY, m->astray);
}

static void get_measure(const uint8_t *p, struct measure *m)
{
	unsigned int i;

	m->begun = get_be32(p + FN_BEGUN);
	m->refused = -(int32_t)(get_be32(p + FN_REFUSED) & 0xffff);
	for (i = 0; i < ISMT_MEASURED; i++) {
		m->ours[i] = get_be64(p + FN_OURS + 8 * i);
		m->machine[i] = get_be64(p + FN_MACHINE + 8 * i);
	}
	m->before = get_be64(p + FN_BEFORE);
	m->after = get_be64(p + FN_AFTER);
	m->under_way = get_be64(p + FN_UNDER_WAY);
	m->missed = get_be64(p + FN_MISSED);
	m->astray = get_be64(p + FN_ASTRAY);
}

static void put_entry(uint8_t *p, const struct summary_function *f)
{
	memset(p, 0, ENTRY_LEN);
	put_function(p, f->fn);
	put_unattr(p + FN_OUTSIDE, &f->outside);
	put_unattr(p + FN_FILTERED, &f->filtered);
	put_unattr(p + FN_LOST, &f->lost);
	p[FN_HAS_FMB] = f->has_fmb;
	put_be64(p + FN_LOADS, f->fmb_loads);
	put_be64(p + FN_STORES, f->fmb_stores);
	put_be64(p + FN_BLOCKS, f->fmb_blocks);
	put_be64(p + FN_AGE, f->fmb_age_ns);
	if (f->fmb_note)
		memcpy(p + FN_NOTE, f->fmb_note, strnlen(f->fmb_note, ACCOUNT_NOTE_LEN - 1));
	put_measure(p, &f->measure);
}

bool account_put(struct block_out *out, uint32_t interface, const struct account *account,
		 const struct summary *summary, size_t *first)
{
	size_t i, nr = summary->nr_functions - *first;
	uint8_t *p;

	if (nr > ACCOUNT_PART_FUNCTIONS)
		nr = ACCOUNT_PART_FUNCTIONS;
	block_begin(out, PCAPNG_ISB);
	block_u32(out, interface);
	block_time(out, (uint64_t)account->end_ns);
	block_u16(out, OPT_CUSTOM_BINARY);
	block_u16(out, (uint16_t)(4 + part_len(nr)));
	block_u32(out, ENTERPRISE);
	p = block_room(out, part_len(nr));
	if (p) {
		put_header(p, account, *first, nr, summary->nr_functions);
		for (i = 0; i < nr; i++)
			put_entry(p + part_len(i), &summary->functions[*first + i]);
	}
	block_options_end(out);
	*first += nr;
	return block_end(out);
}

static int get_part(const uint8_t *p, size_t len, struct account_part *part)
{
	struct account *account = &part->account;
	size_t header;
	int i;

	if (len < HEADER_OLD || memcmp(p, magic, sizeof(magic)) ||
	    get_be16(p + AT_VERSION) != ACCOUNT_VERSION)
		return -EBADMSG;
	header = get_be16(p + AT_HEADER);
	part->entry_len = get_be16(p + AT_ENTRY);
	part->nr = get_be32(p + AT_NR);
	part->first = get_be32(p + AT_FIRST);
	part->total = get_be32(p + AT_TOTAL);
	if (header < HEADER_OLD || header > len || part->entry_len < ENTRY_LEN_LEAST ||
	    part->nr > (len - header) / part->entry_len || part->first > part->total ||
	    part->nr > part->total - part->first)
		return -EBADMSG;
	part->entries = p + header;
	memset(account, 0, sizeof(*account));
	account->flags = get_be16(p + AT_FLAGS);
	account->lost.misses_unknown = account->flags & ACCOUNT_UNTOLD;
	account->file = get_be32(p + AT_FILE);
	account->trace = get_be64(p + AT_TRACE);
	account->serial = get_be64(p + AT_SERIAL);
	account->begin_ns = (int64_t)get_be64(p + AT_BEGIN);
	account->end_ns = (int64_t)get_be64(p + AT_END);
	account->mono_offset = (int64_t)get_be64(p + AT_MONO);
	account->recorded = get_be64(p + AT_RECORDED);
	account->insn_records = get_be64(p + AT_INSNS);
	account->filtered = get_be64(p + AT_FILTERED);
	account->unopened = get_be64(p + AT_UNOPENED);
	/* An older version may have written it, which had fewer causes. */
	for (i = 0; i < LOSS_COUNT && loss_at(i) + 8 <= header; i++)
		account->lost.n[i] = get_be64(p + loss_at(i));
	account->in_file = get_be64(p + AT_IN_FILE);
	account->insns_in_file = get_be64(p + AT_INSNS_IN_FILE);
	return 0;
}

int account_get(const struct pcapng_block *block, struct account_part *part)
{
	/* Behind interface and time. */
	size_t at = 12;
	struct pcapng_opt opt;

	while (pcapng_option(block, &at, &opt))
		if (opt.code == OPT_CUSTOM_BINARY && opt.len > 4 &&
		    get_32(opt.value, block->little) == ENTERPRISE &&
		    !get_part(opt.value + 4, opt.len - 4u, part))
			return 0;
	return -EBADMSG;
}

void account_get_function(const struct account_part *part, size_t index,
			  struct account_function *function)
{
	struct summary_function *sum = &function->sum;
	const uint8_t *p = part->entries + index * part->entry_len;

	memset(function, 0, sizeof(*function));
	get_function(p, &function->fn);
	get_unattr(p + FN_OUTSIDE, &sum->outside);
	get_unattr(p + FN_FILTERED, &sum->filtered);
	get_unattr(p + FN_LOST, &sum->lost);
	sum->has_fmb = p[FN_HAS_FMB];
	sum->fmb_loads = get_be64(p + FN_LOADS);
	sum->fmb_stores = get_be64(p + FN_STORES);
	sum->fmb_blocks = get_be64(p + FN_BLOCKS);
	sum->fmb_age_ns = get_be64(p + FN_AGE);
	memcpy(function->note, p + FN_NOTE, ACCOUNT_NOTE_LEN - 1);
	if (part->entry_len >= ENTRY_LEN)
		get_measure(p, &sum->measure);
	sum->measure.missed_unknown = part->account.lost.misses_unknown && sum->measure.begun;
}
