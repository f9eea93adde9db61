// SPDX-License-Identifier: GPL-2.0-only
#include "capture/interface.h"

#include <errno.h>
#include <string.h>

#include "capture/function_words.h"
#include "util/bytes.h"
#include "util/clock.h"
#include "util/times.h"

unsigned int interface_link(const struct pcapng_block *block)
{
	return get_16(block->body, block->little);
}

/* if_tsresol: a power of 10, or with the highest bit set, of 2. */
static int set_resolution(struct capture_interface *interface, uint8_t value)
{
	unsigned int i, exponent = value & 0x7f;

	interface->times = 1;
	interface->over = 1;
	interface->binary = value & 0x80;
	interface->shift = exponent;
	if (interface->binary) {
		interface->has_sign = exponent < 30;
		return 0;
	}
	interface->has_sign = exponent <= 9;
	if (exponent > 18)
		return -EBADMSG;
	for (i = exponent; i < 9; i++)
		interface->times *= 10;
	for (i = 9; i < exponent; i++)
		interface->over *= 10;
	return 0;
}

/* Seconds, signed. */
static int64_t offset_seconds(const uint8_t *value, bool little)
{
	uint64_t first = get_32(value, little), second = get_32(value + 4, little);

	return (int64_t)(little ? second << 32 | first : first << 32 | second);
}

int interface_get(const struct pcapng_block *block, struct capture_interface *interface,
		  struct function *fn)
{
	const char *name = "", *description = "";
	size_t name_len = 0, description_len = 0, at = 8;
	struct pcapng_opt opt;
	int err;

	memset(interface, 0, sizeof(*interface));
	/* Microseconds, where nothing else is said. */
	err = set_resolution(interface, 6);
	while (pcapng_option(block, &at, &opt)) {
		if (opt.code == IF_NAME) {
			name = (const char *)opt.value;
			name_len = opt.len;
		} else if (opt.code == IF_DESCRIPTION) {
			description = (const char *)opt.value;
			description_len = opt.len;
		} else if (opt.code == IF_TSRESOL && opt.len >= 1) {
			err |= set_resolution(interface, opt.value[0]);
		} else if (opt.code == IF_TSOFFSET && opt.len >= 8) {
			interface->offset_s = offset_seconds(opt.value, block->little);
		}
	}
	function_understand(fn, name, name_len, description, description_len);
	return err;
}

int64_t interface_time(const struct capture_interface *interface, uint64_t units)
{
	__int128 ns = interface->has_sign ? (int64_t)units : (__int128)units;

	/* A shift of what is negative rounds down, as is wanted: the second before 1970 is -1. */
	if (interface->binary)
		ns = ns * NS_PER_SEC >> interface->shift;
	else if (interface->over > 1)
		/* Skipped for nanoseconds: a 128-bit division is slow. */
		ns /= (int64_t)interface->over;
	else
		ns *= (int64_t)interface->times;
	ns += (__int128)interface->offset_s * NS_PER_SEC;
	if (ns > INT64_MAX)
		return INT64_MAX;
	return ns < INT64_MIN ? INT64_MIN : (int64_t)ns;
}
