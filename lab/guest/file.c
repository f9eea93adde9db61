// SPDX-License-Identifier: GPL-2.0-only
/*
 * file.c - small files, as procfs and sysfs are made of.
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One write, as sysfs wants it. */
int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The whole file with a terminating zero, to be freed; NULL with errno set. */
char *file_read(const char *path, size_t *len)
{
	size_t size = 0, room = 4096;
	char *buf = malloc(room + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (!buf || fd < 0)
		goto fail;
	while ((n = read(fd, buf + size, room - size)) > 0) {
		size += n;
		if (size == room) {
			char *more = realloc(buf, 2 * room + 1);

			if (!more)
				goto fail;
			buf = more;
			room *= 2;
		}
	}
	if (n < 0)
		goto fail;
	close(fd);
	buf[size] = 0;
	if (len)
		*len = size;
	return buf;
fail:
	if (fd >= 0)
		close(fd);
	free(buf);
	return NULL;
}
