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
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/fs.h>
#include <linux/nbd.h>

#define GREETING  0x4e42444d41474943ull /* "NBDMAGIC" */
#define OPTIONS	  0x49484156454f5054ull /* "IHAVEOPT" */
#define FIXED	  0x1u
#define NO_ZEROES 0x2u
#define EXPORT	  1u
/* What any file system can live with. */
#define SECTOR 512ul

/* The thread has said why the device is not there. */
static atomic_bool complained;

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

/*
 * Whether somebody else has the device for a server of his.  The kernel says whose it was for
 * as long as anybody has it open, so he must be there, too.
 */
static bool taken(const char *device)
{
	const char *name = strrchr(device, '/');
	char path[128];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof(path), "/sys/block/%s/pid", name ? name + 1 : device);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	/* A thread of ours whose link is gone is about to let it go. */
	snprintf(path, sizeof(path), "/proc/self/task/%d", pid);
	if (!pid || !access(path, F_OK))
		return false;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	return !access(path, F_OK);
}

/*
 * The device as one that was never attached, or -errno.  As long as anybody has it open, as who
 * has mounted it does, the kernel keeps what it was attached to before, and neither sends to
 * that nor forgets it: a second connection would be attached, and every access be an error.
 */
static int open_device(const struct attach *attach)
{
	struct pollfd gone = { .fd = attach->socket };
	bool said = false;

	for (;;) {
		/* Who has it open for writing keeps others from mounting it. */
		int nbd = open(attach->device, O_RDONLY | O_CLOEXEC);
		uint64_t bytes = 0;

		if (nbd < 0 || (!ioctl(nbd, BLKGETSIZE64, &bytes) && !bytes))
			return nbd < 0 ? -errno : nbd;
		if (taken(attach->device)) {
			close(nbd);
			return -EBUSY;
		}
		/* Where nobody else has it open it has no size after this, when it is opened again. */
		ioctl(nbd, NBD_CLEAR_SOCK);
		bytes = 0;
		ioctl(nbd, BLKGETSIZE64, &bytes);
		close(nbd);
		if (bytes && !said)
			say("%s: still open somewhere, with the server of before; waiting for its end",
			    attach->device);
		said = said || bytes;
		if (bytes && poll(&gone, 1, 1000) > 0)
			return -ECONNRESET;
	}
}

/* The kernel's client, until it is disconnected. */
static int serve_device(const struct attach *attach)
{
	int nbd = open_device(attach), ret;
	uint64_t bytes = 0;
	uint16_t flags = 0;

	if (nbd < 0)
		return nbd;
	ret = handshake(attach->socket, &bytes, &flags);
	if (!ret && (ioctl(nbd, NBD_SET_BLKSIZE, SECTOR) ||
		     ioctl(nbd, NBD_SET_SIZE_BLOCKS, (unsigned long)(bytes / SECTOR)) ||
		     ioctl(nbd, NBD_SET_SOCK, attach->socket) ||
		     ioctl(nbd, NBD_SET_FLAGS, (unsigned long)flags)))
		ret = -errno;
	if (!ret) {
		say_more("%s has %llu bytes", attach->device, (unsigned long long)bytes);
		if (bytes % SECTOR)
			say("%s: the last %lu bytes are no whole block, and left out",
			    attach->device, (unsigned long)(bytes % SECTOR));
		/* That the connection ends is no error here. */
		if (ioctl(nbd, NBD_DO_IT))
			ret = -errno;
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

	if (ret) {
		atomic_store(&complained, true);
		say("%s: %s%s", attach->device, strerror(-ret),
		    ret == -ENOENT || ret == -ENXIO ? "; modprobe nbd" : "");
	}
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
	atomic_store(&complained, false);
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
		say("peer 0x%016llx: %s", (unsigned long long)peer->other, reason);
	/* A device whose server is gone comes back with the link, not before. */
	if (!peer->options->device || status == EXIT_GONE)
		return;
	/* It was to be there until somebody ends us. */
	if (!status && !atomic_load(&complained))
		say("peer 0x%016llx: the NBD server has ended the connection",
		    (unsigned long long)peer->other);
	peer_over(peer, 1);
}

const struct service service_block = {
	.name = "block",
	.up = up,
	.opened = opened,
	.closed = closed,
};
