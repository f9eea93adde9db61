// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_json.c - one JSON object per line.
 *
 * Lines per access and per instruction are written by hand: building them as
 * jansson objects costs about ten times as much, on the machine that is
 * traced.  The summary, once a run, is jansson's (summary_json.c).
 */
#include "sink.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "hexdump.h"
#include "outbuf.h"
#include "region.h"
#include "summary_json.h"
#include "words.h"

#define DRIVER_MAX (2 * ISMT_NAME_LEN)

struct sink_json {
	struct sink sink;
	struct sink_options options;

	/* The comm seen last, and the same escaped. */
	char comm[ISMT_COMM_LEN];
	char comm_json[ESCAPE_JSON_LEN(ISMT_COMM_LEN)];
	size_t comm_len;

	/* What the line says of the function seen last. */
	const struct function *fn;
	char address[FUNCTION_ADDRESS_LEN];
	char driver[DRIVER_MAX];
	char fn_json[64 + ESCAPE_JSON_LEN(FUNCTION_ADDRESS_LEN)];
	size_t fn_len;
	char driver_json[ESCAPE_JSON_LEN(DRIVER_MAX)];
	size_t driver_len;

	struct outbuf out;
};

static struct sink_json *to_json(struct sink *sink)
{
	return (struct sink_json *)sink;
}

static void put_comm(struct sink_json *json, const char *comm)
{
	if (!json->comm_len || memcmp(json->comm, comm, sizeof(json->comm))) {
		memcpy(json->comm, comm, sizeof(json->comm));
		json->comm_len = escape_json(json->comm_json, sizeof(json->comm_json),
					     comm, sizeof(json->comm));
	}
	out_mem(&json->out, json->comm_json, json->comm_len);
}

static void put_function(struct sink_json *json, const struct function *fn)
{
	char *buf = json->fn_json;
	char address[ESCAPE_JSON_LEN(FUNCTION_ADDRESS_LEN)];

	/* The address is set later than the rest if the function was new. */
	if (json->fn != fn || strcmp(json->address, fn->address)) {
		json->fn = fn;
		memcpy(json->address, fn->address, sizeof(json->address));
		escape_json(address, sizeof(address), fn->address, sizeof(fn->address));
		json->fn_len =
			(size_t)snprintf(buf, sizeof(json->fn_json),
					 "\",\"function\":\"%s\",\"fid\":%u,\"uid\":%u",
					 address, fn->k.fid, fn->k.uid);
	}
	out_mem(&json->out, buf, json->fn_len);
}

static void put_driver(struct sink_json *json, const char *driver)
{
	if (!json->driver_len || strcmp(json->driver, driver)) {
		/* A longer one never matches and is escaped each time. */
		snprintf(json->driver, sizeof(json->driver), "%s", driver);
		json->driver_len =
			escape_json(json->driver_json, sizeof(json->driver_json), driver,
				    sizeof(json->driver));
	}
	out_mem(&json->out, json->driver_json, json->driver_len);
}

static void put_space(struct outbuf *out, uint8_t space)
{
	const char *name = space_name(space);

	if (name[0] == '-') {
		out_lit(out, "null");
		return;
	}
	out_char(out, '"');
	out_str(out, name);
	out_char(out, '"');
}

/* The value of "error". */
static void put_error(struct outbuf *out, const struct ismt_error *error)
{
	if (!error->flags) {
		out_lit(out, "null");
		return;
	}
	out_lit(out, "{\"insn\":\"");
	out_str(out, insn_name(error->kind));
	out_lit(out, "\",\"rc\":");
	if (error->flags & ISMT_ERR_RC)
		out_i64(out, error->rc);
	else
		out_lit(out, "null");
	if (error_has_cc(error)) {
		out_lit(out, ",\"cc\":");
		out_u64(out, error->cc);
		out_lit(out, ",\"status\":");
		out_u64(out, error->status);
	} else {
		out_lit(out, ",\"cc\":null,\"status\":null");
	}
	out_lit(out, ",\"region\":");
	put_space(out, error->space);
	out_lit(out, ",\"offset\":");
	out_json_u64(out, error->offset);
	out_lit(out, ",\"len\":");
	out_u64(out, error->len);
	out_char(out, '}');
}

static void put_rules(struct outbuf *out, uint32_t set)
{
	out_lit(out, ",\"rules\":[");
	for (; set; set &= set - 1) {
		out_char(out, '"');
		out_str(out, rules[__builtin_ctz(set)].id);
		out_char(out, '"');
		if (set & (set - 1))
			out_char(out, ',');
	}
	out_char(out, ']');
}

static void put_insns(struct outbuf *out, const struct ismt_insns *insn)
{
	const uint32_t *n = insn->n;

	out_lit(out, ",\"insn\":{\"pcilg\":");
	out_u64(out, n[ISMT_PCILG]);
	out_lit(out, ",\"pcistg\":");
	out_u64(out, n[ISMT_PCISTG]);
	out_lit(out, ",\"pcistb\":");
	out_u64(out, n[ISMT_PCISTB]);
	out_lit(out, ",\"mio\":");
	out_u64(out, (uint64_t)n[ISMT_MIO_LOAD] + n[ISMT_MIO_STORE] + n[ISMT_MIO_BLOCK]);
	out_lit(out, ",\"failed\":");
	out_u64(out, insn->failed);
	out_lit(out, ",\"min\":");
	out_u64(out, insn->min);
	out_lit(out, ",\"max\":");
	out_u64(out, insn->max);
	out_lit(out, ",\"bytes\":");
	out_json_u64(out, insn->bytes);
	out_lit(out, ",\"busy\":");
	out_u64(out, insn->busy);
	out_char(out, '}');
}

