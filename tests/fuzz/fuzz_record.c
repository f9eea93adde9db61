// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_record.c - the record decoder, and all that shows records.  An input
 * is a byte that says how to show them, and then pieces, each with a byte that
 * says what it is and a length of two bytes, big-endian:
 *
 *	0	a PCI function: 16 bytes of address, the rest its description;
 *		records that follow are of it
 *	else	a record as it is in a packet; the byte is added to its time
 *
 * The last piece may be shorter than it says.
 */
#include <string.h>

#include "capture/function_words.h"
#include "capture/record.h"
#include "fuzz.h"
#include "model/function.h"
#include "util/bytes.h"

#define ADDRESS_LEN 16

struct decoder {
	struct function_table *functions;
	const struct function *fn;
	struct views *views;
	uint64_t ts;
};

static void on_function(struct decoder *d, const uint8_t *data, size_t len)
{
	size_t name = len < ADDRESS_LEN ? len : ADDRESS_LEN;
	char text[DESCRIPTION_LEN];
	struct function fn, again;

	function_understand(&fn, (const char *)data, name, (const char *)data + name, len - name);
	d->fn = function_enter(d->functions, &fn);
	MUST(d->fn);
	/* What we write of it we understand as the same. */
	function_describe(&fn, text, sizeof(text));
	MUST(strlen(text) < sizeof(text) - 1);
	function_understand(&again, fn.address, strlen(fn.address), text, strlen(text));
	MUST(function_same(&fn, &again));
}

static void on_access(struct decoder *d, const uint8_t *data, size_t len)
{
	char driver[ISMT_NAME_LEN], driver_again[ISMT_NAME_LEN];
	uint8_t put[RECORD_ACCESS_LEN];
	struct access access, again;

	if (record_get_access(data, len, &access, driver))
		return;
	MUST(strlen(driver) < ISMT_NAME_LEN);
	MUST(!access.payload_len || (access.payload >= data + RECORD_ACCESS_LEN &&
				     access.payload + access.payload_len <= data + len &&
				     access.payload_len <= access.raw.len));
	/* What is written of it reads the same. */
	record_put_access(put, &access);
	MUST(record_type(put, sizeof(put)) == ISMT_REC_ACCESS);
	MUST(!record_get_access(put, sizeof(put), &again, driver_again));
	MUST(!memcmp(&access.raw, &again.raw, sizeof(again.raw)));
	MUST(!strcmp(driver, driver_again));
	access.fn = d->fn;
	access.ts = d->ts;
	views_access(d->views, &access);
}

static void on_insn(struct decoder *d, const uint8_t *data, size_t len)
{
	uint8_t put[RECORD_INSN_LEN];
	struct insn insn, again;

	if (record_get_insn(data, len, &insn))
		return;
	insn.fn = d->fn;
	insn.ts = d->ts;
	record_put_insn(put, &insn);
	MUST(record_type(put, sizeof(put)) == ISMT_REC_INSN);
	MUST(!record_get_insn(put, sizeof(put), &again));
	MUST(!memcmp(&insn.raw, &again.raw, sizeof(again.raw)));
	views_insn(d->views, &insn);
}

/* In memory of its own, so that reading behind its end is seen. */
static void on_piece(struct decoder *d, uint8_t what, const uint8_t *bytes, size_t len)
{
	uint8_t *data = malloc(len ? len : 1);
	int type;

	MUST(data);
	memcpy(data, bytes, len);
	if (!what) {
		on_function(d, data, len);
	} else {
		d->ts += what;
		type = record_type(data, len);
		if (type == ISMT_REC_ACCESS)
			on_access(d, data, len);
		else if (type == ISMT_REC_INSN)
			on_insn(d, data, len);
	}
	free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder d = { .ts = 1763696000123456789 };
	const struct function none = { .address = "" };
	const uint8_t *end = data + size;
	unsigned int how;
	size_t len;
	uint8_t what;

	if (!size)
		return -1;
	d.functions = function_table_new();
	MUST(d.functions);
	d.fn = function_enter(d.functions, &none);
	MUST(d.fn);
	how = *data++ & VIEW_ALL;
	/* The page takes longer than all else. */
	if (how & (VIEW_MONO | VIEW_REAL))
		how &= ~VIEW_PAGE;
	d.views = views_new(how, d.ts, 5000);
	while (end - data >= 3) {
		what = data[0];
		len = get_be16(data + 1);
		data += 3;
		if (len > (size_t)(end - data))
			len = (size_t)(end - data);
		on_piece(&d, what, data, len);
		data += len;
	}
	views_end(d.views);
	function_table_free(d.functions);
	return 0;
}
