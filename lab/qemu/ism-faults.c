/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes wrong with an ISM function because somebody ordered it: commands
 * that are refused, interrupts that are lost or late, moves that take time.
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "ism.h"

/* Whether it is the turn of this one. */
static bool count(IsmCount *c)
{
    if (!c->left || c->skip) {
        c->skip -= !!c->skip;
        return false;
    }
    c->left--;
    return true;
}

bool ism_fault_command(IsmState *s, uint16_t *ret)
{
    *ret = s->faults.ret;
    return count(&s->faults.refuse);
}

/*
 * The instruction cannot wait, as everything else in the machine would wait for
 * it: it is busy for that long, and is tried again, as Linux does.
 */
bool ism_fault_move(IsmState *s)
{
    int64_t now = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL);

    if (s->faults.slow_until) {
        if (now < s->faults.slow_until) {
            return true;
        }
        s->faults.slow_until = 0;
        return false;
    }
    if (!count(&s->faults.slow)) {
        return false;
    }
    s->faults.slow_until = now + s->faults.slow_ms;
    return true;
}

static void interrupt_late(void *opaque)
{
    ism_interrupt(opaque);
}

/* Of several that are late one is enough: they only say "look". */
void ism_fault_interrupt(IsmState *s)
{
    int64_t when = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL) + s->faults.late_ms;

    if (count(&s->faults.drop)) {
        return;
    }
    if (!count(&s->faults.late)) {
        ism_interrupt(s);
        return;
    }
    if (!s->faults.timer) {
        s->faults.timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, interrupt_late, s);
    }
    if (!timer_pending(s->faults.timer)) {
        timer_mod(s->faults.timer, when);
    }
}

void ism_faults_exit(IsmState *s)
{
    timer_free(s->faults.timer);
    s->faults.timer = NULL;
}

void ism_faults_clear(IsmState *s)
{
    ism_faults_exit(s);
    memset(&s->faults, 0, sizeof(s->faults));
}
