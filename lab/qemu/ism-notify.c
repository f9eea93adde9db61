/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How an ISM function tells its driver of something: bits in the SBA, entries
 * of the IEQ, interrupts.
 *
 *   SBA  bit 0 of the page, the most significant of its first byte: summary;
 *        bit 1: there are events; from byte 4 a bit for each DMB, by the index
 *        that it was registered with; from byte 256 16 bits for each DMB that
 *        say which of its elements were signalled.
 *   IEQ  the number of the entry behind the last one, 1 to 15, in its first 8
 *        bytes; from byte 32 15 entries of 32 bytes: type, code, token or GID,
 *        time, information.
 *
 * The driver clears the summary bit, then looks: an interrupt is raised only
 * when that bit was clear.  What is documented nowhere else and was chosen
 * here: the element with index i has the bit 0x1000 rotated right by i, as it
 * is in the kernel's own loopback device; and events are refused when the
 * driver has not looked since the queue was filled, as one that is overtaken
 * could not tell a full queue from an empty one.
 */
#include <stdlib.h>
#include <string.h>

#include "ism-bytes.h"
#include "ism-core.h"

#define SBA_SUMMARY     0x80
#define SBA_EVENT       0x40
#define SBA_BITS        4
#define SBA_MASKS       256

#define IEQ_HEADER      32
#define IEQ_ENTRY       32
#define IEQ_ENTRIES     15

static void summarize(IsmCore *core)
{
    uint8_t was;

    if (core->host->set_bits(core->opaque, core->sba, SBA_SUMMARY, &was) &&
        !(was & SBA_SUMMARY)) {
        core->host->interrupt(core->opaque);
    }
}

static bool set_bits(IsmCore *core, uint64_t at, uint8_t bits)
{
    uint8_t was;

    return core->host->set_bits(core->opaque, core->sba + at, bits, &was);
}

void ism_core_signal(IsmCore *core, uint16_t sba_idx, unsigned element)
{
    uint16_t mask = 0x1000u >> (element & 15) | 0x1000u << (-element & 15);
    uint64_t at = SBA_MASKS + 2ull * sba_idx;

    /* What was registered before may be unmapped by now: then nobody looks. */
    if (!core->sba ||
        !set_bits(core, at + !(mask >> 8), mask >> 8 ? mask >> 8 : mask) ||
        !set_bits(core, SBA_BITS + sba_idx / 8, 0x80 >> sba_idx % 8)) {
        return;
    }
    summarize(core);
}

static bool event_write(IsmCore *core, const uint8_t entry[IEQ_ENTRY])
{
    uint8_t index[8];
    uint32_t slot = core->ieq_next % IEQ_ENTRIES;

    /* The entry has to be there before the number says so. */
    if (!core->host->write(core->opaque,
                           core->ieq + IEQ_HEADER + slot * IEQ_ENTRY, entry,
                           IEQ_ENTRY)) {
        return false;
    }
    ism_put(index, 8, slot + 1);
    if (!core->host->write(core->opaque, core->ieq, index, sizeof(index))) {
        return false;
    }
    core->ieq_next = slot + 1;
    return true;
}

bool ism_core_event(IsmCore *core, uint32_t type, uint32_t code, uint64_t tok,
                    uint64_t info, bool interrupt)
{
    uint8_t entry[IEQ_ENTRY], was = 0;

    if (!core->here || !core->ieq) {
        return false;
    }
    /* No bits are set: only whether the driver has looked. */
    if (core->sba && core->host->set_bits(core->opaque, core->sba, 0, &was) &&
        !(was & SBA_EVENT)) {
        core->ieq_ahead = 0;
    }
    if (core->sba && core->ieq_ahead >= IEQ_ENTRIES - 1) {
        return false;
    }
    ism_put(entry, 4, type);
    ism_put(entry + 4, 4, code);
    ism_put(entry + 8, 8, tok);
    ism_put(entry + 16, 8, core->host->now(core->opaque));
    ism_put(entry + 24, 8, info);
    if (!event_write(core, entry)) {
        return false;
    }
    core->ieq_ahead++;
    if (core->sba && set_bits(core, 0, SBA_EVENT) && interrupt) {
        summarize(core);
    }
    return true;
}

void ism_core_met(IsmCore *core, uint64_t gid)
{
    uint64_t *more;
    uint32_t i;

    for (i = 0; i < core->contacts; i++) {
        if (core->contact[i] == gid) {
            return;
        }
    }
    /* There are no more functions than numbers. */
    if (core->contacts == ISM_NUMBERS) {
        return;
    }
    more = realloc(core->contact, (core->contacts + 1) * sizeof(*more));
    if (more) {
        core->contact = more;
        more[core->contacts++] = gid;
    }
}
