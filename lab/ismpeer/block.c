// SPDX-License-Identifier: GPL-2.0-only
/*
 * block.c - ismpeer block: an NBD server on one side, reached by a Unix socket, and on the
 * other side a Unix socket for a client, or the kernel's own client for /dev/nbdN.
 *
 * The handshake is that of NBD's proto.md, "fixed newstyle": the server's greeting, our
 * flags, NBD_OPT_EXPORT_NAME with no name.  What follows is between kernel and server.
 */
#include "ismpeer/end.h"
#include "ismpeer/peer.h"
#include "ismpeer/say.h"

#include "ism/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/nbd.h>

#define GREETING  0x4e42444d41474943ull /* "NBDMAGIC" */
#define OPTIONS	  0x49484156454f5054ull /* "IHAVEOPT" */
#define FIXED	  0x1u
#define NO_ZEROES 0x2u
#define EXPORT	  1u
/* What any file system can live with. */
#define BLOCK_SIZE 512ul

struct attach {
	char device[64];
	int socket;
};

static int read_all(int fd, void *bytes, size_t len)
{
	uint8_t *at = bytes;

	while (len) {
		ssize_t got = read(fd, at, len);

		if (got <= 0)
			return got < 0 ? -errno : -ECONNRESET;
		at += got;
		len -= (size_t)got;
	}
	return 0;
}

/* The export's size in bytes and its flags; 0 or -errno. */
static int handshake(int fd, uint64_t *bytes, uint16_t *flags)
{
	uint8_t hello[18], answer[20] = { 0 }, size[10], zeroes[124];
	uint16_t theirs;
	int ret = read_all(fd, hello, sizeof(hello));

	if (ret)
		return ret;
	if (get64(hello) != GREETING || get64(hello + 8) != OPTIONS)
		return -EPROTO;
	theirs = get16(hello + 16) & (FIXED | NO_ZEROES);
	put32(answer, theirs);
	put64(answer + 4, OPTIONS);
	put32(answer + 12, EXPORT);
	if (write(fd, answer, sizeof(answer)) != sizeof(answer))
		return -errno;
	ret = read_all(fd, size, sizeof(size));
	if (!ret && !(theirs & NO_ZEROES))
		ret = read_all(fd, zeroes, sizeof(zeroes));
	*bytes = get64(size);
	*flags = get16(size + 8);
	return ret;
}

/* The kernel's client, until it is disconnected. */
static int serve_device(const struct attach *attach)
{
	/* Who has it open for writing keeps others from mounting it. */
	int nbd = open(attach->device, O_RDONLY | O_CLOEXEC), ret;
	uint64_t bytes = 0;
	uint16_t flags = 0;

	if (nbd < 0)
		return -errno;
	ret = handshake(attach->socket, &bytes, &flags);
	if (!ret && (ioctl(nbd, NBD_SET_BLKSIZE, BLOCK_SIZE) ||
		     ioctl(nbd, NBD_SET_SIZE_BLOCKS, (unsigned long)(bytes / BLOCK_SIZE)) ||
		     ioctl(nbd, NBD_CLEAR_SOCK) || ioctl(nbd, NBD_SET_SOCK, attach->socket) ||
		     ioctl(nbd, NBD_SET_FLAGS, (unsigned long)flags)))
		ret = -errno;
	if (!ret) {
		say_more("%s has %llu bytes", attach->device, (unsigned long long)bytes);
		ioctl(nbd, NBD_DO_IT);
		ioctl(nbd, NBD_CLEAR_QUE);
		ioctl(nbd, NBD_CLEAR_SOCK);
	}
	close(nbd);
	return ret;
}

static void *attach_thread(void *arg)
{
	struct attach *attach = arg;
	int ret = serve_device(attach);

	if (ret)
		say("%s: %s%s", attach->device, strerror(-ret),
		    ret == -ENOENT || ret == -ENXIO ? "; modprobe nbd" : "");
	/* The channel ends with the socket. */
	shutdown(attach->socket, SHUT_RDWR);
	close(attach->socket);
	free(attach);
	return NULL;
}

static void up(struct peer *peer)
{
	struct attach *attach;
	pthread_t thread;
	int fd[2];

	if (!peer->options->device)
		return;
	attach = calloc(1, sizeof(*attach));
	if (!attach || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd)) {
		free(attach);
		peer_over(peer, 1);
		return;
	}
	snprintf(attach->device, sizeof(attach->device), "%s", peer->options->device);
	attach->socket = fd[1];
	if (peer_open(peer, fd[0], fd[0]) < 0 ||
	    pthread_create(&thread, NULL, attach_thread, attach)) {
		peer_over(peer, 1);
		return;
	}
	pthread_detach(thread);
}

static int opened(struct peer *peer, int i)
{
	int fd;

	if (!peer->options->connect)
		return -ECONNREFUSED;
	fd = socket_connect(peer->options->connect);
	return fd < 0 ? fd : end_init(&peer->end[i], fd, fd);
}

static void closed(struct peer *peer, int i, uint32_t status, const char *reason)
{
	(void)i;
	if (status && *reason)
		say("peer 0x%016llx: %s", (unsigned long long)peer->link.peer, reason);
	/* A device whose server is gone comes back with the link, not before. */
	if (peer->options->device && status != EXIT_GONE)
		peer_over(peer, (int)status);
}

const struct service service_block = {
	.name = "block",
	.up = up,
	.opened = opened,
	.closed = closed,
};
