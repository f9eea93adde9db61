// SPDX-License-Identifier: GPL-2.0-only
/*
 * nbd-server.c - as much of an NBD server as tests need: a file, one client at a time, by
 * NBD's proto.md, fixed newstyle with NBD_OPT_EXPORT_NAME.
 *
 *	nbd-server SOCKET FILE
 */
#include "ism/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/nbd.h>

#define NBD_MAGIC    0x4e42444d41474943ull
#define OPTION_MAGIC 0x49484156454f5054ull
#define BYTES_MAX    (32u << 20)

static uint8_t bytes[BYTES_MAX];

static int all(int fd, void *buf, size_t len, int writing)
{
	uint8_t *at = buf;

	while (len) {
		ssize_t done = writing ? write(fd, at, len) : read(fd, at, len);

		if (done <= 0)
			return -1;
		at += done;
		len -= (size_t)done;
	}
	return 0;
}

static int greet(int fd, uint64_t size)
{
	uint8_t hello[18], answer[20], export[10];

	put64(hello, NBD_MAGIC);
	put64(hello + 8, OPTION_MAGIC);
	put16(hello + 16, 3);
	if (all(fd, hello, sizeof(hello), 1) || all(fd, answer, sizeof(answer), 0) ||
	    get64(answer + 4) != OPTION_MAGIC || get32(answer + 12) != 1)
		return -1;
	put64(export, size);
	put16(export + 8, NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH);
	return all(fd, export, sizeof(export), 1);
}

/* One request; -1 when there are no more. */
static int serve(int fd, int file)
{
	uint8_t request[28], reply[16];
	uint32_t type, len, error = 0;
	uint64_t offset;

	if (all(fd, request, sizeof(request), 0) || get32(request) != NBD_REQUEST_MAGIC)
		return -1;
	type = get16(request + 6);
	offset = get64(request + 16);
	len = get32(request + 24);
	if (type == NBD_CMD_DISC || len > BYTES_MAX)
		return -1;
	if (type == NBD_CMD_WRITE) {
		if (all(fd, bytes, len, 0))
			return -1;
		error = pwrite(file, bytes, len, (off_t)offset) == (ssize_t)len ? 0 : EIO;
	} else if (type == NBD_CMD_READ) {
		error = pread(file, bytes, len, (off_t)offset) == (ssize_t)len ? 0 : EIO;
	} else if (type == NBD_CMD_FLUSH) {
		error = fsync(file) ? EIO : 0;
	} else {
		error = EINVAL;
	}
	put32(reply, NBD_REPLY_MAGIC);
	put32(reply + 4, error);
	memcpy(reply + 8, request + 8, 8);
	if (all(fd, reply, sizeof(reply), 1))
		return -1;
	return type == NBD_CMD_READ && !error ? all(fd, bytes, len, 1) : 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), file, fd;
	struct stat st;

	if (argc != 3 || strlen(argv[1]) >= sizeof(un.sun_path))
		return 2;
	memcpy(un.sun_path, argv[1], strlen(argv[1]) + 1);
	file = open(argv[2], O_RDWR);
	if (file < 0 || fstat(file, &st) || bind(listener, (struct sockaddr *)&un, sizeof(un)) ||
	    listen(listener, 4)) {
		perror(argv[2]);
		return 1;
	}
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (!greet(fd, (uint64_t)st.st_size)) {
			while (!serve(fd, file))
				;
		}
		close(fd);
	}
	return 1;
}
