// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine.c - carry out one planned access after the other.  Every read and
 * write of the device's file goes through engine_access(), so every one of
 * them is counted and reported, those for set-up and verification too: a
 * trace can be held against the report line by line.
 */
#include "engine.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "vfio/contract.h"

/* Room that every worker has from the start: no allocation while it is timed. */
#define BUF_START 65536

/*
 * Each byte has its top bit set.  Thus no write to the command area of an ISM
 * function can be taken for a command, whatever its length and offset, and no
 * byte that was never written looks as if it had been.
 */
#define DATA_BITS 0x8080808080808080ull

static void data_fill(struct engine *e, uint8_t *buf, size_t len)
{
	uint64_t word;
	size_t at;

	for (at = 0; at < len; at += sizeof(word)) {
		word = random_next(&e->random) | DATA_BITS;
		memcpy(buf + at, &word, len - at < sizeof(word) ? len - at : sizeof(word));
	}
}

static int buffers_grow(struct engine *e, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (len <= e->buf_len)
		return 0;
	len = (len + page - 1) & ~(page - 1);
	free(e->out);
	free(e->in);
	e->out = aligned_alloc(page, len);
	e->in = aligned_alloc(page, len);
	e->buf_len = e->out && e->in ? len : 0;
	if (!e->buf_len)
		return -ENOMEM;
	data_fill(e, e->out, len);
	memset(e->in, 0, len);
	return 0;
}

