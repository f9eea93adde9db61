// SPDX-License-Identifier: GPL-2.0-only
#include "output/fields.h"

#include <string.h>

#include "model/words.h"
#include "output/line_cache.h"

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* GET(name, type, what) - get_name(), which sets *v of a record r of the type. */
#define GET(name, type, what)                                       \
	static void get_##name(const void *record, struct value *v) \
	{                                                           \
		const type *r = record;                             \
                                                                    \
		what;                                               \
	}

#define NUMBER(name, type, expression) GET(name, type, v->number = (expression))
#define SIGN(name, type, expression)   GET(name, type, v->sign = (expression))

static void set_bytes(struct value *v, const void *bytes, size_t len)
{
	v->bytes = bytes;
	v->len = len;
}

/* --- The sums of an access's instructions. */

NUMBER(pcilg, struct ismt_insns, r->n[ISMT_PCILG])
NUMBER(pcistg, struct ismt_insns, r->n[ISMT_PCISTG])
NUMBER(pcistb, struct ismt_insns, r->n[ISMT_PCISTB])
NUMBER(mio, struct ismt_insns,
       (uint64_t)r->n[ISMT_MIO_LOAD] + r->n[ISMT_MIO_STORE] + r->n[ISMT_MIO_BLOCK])
NUMBER(failed, struct ismt_insns, r->failed)
NUMBER(min, struct ismt_insns, r->min)
NUMBER(max, struct ismt_insns, r->max)
NUMBER(bytes, struct ismt_insns, r->bytes)
NUMBER(busy, struct ismt_insns, r->busy)

/* --- How an instruction failed. */

static void get_space(uint8_t space, struct value *v)
{
	v->word = space_name(space);
	v->none = v->word[0] == '-';
}

GET(error_insn, struct ismt_error, v->word = insn_name(r->kind))
GET(error_rc, struct ismt_error, v->none = !(r->flags & ISMT_ERR_RC); v->sign = r->rc)
GET(error_cc, struct ismt_error, v->none = !error_has_cc(r); v->number = r->cc)
GET(error_status, struct ismt_error, v->none = !error_has_cc(r); v->number = r->status)
GET(error_region, struct ismt_error, get_space(r->space, v))
NUMBER(error_offset, struct ismt_error, r->offset)
NUMBER(error_len, struct ismt_error, r->len)

/* --- An access. */

SIGN(ts, struct access, r->ts)
NUMBER(cpu, struct access, r->raw.hdr.cpu)
NUMBER(pid, struct access, r->raw.pid)
NUMBER(tid, struct access, r->raw.tid)
GET(comm, struct access, set_bytes(v, r->raw.comm, sizeof(r->raw.comm)))
GET(function, struct access, set_bytes(v, r->fn->address, sizeof(r->fn->address)))
NUMBER(fid, struct access, r->fn->k.fid)
NUMBER(uid, struct access, r->fn->k.uid)
GET(driver, struct access, set_bytes(v, r->driver, LINE_DRIVER_LEN))
GET(op, struct access, v->word = op_name(r->raw.op))
GET(region, struct access, v->word = region_name(r->raw.region, v->buf))
NUMBER(offset, struct access, r->raw.offset)
NUMBER(len, struct access, r->raw.len)
SIGN(ret, struct access, r->raw.ret)
NUMBER(latency, struct access, r->raw.latency_ns)
GET(insns, struct access, v->group = &r->raw.insn)
GET(error, struct access, v->group = &r->raw.insn.error; v->none = !r->raw.insn.error.flags)
NUMBER(rules, struct access, r->rules)
GET(payload, struct access, v->none = !r->payload; set_bytes(v, r->payload, r->payload_len))

/* --- An instruction. */

