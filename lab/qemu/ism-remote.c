/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of other machines: requests go to a daemon between the
 * machines (lab/fabric), by the messages of ism-wire.h.
 *
 * An instruction that stores into another machine's memory ends when the data
 * is there.  Whoever waits for that holds the big QEMU lock, so it carries out
 * itself what others ask meanwhile: two machines that store to one another do
 * not wait for ever.  Carrying out a request never makes one.  The daemon has
 * an answer for everything after a while; without a daemon all other machines
 * are gone.
 */
#include "qemu/osdep.h"
#include <sys/socket.h>
#include <sys/un.h>
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/sockets.h"
#include "ism-bytes.h"
#include "ism-wire.h"
#include "ism.h"

/* Longer than the daemon waits for a machine. */
#define PATIENCE_MS     10000

static struct {
    IsmFabric *fabric;
    char *path;
    int fd;                 /* -1: there is no daemon any more */
    unsigned machine;
    uint64_t id;            /* of the last request */
    bool answered;          /* that one, with: */
    uint32_t answer;
    size_t have;
    uint8_t in[4 * WIRE_MAX];
} conn = { .fd = -1 };

/* The daemon has gone, or says what makes no sense. */
static void link_cut(const char *why)
{
    if (conn.fd < 0) {
        return;
    }
    warn_report("ism: the fabric %s %s: other machines are gone", conn.path,
                why);
    qemu_set_fd_handler(conn.fd, NULL, NULL, NULL);
    close(conn.fd);
    conn.fd = -1;
    conn.fabric->remote = NULL;
    ism_fabric_cut(conn.fabric);
}

/* Sends a whole message; the daemon always reads. */
static bool link_send(const uint8_t *head, const uint8_t *data, size_t len)
{
    uint8_t message[WIRE_MAX];
    size_t size = WIRE_HEADER + len, sent = 0;
    ssize_t n;

    if (conn.fd < 0) {
        return false;
    }
    memcpy(message, head, WIRE_HEADER);
    if (len) {
        memcpy(message + WIRE_HEADER, data, len);
    }
    ism_put(message + WIRE_LEN, 4, size);
    for (; sent < size; sent += n) {
        n = send(conn.fd, message + sent, size - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            n = 0;
        } else if (n <= 0) {
            link_cut("does not listen");
            return false;
        }
    }
    return true;
}

/* The clock that all on this host have, whatever the guest's do. */
static uint64_t monotonic_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static void serve(uint32_t kind, const uint8_t *head, size_t len)
{
    static const IsmVerb verbs[] = {
        [WIRE_QUERY] = ISM_QUERY, [WIRE_SIGNAL] = ISM_SIGNAL,
        [WIRE_MOVE] = ISM_MOVE, [WIRE_EVENT] = ISM_DMB_EVENT,
    };
    IsmRequest req = {
        .verb = verbs[kind], .from = ism_get(head + WIRE_FROM, 8),
        .to = ism_get(head + WIRE_TO, 8), .a = ism_get(head + WIRE_A, 4),
        .b = ism_get(head + WIRE_B, 4), .c = ism_get(head + WIRE_C, 8),
        .data = head + WIRE_HEADER, .len = len - WIRE_HEADER,
    };
    uint8_t reply[WIRE_HEADER] = { 0 };
    uint32_t result = kind == WIRE_MOVE ? ISM_UNREACHABLE : ISM_ERROR;

    /* This machine may have been stopped since it was asked. */
    if (kind == WIRE_EVENT ||
        monotonic_ms() < ism_get(head + WIRE_UNTIL, 8)) {
        result = ism_fabric_serve(conn.fabric, &req);
    }
    if (kind != WIRE_EVENT) {
        ism_put(reply + WIRE_KIND, 4, WIRE_ANSWER);
        memcpy(reply + WIRE_ID, head + WIRE_ID, 8);
        ism_put(reply + WIRE_A, 4, result);
        link_send(reply, NULL, 0);
    }
}

static void message(const uint8_t *head, size_t len)
{
    uint32_t kind = ism_get(head + WIRE_KIND, 4);

    switch (kind) {
    case WIRE_ANSWER:
        /* One that comes too late is for nobody. */
        if (ism_get(head + WIRE_ID, 8) == conn.id) {
            conn.answer = ism_get(head + WIRE_A, 4);
            conn.answered = true;
        }
        break;
    case WIRE_DOWN:
        ism_fabric_lost(conn.fabric, ism_get(head + WIRE_FROM, 8),
                        ism_get(head + WIRE_A, 4));
        break;
    case WIRE_QUERY:
    case WIRE_SIGNAL:
    case WIRE_MOVE:
    case WIRE_EVENT:
        serve(kind, head, len);
        break;
    default:
        link_cut("says what makes no sense");
    }
}

