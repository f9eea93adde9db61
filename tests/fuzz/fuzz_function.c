// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_function.c - the lab's ISM function: three of one machine, and what a fourth asks of them
 * from elsewhere.  An input is a sequence of steps, each a byte that says what (bits 0 to 2) and
 * which function (bits 3 and 4), a byte of length, and so many bytes more:
 *
 *	0, 1	a command: its code, then its payload; the header's length is what it
 *		should be, or for 1 the first byte of the payload
 *	2, 3	a store into the data window: a byte that chooses one of the tokens that there
 *		were, 8 bytes that are added to it, or say so near which page, the data
 *	4	the function is disabled, enabled, fails, or a page of its memory is unmapped
 *	5, 6	a request of the function that is elsewhere: verb, place of a token as above, data
 *	7	a function elsewhere is gone
 *
 * Whatever is asked, only what was registered is written to, and the books are right.
 */
#include <string.h>

#include "fuzz.h"
#include "ism-bytes.h"
#include "ism-core.h"

#define FUNCTIONS  3
#define ELSEWHERE  99
#define MEMORY_AT  0x10000u
#define MEMORY_LEN 0x10000u
#define TOKENS	   64

struct fn {
	IsmCore core;
	uint8_t area[ISM_PAGE];
	uint8_t memory[MEMORY_LEN];
	uint64_t hole; /* a page that is not mapped */
	bool writing;  /* somebody stores into it: DMBs may be written to */
};

static IsmFabric fabric;
static struct fn fns[FUNCTIONS];
static uint64_t tokens[TOKENS];
static unsigned int num_tokens;
static uint32_t answer;

static bool mapped(void *opaque, uint64_t iova, uint64_t len)
{
	struct fn *fn = opaque;

	if (iova < MEMORY_AT || len > MEMORY_LEN || iova - MEMORY_AT > MEMORY_LEN - len)
		return false;
	return iova + len <= fn->hole || iova >= fn->hole + ISM_PAGE;
}

/* What the function has registered, and nothing else, is written to. */
static void must_be_registered(struct fn *fn, uint64_t iova, size_t len)
{
	const IsmCore *c = &fn->core;
	unsigned int slot;

	MUST(c->here && len);
	if (c->sba && iova >= c->sba && iova + len <= c->sba + ISM_PAGE)
		return;
	if (c->ieq && iova >= c->ieq && iova + len <= c->ieq + c->ieq_len)
		return;
	MUST(fn->writing);
	for (slot = 0; slot < ISM_SLOTS; slot++) {
		const IsmDmb *dmb = &c->dmb[slot];

		if (dmb->used && !dmb->orphan && iova >= dmb->iova &&
		    iova + len <= dmb->iova + dmb->len)
			return;
	}
	MUST(!"a place that was never registered");
}

static bool write_memory(void *opaque, uint64_t iova, const void *data, size_t len)
{
	struct fn *fn = opaque;

	must_be_registered(fn, iova, len);
	if (!mapped(fn, iova, len))
		return false;
	memcpy(fn->memory + (iova - MEMORY_AT), data, len);
	return true;
}

static bool set_bits(void *opaque, uint64_t iova, uint8_t bits, uint8_t *was)
{
	struct fn *fn = opaque;

	must_be_registered(fn, iova, 1);
	if (!mapped(fn, iova, 1))
		return false;
	*was = fn->memory[iova - MEMORY_AT];
	fn->memory[iova - MEMORY_AT] |= bits;
	return true;
}

/* The driver looks at once, or at every other time. */
static void interrupt(void *opaque)
{
	struct fn *fn = opaque;
	uint8_t *sba = fn->memory + (fn->core.sba - MEMORY_AT);

	MUST(fn->core.sba);
	if (sba[0x100] & 1)
		sba[0] = 0;
	else
		sba[0] &= 0x7f;
}

static uint64_t now(void *opaque)
{
	return 1;
}

static uint32_t request(void *opaque, const IsmRequest *req)
{
	MUST(req->len <= ISM_PAGE && (req->verb == ISM_MOVE || req->from != req->to));
	return answer;
}

static void announce(void *opaque, uint64_t gid, uint32_t code)
{
	MUST(gid >= 1 && gid <= FUNCTIONS && (code == ISM_GID_GONE || code == ISM_GID_FAILED));
}

static const IsmHost host = { mapped, write_memory, set_bits, interrupt, now };
static const IsmRemote remote = { request, announce };

static void books_check(const IsmCore *c)
{
	unsigned int slot, used = 0, bits = 0, i;

	for (slot = 0; slot < ISM_SLOTS; slot++) {
		const IsmDmb *dmb = &c->dmb[slot];

		if (!dmb->used)
			continue;
		used++;
		MUST(c->here && dmb->writer != c->gid && dmb->len <= MEMORY_LEN);
		MUST(dmb->sba_idx >= ISM_FIRST_SBA_IDX && dmb->sba_idx < ISM_DMBS);
		MUST(c->sba_used[dmb->sba_idx / 8] & 0x80 >> dmb->sba_idx % 8);
	}
	for (i = 0; i < sizeof(c->sba_used); i++)
		bits += (unsigned int)__builtin_popcount(c->sba_used[i]);
	MUST(used == c->dmbs && bits == used);
	MUST(c->vlans <= ISM_VLAN_IDS && c->contacts <= ISM_NUMBERS);
	MUST(c->here || !(c->sba || c->ieq || c->vlans || c->contacts));
}

