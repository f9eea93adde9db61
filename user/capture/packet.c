// SPDX-License-Identifier: GPL-2.0-only
#include "capture/packet.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "capture/interface.h"
#include "capture/record.h"
#include "util/bytes.h"

/* Interface, time, captured and original length. */
#define EPB_FIXED 20

/* A packet's record, as it lies in its block. */
struct packet {
	const struct capture_interface *interface;
	const uint8_t *data;
	uint32_t len, full; /* captured and original length */
	int64_t ts;
};

/* Where the sentence about a bad one goes. */
struct why {
	const struct pcapng_block *block;
	char *buf;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static enum packet_kind bad(const struct why *why,
								  const char *format, ...)
{
	va_list args;
	int used = snprintf(why->buf, why->len, "the packet at byte %" PRIu64 " ", why->block->at);

	va_start(args, format);
	if (used > 0 && (size_t)used < why->len)
		vsnprintf(why->buf + used, why->len - (size_t)used, format, args);
	va_end(args);
	return PACKET_BAD;
}

static enum packet_kind no_record(const struct why *why)
{
	return bad(why, "is no record of ismtrace");
}

/* Say what is wrong with a packet that is no record: it was cut, or it never was one. */
static enum packet_kind bad_record(const struct why *why, const struct packet *packet)
{
	if (packet->len >= packet->full || packet->len >= RECORD_ACCESS_LEN)
		return no_record(why);
	return bad(why,
		   "is no record any more: it was cut to %" PRIu32 " bytes (editcap -s?); "
		   "record -s cuts payloads, editcap -s %d leaves records",
		   packet->len, RECORD_ACCESS_LEN);
}

static enum packet_kind get_access(struct capture_section *section, const struct packet *packet,
				   struct access *access, char *driver, const struct why *why)
{
	if (record_get_access(packet->data, packet->len, access, driver))
		return no_record(why);
	access->fn = packet->interface->fn;
	access->ts = packet->ts;
	section->accesses++;
	return PACKET_RECORD;
}

static enum packet_kind get_insn(struct capture_section *section, const struct packet *packet,
				 struct insn *insn, const struct why *why)
{
	if (record_get_insn(packet->data, packet->len, insn))
		return no_record(why);
	insn->fn = packet->interface->fn;
	insn->ts = packet->ts;
	section->insns++;
	return PACKET_RECORD;
}

static enum packet_kind get_record(struct capture_section *section, const struct packet *packet,
				   struct capture_record *rec, char *driver, const struct why *why)
{
	int type = record_type(packet->data, packet->len);

	if (type < 0)
		return bad_record(why, packet);
	if (!type)
		return PACKET_UNKNOWN;
	if (type == ISMT_REC_INSN) {
		rec->type = CAPTURE_INSN;
		return get_insn(section, packet, &rec->insn, why);
	}
	rec->type = CAPTURE_ACCESS;
	return get_access(section, packet, &rec->access, driver, why);
}

enum packet_kind packet_get(struct capture_section *section, const struct pcapng_block *block,
			    struct capture_record *rec, char *driver, char *buf, size_t len)
{
	const struct why why = { block, buf, len };
	struct packet packet;
	uint32_t id;

	if (block->len < EPB_FIXED)
		return no_record(&why);
	id = get_32(block->body, block->little);
	packet.len = get_32(block->body + 12, block->little);
	packet.full = get_32(block->body + 16, block->little);
	packet.data = block->body + EPB_FIXED;
	if (packet.len > block->len - EPB_FIXED)
		return bad(&why, "has an absurd length: %" PRIu32, packet.len);
	if (id >= section->nr_interfaces)
		return bad(&why, "is of no interface");
	section_packet(section);
	packet.interface = &section->interfaces[id];
	if (!packet.interface->fn)
		return PACKET_STRAY;
	packet.ts = interface_time(packet.interface,
				   (uint64_t)get_32(block->body + 4, block->little) << 32 |
					   get_32(block->body + 8, block->little));
	return get_record(section, &packet, rec, driver, &why);
}