SIGN(insn_ts, struct insn, r->ts)
NUMBER(insn_cpu, struct insn, r->raw.hdr.cpu)
NUMBER(insn_pid, struct insn, r->raw.pid)
NUMBER(insn_tid, struct insn, r->raw.tid)
GET(insn_comm, struct insn, set_bytes(v, r->raw.comm, sizeof(r->raw.comm)))
GET(insn_function, struct insn, set_bytes(v, r->fn->address, sizeof(r->fn->address)))
NUMBER(insn_fid, struct insn, r->fn->k.fid)
NUMBER(insn_uid, struct insn, r->fn->k.uid)
GET(insn_insn, struct insn, v->word = insn_name(r->raw.kind))
NUMBER(insn_inside, struct insn, !!(r->raw.flags & ISMT_INSN_INSIDE))
GET(insn_region, struct insn, get_space(r->raw.space, v))
NUMBER(insn_offset, struct insn, r->raw.offset)
NUMBER(insn_len, struct insn, r->raw.len)
SIGN(insn_rc, struct insn, r->raw.rc)
NUMBER(insn_latency, struct insn, r->raw.latency_ns)
GET(insn_error, struct insn, v->group = &r->raw.error; v->none = !r->raw.error.flags)

/* --- The tables. */

#define JSON(text)	    ",\"" text "\":"
#define KEY(text)	    .key = (text), .json = JSON(text), .json_len = sizeof(JSON(text)) - 1
#define COLUMN(at, head, w) .column = COLUMN_##at, .heading = (head), .width = (w)
#define GROUP(table)	    .fields = (table), .nr_fields = NR(table)

static const struct field insns_fields[] = {
	{ KEY("pcilg"), FIELD_NUMBER, .get = get_pcilg },
	{ KEY("pcistg"), FIELD_NUMBER, .get = get_pcistg },
	{ KEY("pcistb"), FIELD_NUMBER, .get = get_pcistb },
	{ KEY("mio"), FIELD_NUMBER, .get = get_mio },
	{ KEY("failed"), FIELD_NUMBER, .get = get_failed },
	{ KEY("min"), FIELD_NUMBER, .get = get_min },
	{ KEY("max"), FIELD_NUMBER, .get = get_max },
	{ KEY("bytes"), FIELD_NUMBER, .get = get_bytes },
	{ KEY("busy"), FIELD_NUMBER, .get = get_busy },
};

static const struct field error_fields[] = {
	{ KEY("insn"), FIELD_WORD, .get = get_error_insn },
	{ KEY("rc"), FIELD_SIGNED, .get = get_error_rc },
	{ KEY("cc"), FIELD_NUMBER, .get = get_error_cc },
	{ KEY("status"), FIELD_NUMBER, .get = get_error_status },
	{ KEY("region"), FIELD_WORD, .get = get_error_region },
	{ KEY("offset"), FIELD_OFFSET, .get = get_error_offset },
	{ KEY("len"), FIELD_NUMBER, .get = get_error_len },
};

const struct field access_fields[] = {
	{ KEY("ts"), FIELD_TIME, PART_NEW, get_ts, COLUMN(TIME, "TIME(s)", WIDTH_TIME) },
	{ KEY("cpu"), FIELD_NUMBER, PART_NEW, get_cpu },
	{ KEY("pid"), FIELD_NUMBER, PART_WHERE, get_pid, COLUMN(PID, "PID", 7) },
	{ KEY("tid"), FIELD_NUMBER, PART_WHERE, get_tid },
	{ KEY("comm"), FIELD_STRING, PART_WHERE, get_comm, COLUMN(COMM, "COMM", 15) },
	{ KEY("function"), FIELD_STRING, PART_WHERE, get_function,
	  COLUMN(FUNCTION, "FUNCTION", 12) },
	{ KEY("fid"), FIELD_NUMBER, PART_WHERE, get_fid },
	{ KEY("uid"), FIELD_NUMBER, PART_WHERE, get_uid },
	{ KEY("driver"), FIELD_STRING, PART_WHERE, get_driver, COLUMN(DRIVER, "DRIVER", 12) },
	{ KEY("op"), FIELD_OP, PART_WHERE, get_op, COLUMN(OP, "OP", 2) },
	{ KEY("region"), FIELD_WORD, PART_WHERE, get_region, COLUMN(REGION, "REGION", 6) },
	{ KEY("offset"), FIELD_OFFSET, PART_NEW, get_offset,
	  COLUMN(OFFSET, "OFFSET", WIDTH_OFFSET) },
	{ KEY("len"), FIELD_NUMBER, PART_WHAT, get_len, COLUMN(LEN, "LEN", 7) },
	{ KEY("ret"), FIELD_RESULT, PART_WHAT, get_ret, COLUMN(RET, "RET", 8) },
	{ KEY("latency_ns"), FIELD_NS, PART_NEW, get_latency,
	  COLUMN(LATENCY, "LAT(us)", WIDTH_LATENCY) },
	{ KEY("insn"), FIELD_INSNS, PART_WHAT, get_insns, GROUP(insns_fields),
	  COLUMN(INSN, "INSN", 16) },
	{ KEY("error"), FIELD_ERROR, PART_WHAT, get_error, GROUP(error_fields) },
	{ KEY("rules"), FIELD_RULES, PART_WHAT, get_rules, COLUMN(RULES, "RULES", 0) },
	{ KEY("payload"), FIELD_PAYLOAD, PART_NEW, get_payload },
};

