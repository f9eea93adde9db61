// SPDX-License-Identifier: GPL-2.0-only
/*
 * command.c - the command area, BAR 2.
 *
 * A command is stored payload first, at offset 8, then the header at 0, which starts it:
 * u32 command, u16 reserved, u16 length of both.  The response is read back, 8 bytes at a
 * time: u32 command, u16 return code, u16 length, payload.  0 is success.
 */
#include "ism/bytes.h"
#include "ism/internal.h"

#include <errno.h>
#include <unistd.h>

#define HEADER	    8
#define PAYLOAD_MAX 248

static int store(struct ism *ism, uint64_t offset, const void *data, size_t len)
{
	off_t at = (off_t)(ism->fn.region[BAR_COMMAND].offset + offset);
	ssize_t done = pwrite(ism->vfio.device, data, len, at);

	if (done == (ssize_t)len)
		return 0;
	return done < 0 ? -errno : -EIO;
}

static int load(struct ism *ism, uint64_t offset, void *data, size_t len)
{
	off_t at = (off_t)(ism->fn.region[BAR_COMMAND].offset + offset);
	uint8_t *to = data, eight[8];
	ssize_t done;
	size_t some;

	for (; len; len -= some, to += some, at += 8) {
		some = len < 8 ? len : 8;
		done = pread(ism->vfio.device, eight, 8, at);
		if (done != 8)
			return done < 0 ? -errno : -EIO;
		memcpy(to, eight, some);
	}
	return 0;
}

int ism_command(struct ism *ism, uint32_t command, const void *request, uint32_t request_len,
		void *response, uint32_t response_len)
{
	uint8_t header[HEADER] = { 0 };
	int ret = 0;

	if (request_len > PAYLOAD_MAX || response_len > PAYLOAD_MAX)
		return -EINVAL;
	put32(header, command);
	put16(header + 6, (uint16_t)(HEADER + request_len));
	if (request_len)
		ret = store(ism, HEADER, request, request_len);
	if (!ret)
		ret = store(ism, 0, header, sizeof(header));
	if (!ret)
		ret = load(ism, 0, header, sizeof(header));
	if (ret)
		return ret;
	if (get32(header) != command)
		return -EPROTO;
	if (get16(header + 4))
		return -ENOENT;
	/*
	 * Plain memory gives back what was stored, with a return code of 0: the length is what
	 * tells an answer from an echo.
	 */
	if (get16(header + 6) < HEADER + response_len)
		return -EPROTO;
	return response_len ? load(ism, HEADER, response, response_len) : 0;
}

int ism_query(struct ism *ism, struct ism_info *info)
{
	uint8_t answer[64] = { 0 };
	int ret = ism_command(ism, ISM_QUERY_INFO, NULL, 0, answer, sizeof(answer));

	if (ret)
		return ret;
	*info = (struct ism_info){
		.version = get32(answer),
		.gid = get64(answer + 16),
		.dmbs_owned = get32(answer + 48),
		.dmbs_used = get32(answer + 52),
		.vlan_required = get32(answer + 56) != 0,
	};
	return info->gid ? 0 : -EPROTO;
}

int ism_peer_query(struct ism *ism, uint64_t gid)
{
	uint8_t request[16] = { 0 };

	/* No VLAN. */
	put64(request, gid);
	return ism_command(ism, ISM_QUERY_RGID, request, sizeof(request), NULL, 0);
}

int ism_signal(struct ism *ism, uint64_t gid, uint32_t code, uint64_t info)
{
	uint8_t request[24];

	put64(request, gid);
	put32(request + 8, 1); /* interrupt the peer */
	put32(request + 12, code);
	put64(request + 16, info);
	return ism_command(ism, ISM_SIGNAL_IEQ, request, sizeof(request), NULL, 0);
}
