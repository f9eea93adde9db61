/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * end.h - bytes between a channel and the descriptors at its end on this side.
 */
#ifndef ISMPEER_END_H
#define ISMPEER_END_H

#include "ismpeer/peer.h"

/* Begin with these two descriptors, non-blocking from now on; 0 or -ENOMEM. */
int end_init(struct end *end, int in, int out);
/*
 * Close them and give the rest back.  Others may have them open as well, a shell its terminal:
 * they block again if they did before.
 */
void end_free(struct end *end);
/* Close the one that is written, which is not the one that is read. */
void end_close_out(struct end *end);

/* Bytes came, no more than there is room for. */
void end_put(struct end *end, const uint8_t *bytes, uint32_t len);

/* Whether the last line of what was put is not at its end, as a terminal sees it. */
bool end_in_line(const struct end *end);

/* What poll() is to wait for: of in when room says that it can be sent on. */
short end_wants_in(const struct end *end, bool room);
short end_wants_out(const struct end *end);

/* Write what there is; how many bytes, or -errno when nobody reads any more. */
int end_write(struct end *end);
/* Up to len bytes; 0 at the end of them, -EAGAIN, or another -errno: what more there is is lost. */
int end_read(struct end *end, uint8_t *bytes, uint32_t len);

#endif /* ISMPEER_END_H */