const size_t nr_access_fields = NR(access_fields);

/* Text shows instructions in the columns of accesses: heading and width are those of access_fields. */
const struct field insn_fields[] = {
	{ KEY("ts"), FIELD_TIME, PART_NEW, get_insn_ts, COLUMN(TIME, NULL, WIDTH_TIME) },
	{ KEY("cpu"), FIELD_NUMBER, PART_NEW, get_insn_cpu },
	{ KEY("pid"), FIELD_NUMBER, PART_WHERE, get_insn_pid, COLUMN(PID, NULL, 7) },
	{ KEY("tid"), FIELD_NUMBER, PART_WHERE, get_insn_tid },
	{ KEY("comm"), FIELD_STRING, PART_WHERE, get_insn_comm, COLUMN(COMM, NULL, 15) },
	{ KEY("function"), FIELD_STRING, PART_WHERE, get_insn_function,
	  COLUMN(FUNCTION, NULL, 12) },
	{ KEY("fid"), FIELD_NUMBER, PART_WHERE, get_insn_fid },
	{ KEY("uid"), FIELD_NUMBER, PART_WHERE, get_insn_uid },
	{ KEY("insn"), FIELD_INSN, PART_NEW, get_insn_insn, COLUMN(INSN, NULL, 16) },
	{ KEY("inside"), FIELD_BOOL, PART_NEW, get_insn_inside },
	{ KEY("region"), FIELD_WORD, PART_NEW, get_insn_region, COLUMN(REGION, NULL, 6) },
	{ KEY("offset"), FIELD_OFFSET, PART_NEW, get_insn_offset,
	  COLUMN(OFFSET, NULL, WIDTH_OFFSET) },
	{ KEY("len"), FIELD_NUMBER, PART_NEW, get_insn_len, COLUMN(LEN, NULL, 7) },
	{ KEY("rc"), FIELD_RESULT, PART_NEW, get_insn_rc, COLUMN(RET, NULL, 8) },
	{ KEY("latency_ns"), FIELD_NS, PART_NEW, get_insn_latency,
	  COLUMN(LATENCY, NULL, WIDTH_LATENCY) },
	{ KEY("error"), FIELD_ERROR, PART_NEW, get_insn_error, GROUP(error_fields) },
};

const size_t nr_insn_fields = NR(insn_fields);

_Static_assert(NR(access_fields) <= FIELDS_MAX && NR(insn_fields) <= FIELDS_MAX, "room in a list");

static void set_ends(struct field_list *list)
{
	size_t i = list->nr, end = list->nr;

	while (i--) {
		if (list->field[i]->part == PART_NEW)
			end = i;
		list->end[i] = (uint8_t)end;
	}
}

void fields_all(struct field_list *list, const struct field *fields, size_t nr, bool payload)
{
	size_t i;

	list->nr = 0;
	for (i = 0; i < nr; i++)
		if (payload || fields[i].kind != FIELD_PAYLOAD)
			list->field[list->nr++] = &fields[i];
	set_ends(list);
}

void fields_text(struct field_list *list, const struct field *fields, size_t nr)
{
	const struct field *field;
	unsigned int column;

	list->nr = 0;
	for (column = COLUMN_NONE + 1; column < COLUMNS; column++) {
		field = field_in_column(fields, nr, column);
		if (field)
			list->field[list->nr++] = field;
	}
	set_ends(list);
}

const struct field *field_by_key(const struct field *fields, size_t nr, const char *key)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(fields[i].key, key))
			return &fields[i];
	return NULL;
}

const struct field *field_in_column(const struct field *fields, size_t nr, enum text_column column)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (fields[i].column == column)
			return &fields[i];
	return NULL;
}