/* All that is there, without waiting for more. */
static void link_read(void *opaque)
{
    size_t at = 0, len;
    ssize_t n = recv(conn.fd, conn.in + conn.have, sizeof(conn.in) - conn.have,
                     MSG_DONTWAIT);

    if (!n || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        link_cut("has ended");
        return;
    }
    conn.have += MAX(n, 0);
    while (conn.fd >= 0 && conn.have - at >= WIRE_HEADER) {
        len = ism_get(conn.in + at + WIRE_LEN, 4);
        if (len < WIRE_HEADER || len > WIRE_MAX) {
            link_cut("says what makes no sense");
            return;
        }
        if (conn.have - at < len) {
            break;
        }
        message(conn.in + at, len);
        at += len;
    }
    conn.have -= at;
    memmove(conn.in, conn.in + at, conn.have);
}

/* Returns whether there was an answer; the result is in conn.answer. */
static bool ask(uint8_t *head, const uint8_t *data, size_t len)
{
    int64_t end = monotonic_ms() + PATIENCE_MS, left;
    GPollFD pfd;

    ism_put(head + WIRE_ID, 8, ++conn.id);
    conn.answered = false;
    if (!link_send(head, data, len)) {
        return false;
    }
    while (!conn.answered && conn.fd >= 0) {
        left = end - monotonic_ms();
        if (left <= 0) {
            link_cut("does not answer");
            return false;
        }
        pfd = (GPollFD) { .fd = conn.fd, .events = G_IO_IN };
        if (g_poll(&pfd, 1, MIN(left, PATIENCE_MS)) > 0) {
            link_read(NULL);
        }
    }
    return conn.answered;
}

static uint32_t remote_request(void *opaque, const IsmRequest *req)
{
    static const uint32_t kinds[] = {
        [ISM_QUERY] = WIRE_QUERY, [ISM_SIGNAL] = WIRE_SIGNAL,
        [ISM_MOVE] = WIRE_MOVE, [ISM_DMB_EVENT] = WIRE_EVENT,
    };
    uint8_t head[WIRE_HEADER] = { 0 };

    ism_put(head + WIRE_KIND, 4, kinds[req->verb]);
    ism_put(head + WIRE_FROM, 8, req->from);
    ism_put(head + WIRE_TO, 8, req->to);
    ism_put(head + WIRE_A, 4, req->a);
    ism_put(head + WIRE_B, 4, req->b);
    ism_put(head + WIRE_C, 8, req->c);
    if (req->verb == ISM_DMB_EVENT) {
        return link_send(head, NULL, 0) ? ISM_OK : ISM_ERROR;
    }
    if (!ask(head, req->data, req->len)) {
        return req->verb == ISM_MOVE ? ISM_UNREACHABLE : ISM_ERROR;
    }
    return conn.answer;
}

static void tell(uint32_t kind, uint64_t gid, uint32_t code)
{
    uint8_t head[WIRE_HEADER] = { 0 };

    ism_put(head + WIRE_KIND, 4, kind);
    ism_put(head + WIRE_FROM, 8, gid);
    ism_put(head + WIRE_A, 4, code);
    link_send(head, NULL, 0);
}

static void remote_announce(void *opaque, uint64_t gid, uint32_t code)
{
    tell(WIRE_DOWN, gid, code);
}

static const IsmRemote remote = {
    .request = remote_request,
    .announce = remote_announce,
};

static bool link_open(IsmFabric *fabric, const char *path, Error **errp)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    uint8_t head[WIRE_HEADER] = { 0 };

    if (strlen(path) >= sizeof(address.sun_path)) {
        error_setg(errp, "%s is too long for the name of a socket", path);
        return false;
    }
    strcpy(address.sun_path, path);
    conn.fd = qemu_socket(AF_UNIX, SOCK_STREAM, 0);
    if (conn.fd < 0 ||
        connect(conn.fd, (struct sockaddr *)&address, sizeof(address))) {
        error_setg_errno(errp, errno, "cannot reach the fabric %s", path);
        if (conn.fd >= 0) {
            close(conn.fd);
            conn.fd = -1;
        }
        return false;
    }
    conn.fabric = fabric;
    conn.path = g_strdup(path);
    qemu_set_fd_handler(conn.fd, link_read, NULL, NULL);
    ism_put(head + WIRE_KIND, 4, WIRE_HELLO);
    ism_put(head + WIRE_C, 8, WIRE_MAGIC);
    if (!ask(head, NULL, 0)) {
        error_setg(errp, "%s is no fabric", path);
        return false;
    }
    conn.machine = conn.answer;
    fabric->remote = &remote;
    return true;
}

bool ism_remote_open(IsmFabric *fabric, const char *path, Error **errp)
{
    if (!conn.path) {
        return link_open(fabric, path, errp);
    }
    if (strcmp(conn.path, path) || conn.fd < 0) {
        error_setg(errp, "a machine has one fabric, %s", conn.path);
        return false;
    }
    return true;
}

unsigned ism_remote_machine(void)
{
    return conn.machine;
}

uint16_t ism_remote_join(uint64_t gid)
{
    uint8_t head[WIRE_HEADER] = { 0 };

    ism_put(head + WIRE_KIND, 4, WIRE_JOIN);
    ism_put(head + WIRE_FROM, 8, gid);
    return ask(head, NULL, 0) ? conn.answer : 0;
}

void ism_remote_leave(uint64_t gid)
{
    tell(WIRE_LEAVE, gid, 0);
}