/* An address that faults, so that the driver cannot copy. */
static int fault_grow(struct engine *e, size_t len)
{
	if (e->fault && len <= e->fault_len)
		return 0;
	if (e->fault)
		munmap(e->fault, e->fault_len);
	e->fault_len = len ? len : 1;
	e->fault = mmap(NULL, e->fault_len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (e->fault == MAP_FAILED) {
		e->fault = NULL;
		return -ENOMEM;
	}
	return 0;
}

int engine_init(struct engine *e)
{
	/* A worker's engine is a copy of one that may have been in use. */
	memset(&e->shadow, 0, sizeof(e->shadow));
	e->out = NULL;
	e->in = NULL;
	e->buf_len = 0;
	e->fault = NULL;
	e->job = e->num_jobs;
	e->random = e->seed ^ (uint64_t)(e->worker + 1) << 40;
	return buffers_grow(e, BUF_START);
}

void engine_free(struct engine *e)
{
	shadow_clear(&e->shadow);
	free(e->out);
	free(e->in);
	if (e->fault)
		munmap(e->fault, e->fault_len);
}

/* One system call.  Nothing else happens between the two looks at the clock. */
static void engine_access(struct engine *e, const struct op *op, void *buf, struct outcome *o)
{
	uint64_t pos = place_position(e->fn, op->region, op->offset), begin = 0, end = 0;
	ssize_t ret;

	memset(o, 0, sizeof(*o));
	o->op = *op;
	o->job = e->job;
	o->worker = e->worker;
	o->verified = VERIFIED_NONE;
	place_resolve(e->fn, pos, &o->region, &o->offset);
	o->expect = contract_expect(e->fn, op, o->region, o->offset);
	o->seq = __atomic_add_fetch(&e->common->seq, 1, __ATOMIC_RELAXED);
	if (e->dry_run) {
		o->expected = true;
		o->ret = o->expect.kind == EXPECT_RET ? o->expect.ret : op->len;
		return;
	}

	if (e->timing)
		begin = clock_ns();
	if (op->kind == OP_READ)
		ret = pread(e->fd, buf, op->len, (off_t)pos);
	else
		ret = pwrite(e->fd, buf, op->len, (off_t)pos);
	o->ret = ret < 0 ? -errno : ret;
	if (e->timing)
		end = clock_ns();

	o->timed = e->timing;
	o->begin_ns = begin;
	o->latency_ns = end - begin;
	o->expected = expect_met(&o->expect, o->ret);
	stats_tally(e->stats, op->role == ROLE_PATTERN ? e->job : e->num_jobs, op, o->region,
		    o->ret);
	if (e->timing && op->role == ROLE_PATTERN)
		latency_add(&e->stats->latency[op->kind], o->latency_ns);
}

/* The last word on an access: count it, complain about it, print it. */
static int engine_judge(struct engine *e, struct outcome *o)
{
	if (e->dry_run)
		return report_outcome(&e->report, o);
	if (o->verified == VERIFIED_TRUE)
		e->stats->verified++;
	if (o->verified == VERIFIED_FALSE) {
		e->stats->mismatched++;
		if (o->expect.kind != EXPECT_ANY && o->expect.data)
			o->expected = false;
	}
	if (!o->expected) {
		e->stats->unexpected++;
		report_complain(&e->report, o, &e->common->complaints);
	}
	return report_outcome(&e->report, o);
}

static bool is_bar(const struct outcome *o)
{
	return o->region <= REGION_BAR5;
}

/* How much of the place that was written to can be read at all. */
static uint32_t readable_len(const struct engine *e, const struct outcome *o)
{
	uint64_t size = o->region < REGIONS_MAX ? e->fn->region[o->region].size : 0;
	uint64_t room = o->offset < size ? size - o->offset : 0;

	return room < o->op.len ? (uint32_t)room : o->op.len;
}

/*
 * Read back what a write did.  A write that was done must have put its data
 * there; one that was refused must have left everything as it was.
 */
static int write_verify(struct engine *e, struct outcome *o)
{
	struct op op = {
		.kind = OP_READ,
		.role = ROLE_VERIFY,
		.region = o->op.region,
		.offset = o->op.offset,
	};
	struct outcome back;
	bool equal;
	int ret;

	op.len = o->ret < 0 ? readable_len(e, o) : (uint32_t)o->ret;
	if (!op.len)
		return engine_judge(e, o);
	engine_access(e, &op, e->in, &back);
	if (e->dry_run) {
		ret = engine_judge(e, o);
		return ret ? ret : engine_judge(e, &back);
	}
	if (back.ret == (int64_t)op.len && o->ret >= 0) {
		equal = !memcmp(e->in, e->out, op.len);
		o->verified = equal ? VERIFIED_TRUE : VERIFIED_FALSE;
	} else if (back.ret == (int64_t)op.len && is_bar(o)) {
		switch (shadow_compare(&e->shadow, o->region, o->offset, e->in, op.len)) {
		case SHADOW_EQUAL:
			o->verified = VERIFIED_TRUE;
			break;
		case SHADOW_DIFFERS:
			o->verified = VERIFIED_FALSE;
			/* Refused, and yet something arrived. */
			o->expect.data = true;
			break;
		case SHADOW_UNKNOWN:
			break;
		}
	}
	if (is_bar(o)) {
		if (back.ret > 0)
			shadow_store(&e->shadow, o->region, o->offset, e->in, (size_t)back.ret);
		else
			shadow_forget(&e->shadow, o->region, o->offset, op.len);
	}
	ret = engine_judge(e, o);
	return ret ? ret : engine_judge(e, &back);
}

static int engine_write(struct engine *e, const struct plan *plan, const struct op *op)
{
	void *buf = e->out;
	struct outcome o;
	uint16_t command;

	if (op->flags & OP_COMMAND) {
		command = htole16(op->value);
		memcpy(e->out, &command, sizeof(command));
	} else if (op->flags & OP_UNIFORM) {
		uint64_t word = random_next(&e->random) | DATA_BITS;
		uint32_t at;

		for (at = 0; at + sizeof(word) <= op->len; at += sizeof(word))
			memcpy(e->out + at, &word, sizeof(word));
	} else if (op->flags & OP_FAULT) {
		buf = e->fault;
	} else {
		/* A fresh block is only worth its cost if someone looks at it. */
		data_fill(e, e->out, op->flags & OP_VERIFY || op->len < 8 ? op->len : 8);
	}
	engine_access(e, op, buf, &o);
	if (op->flags & OP_VERIFY)
		return write_verify(e, &o);
	if (is_bar(&o) && !e->dry_run && !plan->shared && o.ret > 0 && !(op->flags & OP_FAULT)) {
		if (o.expect.data)
			shadow_store(&e->shadow, o.region, o.offset, e->out, (size_t)o.ret);
		else
			shadow_forget(&e->shadow, o.region, o.offset, (size_t)o.ret);
	}
	return engine_judge(e, &o);
}

static bool is_uniform(const uint8_t *buf, size_t len)
{
	return len <= 8 || !memcmp(buf, buf + 8, len - 8);
}

static int engine_read(struct engine *e, const struct plan *plan, const struct op *op)
{
	struct outcome o;

	engine_access(e, op, op->flags & OP_FAULT ? e->fault : e->in, &o);
	if (e->dry_run)
		return engine_judge(e, &o);
	if (o.ret > 0 && op->flags & OP_UNIFORM) {
		/* Where no write arrives, anything may be left from before. */
		if (e->fn->contract->known && !contract_keeps(e->fn))
			return engine_judge(e, &o);
		o.verified = is_uniform(e->in, (size_t)o.ret) ? VERIFIED_TRUE : VERIFIED_FALSE;
	} else if (o.ret > 0 && is_bar(&o) && !plan->shared && !(op->flags & OP_FAULT)) {
		switch (shadow_compare(&e->shadow, o.region, o.offset, e->in, (size_t)o.ret)) {
		case SHADOW_EQUAL:
			o.verified = VERIFIED_TRUE;
			break;
		case SHADOW_DIFFERS:
			o.verified = VERIFIED_FALSE;
			shadow_store(&e->shadow, o.region, o.offset, e->in, (size_t)o.ret);
			break;
		case SHADOW_UNKNOWN:
			break;
		}
	}
	return engine_judge(e, &o);
}

static int engine_emit(struct plan *plan, const struct op *op)
{
	struct engine *e = plan->context;
	int ret;

	/* The command register is put back also when it is time to stop. */
	if (__atomic_load_n(&e->common->stop, __ATOMIC_RELAXED) && !(op->flags & OP_COMMAND))
		return -EINTR;
	if (op->kind == OP_BARRIER)
		return e->dry_run ? 0 : engine_barrier(e);
	ret = op->flags & OP_FAULT ? fault_grow(e, op->len) : buffers_grow(e, op->len);
	if (ret)
		return ret;
	if (op->at_ns && !e->dry_run)
		engine_pace(e, op->at_ns);
	return op->kind == OP_READ ? engine_read(e, plan, op) : engine_write(e, plan, op);
}

/*
 * vfio-pci maps a BAR at the first access to it, and takes no lock for that: of
 * two tasks whose first accesses meet, one gets EBUSY (seen on 6.12).  It is no
 * fault of the pattern's, so one task goes first.
 */
static int bars_touch(struct engine *e, struct plan *plan)
{
	static const uint32_t bars[] = { REGION_BAR0, REGION_BAR2 };
	struct op op = { .kind = OP_READ, .role = ROLE_SETUP, .len = 8 };
	size_t i;
	int ret = 0;

	for (i = 0; i < sizeof(bars) / sizeof(bars[0]) && !ret; i++) {
		op.region = bars[i];
		if (e->fn->region[op.region].size)
			ret = engine_emit(plan, &op);
	}
	return ret;
}

int engine_setup(struct engine *e, uint16_t *command)
{
	struct plan plan = { .fn = e->fn, .workers = 1, .emit = engine_emit, .context = e };
	struct op op = {
		.kind = OP_READ,
		.role = ROLE_SETUP,
		.region = REGION_CONFIG,
		.offset = CONFIG_COMMAND,
		.len = 2,
	};
	uint16_t value = 0;
	int ret;

	ret = engine_emit(&plan, &op);
	memcpy(&value, e->in, sizeof(value));
	*command = le16toh(value);
	if (!ret && !e->dry_run && !(*command & COMMAND_MEMORY)) {
		op.kind = OP_WRITE;
		op.flags = OP_COMMAND | OP_VERIFY;
		op.value = *command | COMMAND_MEMORY;
		*command = op.value;
		ret = engine_emit(&plan, &op);
	}
	if (!ret && e->workers > 1 && e->fn->contract->maps_late)
		ret = bars_touch(e, &plan);
	return ret;
}

int engine_run(struct engine *e)
{
	struct plan plan;
	uint64_t cpu;
	int ret = 0;

	e->stats->begin_ns = clock_ns();
	for (e->job = 0; e->job < e->num_jobs && !ret; e->job++) {
		const struct job *job = &e->jobs[e->job];

		/* The next pattern may give this worker another place. */
		if (e->workers > 1)
			shadow_clear(&e->shadow);
		if (!e->dry_run)
			ret = engine_barrier(e);
		memset(&plan, 0, sizeof(plan));
		plan.fn = e->fn;
		plan.params = job->params;
		plan.seed = e->seed;
		plan.worker = e->worker;
		plan.workers = e->workers;
		plan.emit = engine_emit;
		plan.context = e;
		e->start_ns = clock_ns();
		cpu = thread_cpu_ns();
		if (!ret)
			ret = job->pattern->generate(&plan);
		e->stats->cpu_ns += thread_cpu_ns() - cpu;
		if (report_flush(&e->report) && !ret)
			ret = -EIO;
		/* Others wrote there, or this one did without keeping track. */
		if (plan.shared)
			shadow_clear(&e->shadow);
		if (plan.shared && !e->worker && !(job->pattern->flags & PATTERN_TOGETHER))
			report_shared(&e->report, e->job);
	}
	e->stats->end_ns = clock_ns();
	e->stats->error = ret;
	if (ret)
		__atomic_store_n(&e->common->stop, 1, __ATOMIC_RELAXED);
	return ret;
}
