/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What machines of a fabric and the daemon between them (lab/fabric) tell one
 * another over a Unix socket.
 *
 * A message is a header of WIRE_HEADER bytes, whose fields are big-endian, and
 * for WIRE_MOVE the data, at most a page.  Of the requests, all but WIRE_LEAVE,
 * WIRE_DOWN and WIRE_EVENT have an answer with the same id and the result in a.
 * What a machine is asked too late for it does not do: the one that asked has
 * been told that it was not done.
 */
#ifndef HW_S390X_ISM_WIRE_H
#define HW_S390X_ISM_WIRE_H

#define WIRE_HEADER     56
#define WIRE_DATA_MAX   4096
#define WIRE_MAX        (WIRE_HEADER + WIRE_DATA_MAX)

/* Offsets of the fields. */
#define WIRE_LEN        0       /* u32, of header and data */
#define WIRE_KIND       4       /* u32 */
#define WIRE_ID         8       /* u64, chosen by who asks */
#define WIRE_FROM       16      /* u64, GID */
#define WIRE_TO         24      /* u64, GID or place in the data window */
#define WIRE_A          32      /* u32 */
#define WIRE_B          36      /* u32 */
#define WIRE_C          40      /* u64 */
#define WIRE_UNTIL      48      /* u64, ms of CLOCK_MONOTONIC, by the daemon */

/* In c of WIRE_HELLO: "ISMfab" and a version. */
#define WIRE_MAGIC      0x49534d6661620001ull

enum {
    WIRE_HELLO = 1,     /* to the daemon; the answer is the machine's number */
    WIRE_JOIN,          /* from is a new GID; the function's number, 0: taken */
    WIRE_LEAVE,         /* from is there no more */
    WIRE_DOWN,          /* to from this has happened; a: code of the event */
    WIRE_QUERY,         /* these four: see IsmVerb */
    WIRE_SIGNAL,
    WIRE_MOVE,
    WIRE_EVENT,
    WIRE_ANSWER,
};

#endif