static void command(struct fn *fn, const uint8_t *p, size_t len, bool odd)
{
	/* By code; what is not here has no payload. */
	static const uint8_t payload[] = { [0x1] = 8,  [0x2] = 16, [0x4] = 8, [0x5] = 8,
					   [0x9] = 16, [0xa] = 32, [0xb] = 8, [0xe] = 24 };
	unsigned int want, ret;

	if (!len)
		return;
	want = p[0] < sizeof(payload) ? 8u + payload[p[0]] : 8;
	ism_put(fn->area, 4, p[0]);
	ism_put(fn->area + 6, 2, odd && len > 1 ? p[1] : want);
	memset(fn->area + 8, 0, 64);
	memcpy(fn->area + 8, p + 1, len - 1 < 64 ? len - 1 : 64);
	/* A token that there was is hard to guess. */
	if (p[0] == 0xb && len == 2 && num_tokens)
		ism_put(fn->area + 8, 8, tokens[p[1] % num_tokens]);
	ism_core_command(&fn->core, fn->area);
	ret = (unsigned int)ism_get(fn->area + 4, 2);
	MUST(ret == ISM_OK || ret == ISM_ERROR);
	MUST(ism_get(fn->area + 6, 2) <= 200 && (!ret || ism_get(fn->area + 6, 2) == 8));
	if (!ret && p[0] == 0xa) {
		tokens[num_tokens % TOKENS] = ism_get(fn->area + 8, 8);
		num_tokens += num_tokens < TOKENS - 1;
	}
}

/* A place in the data window; moves p on. */
static uint64_t place(const uint8_t **p, size_t *len)
{
	uint64_t at = 0, add;

	if (*len < 9)
		return 0;
	if (num_tokens)
		at = tokens[(*p)[0] % num_tokens];
	add = ism_get(*p + 1, 8);
	/* Near the beginning or the end of a page: where DMBs end. */
	if ((*p)[0] & 0x80)
		add = ((*p)[1] & 3u) * ISM_PAGE + (uint64_t)(int8_t)(*p)[2];
	*p += 9;
	*len -= 9;
	return at + add;
}

static void writing_all(bool yes)
{
	unsigned int i;

	for (i = 0; i < FUNCTIONS; i++)
		fns[i].writing = yes;
}

static void step(uint8_t what, struct fn *fn, const uint8_t *p, size_t len)
{
	IsmRequest req = { .from = ELSEWHERE };
	uint64_t at;

	switch (what) {
	case 0:
	case 1:
		command(fn, p, len, what);
		break;
	case 2:
	case 3:
		at = place(&p, &len);
		if (!len)
			break;
		writing_all(true);
		MUST(ism_core_move(&fn->core, at, p, len) <= ISM_UNREACHABLE || answer);
		writing_all(false);
		break;
	case 4:
		if (!len || p[0] < 0x20)
			ism_core_disable(&fn->core);
		else if (p[0] < 0x70)
			ism_core_enable(&fn->core);
		else if (p[0] < 0x80)
			ism_core_fail(&fn->core);
		else
			fn->hole = MEMORY_AT + (p[0] & 15u) * ISM_PAGE;
		break;
	case 5:
	case 6:
		if (!len)
			break;
		req.verb = p[0] % 4;
		req.a = p[0] >> 2 & 1;
		req.b = p[0] >> 3 & 7;
		answer = p[0] & 0x80 ? ISM_ERROR : ISM_OK;
		p++;
		len--;
		req.to = req.verb == ISM_MOVE ? place(&p, &len) : 1 + (fn - fns);
		req.data = p;
		req.len = len;
		if (req.verb == ISM_MOVE && !len)
			break;
		writing_all(true);
		ism_fabric_serve(&fabric, &req);
		writing_all(false);
		break;
	default:
		if (len && p[0] & 1)
			ism_fabric_cut(&fabric);
		else
			ism_fabric_lost(&fabric, ELSEWHERE,
					len && p[0] & 2 ? ISM_GID_FAILED : ISM_GID_GONE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int i;
	size_t len;

	memset(&fabric, 0, sizeof(fabric));
	fabric.remote = &remote;
	num_tokens = 0;
	answer = ISM_OK;
	for (i = 0; i < FUNCTIONS; i++) {
		memset(&fns[i], 0, sizeof(fns[i]));
		MUST(ism_core_join(&fns[i].core, &fabric, i + 1, 0, &host, &fns[i]));
		ism_core_enable(&fns[i].core);
	}
	while (size > 2) {
		len = data[1] < size - 2 ? data[1] : size - 2;
		step(data[0] & 7, &fns[(data[0] >> 3 & 3) % FUNCTIONS], data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
	for (i = 0; i < FUNCTIONS; i++) {
		books_check(&fns[i].core);
		ism_core_leave(&fns[i].core);
	}
	return 0;
}