/* What accesses and instructions begin with, up to the function. */
static void put_head(struct sink_json *json, uint64_t ts, uint32_t cpu, uint32_t pid,
		     uint32_t tid, const char *comm, const struct function *fn)
{
	struct outbuf *out = &json->out;

	out_json_u64(out, ts);
	out_lit(out, ",\"cpu\":");
	out_u64(out, cpu);
	out_lit(out, ",\"pid\":");
	out_u64(out, pid);
	out_lit(out, ",\"tid\":");
	out_u64(out, tid);
	out_lit(out, ",\"comm\":\"");
	put_comm(json, comm);
	put_function(json, fn);
}

/* Null where there is none, so that the key is always there once asked for. */
static void put_payload(struct outbuf *out, const struct access *access)
{
	if (!access->payload) {
		out_lit(out, ",\"payload\":null");
		return;
	}
	out_lit(out, ",\"payload\":\"");
	hex_write(out, access->payload, access->payload_len);
	out_char(out, '"');
}

static int json_access(struct sink *sink, const struct access *access)
{
	struct sink_json *json = to_json(sink);
	const struct ismt_access *raw = &access->raw;
	struct outbuf *out = &json->out;
	char region[REGION_NAME_LEN];

	if (json->options.quiet)
		return 0;
	out_lit(out, "{\"type\":\"access\",\"ts\":");
	put_head(json, access->ts, raw->hdr.cpu, raw->pid, raw->tid, raw->comm,
		 access->fn);
	out_lit(out, ",\"driver\":\"");
	put_driver(json, access->driver);
	if (raw->op == ISMT_READ)
		out_lit(out, "\",\"op\":\"read\",\"region\":\"");
	else
		out_lit(out, "\",\"op\":\"write\",\"region\":\"");
	out_str(out, region_name(raw->region, region));
	out_lit(out, "\",\"offset\":");
	out_json_u64(out, raw->offset);
	out_lit(out, ",\"len\":");
	out_json_u64(out, raw->len);
	out_lit(out, ",\"ret\":");
	out_i64(out, raw->ret);
	out_lit(out, ",\"latency_ns\":");
	out_json_u64(out, raw->latency_ns);
	put_insns(out, &raw->insn);
	out_lit(out, ",\"error\":");
	put_error(out, &raw->insn.error);
	put_rules(out, access->rules);
	if (json->options.hex)
		put_payload(out, access);
	out_lit(out, "}\n");
	return out->error;
}

static int json_insn(struct sink *sink, const struct insn *insn)
{
	struct sink_json *json = to_json(sink);
	const struct ismt_insn *raw = &insn->raw;
	struct outbuf *out = &json->out;

	if (json->options.quiet)
		return 0;
	out_lit(out, "{\"type\":\"insn\",\"ts\":");
	put_head(json, insn->ts, raw->hdr.cpu, raw->pid, raw->tid, raw->comm, insn->fn);
	out_lit(out, ",\"insn\":\"");
	out_str(out, insn_name(raw->kind));
	if (raw->flags & ISMT_INSN_INSIDE)
		out_lit(out, "\",\"inside\":true,\"region\":");
	else
		out_lit(out, "\",\"inside\":false,\"region\":");
	put_space(out, raw->space);
	out_lit(out, ",\"offset\":");
	out_json_u64(out, raw->offset);
	out_lit(out, ",\"len\":");
	out_json_u64(out, raw->len);
	out_lit(out, ",\"rc\":");
	out_i64(out, raw->rc);
	out_lit(out, ",\"latency_ns\":");
	out_json_u64(out, raw->latency_ns);
	out_lit(out, ",\"error\":");
	put_error(out, &raw->error);
	out_lit(out, "}\n");
	return out->error;
}

static int json_begin(struct sink *sink)
{
	(void)sink;
	return 0;
}

static int json_flush(struct sink *sink)
{
	return out_flush(&to_json(sink)->out);
}

static int json_end(struct sink *sink, const struct summary *summary)
{
	struct sink_json *json = to_json(sink);
	int err = summary_write_json(summary, &json->out);

	/* What is there goes out in any case. */
	return json_flush(sink) ?: err;
}

static void json_free(struct sink *sink)
{
	free(to_json(sink));
}

static const struct sink_ops json_ops = {
	.begin = json_begin,
	.access = json_access,
	.insn = json_insn,
	.end = json_end,
	.flush = json_flush,
	.free = json_free,
};

struct sink *sink_json_new(const struct sink_options *options)
{
	struct sink_json *json = calloc(1, sizeof(*json));

	if (!json)
		return NULL;
	json->sink.ops = &json_ops;
	json->options = *options;
	out_init(&json->out, options->out);
	return &json->sink;
}
