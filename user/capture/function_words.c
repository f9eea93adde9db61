// SPDX-License-Identifier: GPL-2.0-only
#include "capture/function_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64

void function_describe(const struct function *fn, char *buf, size_t len)
{
	const struct ismt_function *k = &fn->k;
	const uint8_t *bar = k->bar_size;

	/* The driver comes last: a name may be anything. */
	snprintf(buf, len,
		 "fid=0x%x uid=0x%x fh=0x%x pchid=0x%x vfn=%u pft=%u pfgid=%u maxstbl=%u "
		 "device=%04x:%04x ism=%u bars=%u,%u,%u,%u,%u,%u flags=0x%x driver=%.*s",
		 k->fid, k->uid, k->fh, k->pchid, k->vfn, k->pft, k->pfgid, k->maxstbl, k->vendor,
		 k->device, fn->is_ism, bar[0], bar[1], bar[2], bar[3], bar[4], bar[5], k->flags,
		 ISMT_NAME_LEN - 1, k->driver);
}

static void understand_bars(struct ismt_function *k, const char *text)
{
	char *end;
	int i;

	for (i = 0; i < ISMT_BARS; i++) {
		k->bar_size[i] = strtoul(text, &end, 10);
		if (*end != ',')
			return;
		text = end + 1;
	}
}

static void understand_word(struct function *fn, const char *key, const char *value)
{
	struct ismt_function *k = &fn->k;
	unsigned long number = strtoul(value, NULL, 0);
	const char *colon;

	if (!strcmp(key, "fid")) {
		k->fid = number;
	} else if (!strcmp(key, "uid")) {
		k->uid = number;
	} else if (!strcmp(key, "fh")) {
		k->fh = number;
	} else if (!strcmp(key, "pchid")) {
		k->pchid = number;
	} else if (!strcmp(key, "vfn")) {
		k->vfn = number;
	} else if (!strcmp(key, "pft")) {
		k->pft = number;
	} else if (!strcmp(key, "pfgid")) {
		k->pfgid = number;
	} else if (!strcmp(key, "maxstbl")) {
		k->maxstbl = number;
	} else if (!strcmp(key, "ism")) {
		fn->is_ism = number;
	} else if (!strcmp(key, "flags")) {
		/* What the measurement block said is in the account. */
		k->flags = number & ~(unsigned long)ISMT_FN_HAS_FMB;
	} else if (!strcmp(key, "bars")) {
		understand_bars(k, value);
	} else if (!strcmp(key, "device")) {
		colon = strchr(value, ':');
		k->vendor = strtoul(value, NULL, 16);
		k->device = colon ? strtoul(colon + 1, NULL, 16) : 0;
	}
}

static void understand_driver(struct function *fn, const char *name, size_t len)
{
	if (len >= ISMT_NAME_LEN)
		len = ISMT_NAME_LEN - 1;
	memcpy(fn->k.driver, name, len);
	fn->k.driver[len] = '\0';
}

static void understand_address(struct function *fn)
{
	unsigned int domain, bus, device, function;

	if (sscanf(fn->address, "%4x:%2x:%2x.%1x", &domain, &bus, &device, &function) != 4)
		return;
	fn->k.domain = domain;
	fn->k.bus = bus;
	fn->k.devfn = (uint8_t)(device << 3 | (function & 7));
}

void function_understand(struct function *fn, const char *name, size_t name_len,
			 const char *description, size_t len)
{
	const char *at = description, *end = description + len, *stop, *equals;
	char word[WORD_MAX];

	memset(fn, 0, sizeof(*fn));
	if (name_len >= FUNCTION_ADDRESS_LEN)
		name_len = FUNCTION_ADDRESS_LEN - 1;
	memcpy(fn->address, name, name_len);
	understand_address(fn);
	while (at < end) {
		stop = memchr(at, ' ', (size_t)(end - at)) ?: end;
		equals = memchr(at, '=', (size_t)(stop - at));
		if (equals && equals - at == 6 && !memcmp(at, "driver", 6)) {
			understand_driver(fn, equals + 1, (size_t)(end - equals - 1));
			return;
		}
		if (equals && stop - at < WORD_MAX) {
			memcpy(word, at, (size_t)(stop - at));
			word[stop - at] = '\0';
			word[equals - at] = '\0';
			understand_word(fn, word, word + (equals - at) + 1);
		}
		at = stop + (stop < end);
	}
}
