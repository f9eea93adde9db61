// SPDX-License-Identifier: GPL-2.0-only
/*
 * smc [option...] serve PORT | smc [option...] connect ADDRESS PORT - what a TCP program does,
 * over an SMC socket: both ends send and receive at once, as many bytes as --bytes says, and look
 * at each that they get.  One JSON object tells what came of it, and by which way the kernel
 * says it went.
 *
 *   --bytes N  each way (1 MiB)
 *   --slow MS  wait so long after each piece that is sent
 *   --begun F  make this file when data goes
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef AF_SMC
#define AF_SMC 43
#endif

#define PIECE 65536

static uint64_t bytes = 1 << 20;
static unsigned int slow_ms;
static bool serving;
static int fd;

/* What one direction came to. */
struct way {
	uint64_t seed;
	uint64_t done;
	uint64_t sum;
	uint64_t wrong; /* bytes that are others than were sent */
	int err;
};

/* The words of either side are known to both. */
static uint64_t word(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void fill(uint64_t *state, uint8_t *piece)
{
	uint64_t w;
	size_t i;

	for (i = 0; i < PIECE; i += sizeof(w)) {
		w = word(state);
		memcpy(piece + i, &w, sizeof(w));
	}
}

static uint64_t summed(uint64_t sum, const uint8_t *p, size_t len)
{
	while (len--)
		sum = sum * 31 + *p++;
	return sum;
}

static void *way_send(void *arg)
{
	struct timespec pause = { slow_ms / 1000, (long)(slow_ms % 1000) * 1000000 };
	static uint8_t piece[PIECE];
	struct way *way = arg;
	size_t len, at;
	ssize_t n;

	while (way->done < bytes && !way->err) {
		fill(&way->seed, piece);
		len = bytes - way->done < PIECE ? bytes - way->done : PIECE;
		for (at = 0; at < len && !way->err; at += (size_t)n) {
			n = send(fd, piece + at, len - at, MSG_NOSIGNAL);
			if (n < 0) {
				way->err = errno;
				break;
			}
			way->sum = summed(way->sum, piece + at, (size_t)n);
			way->done += (uint64_t)n;
		}
		if (slow_ms)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

static void *way_receive(void *arg)
{
	static uint8_t piece[PIECE], wanted[PIECE];
	struct way *way = arg;
	size_t len, at, i;
	ssize_t n;

	while (way->done < bytes && !way->err) {
		fill(&way->seed, wanted);
		len = bytes - way->done < PIECE ? bytes - way->done : PIECE;
		for (at = 0; at < len && !way->err; at += (size_t)n) {
			n = recv(fd, piece, len - at, 0);
			if (n <= 0) {
				way->err = n ? errno : EPIPE;
				break;
			}
			for (i = 0; i < (size_t)n; i++)
				way->wrong += piece[i] != wanted[at + i];
			way->sum = summed(way->sum, piece, (size_t)n);
			way->done += (uint64_t)n;
		}
	}
	return NULL;
}

/* What sock_diag says of a socket: how it goes and between which functions. */
struct diag {
	int mode; /* SMC_DIAG_MODE_*, -1 if it was not found */
	uint64_t my_gid, peer_gid;
};

static void diag_parse(const struct nlmsghdr *nl, struct diag *diag, unsigned long long inode)
{
	const struct smc_diag_msg *msg = NLMSG_DATA(nl);
	const struct nlattr *attr = (const void *)(msg + 1);
	int left = (int)nl->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*msg));
	struct smcd_diag_dmbinfo dmb;

	if (msg->diag_inode != inode)
		return;
	diag->mode = msg->diag_mode;
	while (left >= (int)sizeof(*attr) && attr->nla_len >= sizeof(*attr) &&
	       attr->nla_len <= left) {
		if (attr->nla_type == SMC_DIAG_DMBINFO && attr->nla_len >= NLA_HDRLEN + 24) {
			memset(&dmb, 0, sizeof(dmb));
			memcpy(&dmb, (const char *)attr + NLA_HDRLEN,
			       attr->nla_len - NLA_HDRLEN < (int)sizeof(dmb)
				       ? (size_t)attr->nla_len - NLA_HDRLEN
				       : sizeof(dmb));
			diag->my_gid = dmb.my_gid;
			diag->peer_gid = dmb.peer_gid;
		}
		left -= NLA_ALIGN(attr->nla_len);
		attr = (const void *)((const char *)attr + NLA_ALIGN(attr->nla_len));
	}
}

static struct diag diag_ask(void)
{
	struct {
		struct nlmsghdr nl;
		struct smc_diag_req req;
	} ask = { .nl = { .nlmsg_len = sizeof(ask),
			  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		  .req = { .diag_family = AF_SMC, .diag_ext = 1 << (SMC_DIAG_DMBINFO - 1) } };
	struct diag diag = { .mode = -1 };
	static uint8_t answer[1 << 18];
	const struct nlmsghdr *nl;
	struct stat st;
	ssize_t n;
	int nlfd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (nlfd < 0 || fstat(fd, &st) || send(nlfd, &ask, sizeof(ask), 0) != sizeof(ask))
		return diag;
	while ((n = recv(nlfd, answer, sizeof(answer), 0)) > 0) {
		for (nl = (void *)answer; NLMSG_OK(nl, (size_t)n); nl = NLMSG_NEXT(nl, n)) {
			if (nl->nlmsg_type == NLMSG_DONE || nl->nlmsg_type == NLMSG_ERROR)
				goto out;
			diag_parse(nl, &diag, st.st_ino);
		}
	}
out:
	close(nlfd);
	return diag;
}

static void fatal(const char *what)
{
	printf("{\"error\":\"%s: %s\"}\n", what, strerror(errno));
	exit(1);
}

static void endpoint(const char *address, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	int sock = socket(AF_SMC, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, tries = 0;

	if (sock < 0)
		fatal("socket");
	if (!address) {
		setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(sock, (void *)&to, sizeof(to)) || listen(sock, 1))
			fatal("listen");
		fd = accept(sock, NULL, NULL);
		if (fd < 0)
			fatal("accept");
		close(sock);
		return;
	}
	inet_pton(AF_INET, address, &to.sin_addr);
	/* The other side may not be there yet. */
	while (connect(sock, (void *)&to, sizeof(to))) {
		if (++tries == 600)
			fatal("connect");
		usleep(100000);
		close(sock);
		sock = socket(AF_SMC, SOCK_STREAM | SOCK_CLOEXEC, 0);
	}
	fd = sock;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void usage(void)
{
	fprintf(stderr,
		"usage: smc [--bytes N] [--slow MS] [--begun FILE] serve PORT | connect ADDRESS PORT\n");
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "bytes", required_argument, NULL, 'b' },
		{ "slow", required_argument, NULL, 's' },
		{ "begun", required_argument, NULL, 'g' },
		{ NULL, 0, NULL, 0 },
	};
	static const char *const modes[] = { "unknown", "smcr", "tcp", "smcd" };
	struct way out = { 0 }, in = { 0 };
	pthread_t sender, receiver;
	const char *begun = NULL;
	struct diag diag;
	double begin;
	char end;
	int opt;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
		if (opt == 'b')
			bytes = strtoull(optarg, NULL, 0);
		else if (opt == 's')
			slow_ms = (unsigned int)atoi(optarg);
		else if (opt == 'g')
			begun = optarg;
		else
			usage();
	}
	argv += optind;
	serving = argv[0] && !strcmp(argv[0], "serve");
	if (!argv[0] || !argv[1] || (!serving && !argv[2]))
		usage();
	endpoint(serving ? NULL : argv[1], serving ? argv[1] : argv[2]);
	out.seed = serving ? 0x5e12e : 0xc0442ec;
	in.seed = serving ? 0xc0442ec : 0x5e12e;
	begin = seconds();
	if (pthread_create(&sender, NULL, way_send, &out) ||
	    pthread_create(&receiver, NULL, way_receive, &in))
		abort();
	diag = diag_ask();
	if (begun)
		close(open(begun, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	pthread_join(sender, NULL);
	pthread_join(receiver, NULL);
	begin = seconds() - begin;
	/* Neither side closes before the other has all. */
	shutdown(fd, SHUT_WR);
	while (!in.err && recv(fd, &end, 1, 0) > 0)
		;
	printf("{\"role\":\"%s\",\"mode\":\"%s\",\"my_gid\":\"0x%" PRIx64
	       "\",\"peer_gid\":\"0x%" PRIx64 "\",\"sent\":%" PRIu64 ",\"received\":%" PRIu64
	       ",\"wrong\":%" PRIu64 ",\"sum_sent\":%" PRIu64 ",\"sum_received\":%" PRIu64
	       ",\"send_error\":\"%s\",\"receive_error\":\"%s\",\"seconds\":%.3f}\n",
	       serving ? "serve" : "connect", modes[diag.mode + 1], diag.my_gid, diag.peer_gid,
	       out.done, in.done, in.wrong, out.sum, in.sum, out.err ? strerror(out.err) : "",
	       in.err ? strerror(in.err) : "", begin);
	return out.err || in.err || in.wrong;
}
