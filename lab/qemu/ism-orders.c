/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders: what the ISM function does because somebody outside said so.
 *
 * The property "order" takes one, as text, at any time (qom-set), and reads
 * as what came of the last one and what is still to come (qom-get):
 *
 *   load|store|block [skip=M] [count=N] [cc=1..3 [status=S]] [exception=1]
 *                      after M more the next N PCILG, PCISTG or PCISTB end so, and
 *                      do nothing else
 *   handle [event=1]   a new function handle; the guest is told, or has to
 *                      find out
 *   error              error state, from which the guest can recover it
 *   permanent          error state that lasts, until "clear"
 *   vanish             gone without asking: no longer configured
 *   interrupt [vector=N]
 *   refuse [skip=M] [count=N] [ret=CODE]    commands get this response
 *   interrupt-drop [skip=M] [count=N]       interrupts are not raised
 *   interrupt-delay [skip=M] [count=N] ms=T nor these before so many ms
 *   move-delay [skip=M] [count=N] ms=T      moves are busy for so many ms
 *   dma-write iova=A len=N [value=B]    store N bytes of value B
 *   dma-check iova=A len=N [value=B]    an error unless they are there
 *   clear              forget the orders that were not carried out yet
 *   show               nothing; to read the property after it
 *
 * Numbers are decimal or, with 0x, hexadecimal.
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qapi/error.h"
#include "exec/cpu-defs.h"
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "hw/s390x/s390-pci-inst.h"
#include "cpu.h"
#include "ism.h"

#define DMA_MAX 65536

/* The words after the first, as numbers. */
typedef struct OrderArgs {
    uint64_t skip, count, cc, status, exception, event, vector, iova, len;
    uint64_t value, ret, ms;
} OrderArgs;

typedef struct OrderArg {
    const char *name;
    size_t at;
    uint64_t most;
} OrderArg;

#define ARG(field, limit) { #field, offsetof(OrderArgs, field), limit }

static const OrderArg order_args[] = {
    ARG(skip, UINT32_MAX), ARG(count, UINT32_MAX), ARG(cc, 3), ARG(status, UINT8_MAX),
    ARG(exception, 1), ARG(event, 1), ARG(vector, UINT16_MAX),
    ARG(iova, UINT64_MAX), ARG(len, DMA_MAX), ARG(value, UINT8_MAX),
    ARG(ret, UINT16_MAX), ARG(ms, 60000),
};

static const char *const insn_names[] = {
    [ZPCI_INSN_PCILG] = "load",
    [ZPCI_INSN_PCISTG] = "store",
    [ZPCI_INSN_PCISTB] = "block",
};

static bool parse_arg(const char *word, OrderArgs *args, const char *allowed,
                      Error **errp)
{
    const char *eq = strchr(word, '=');
    g_autofree char *name = eq ? g_strndup(word, eq - word) : g_strdup(word);
    g_auto(GStrv) list = g_strsplit(allowed, " ", -1);
    const OrderArg *arg;
    uint64_t value;

    if (!g_strv_contains((const char *const *)list, name)) {
        error_setg(errp, "'%s' is not understood here%s%s", word,
                   *allowed ? "; there are: " : "", allowed);
        return false;
    }
    for (arg = order_args; strcmp(arg->name, name); arg++) {
        /* What is allowed is in the table. */
    }
    if (!eq || qemu_strtou64(eq + 1, NULL, 0, &value) || value > arg->most) {
        error_setg(errp, "%s wants a number, at most 0x%" PRIx64, name,
                   arg->most);
        return false;
    }
    *(uint64_t *)((char *)args + arg->at) = value;
    return true;
}

static void order_outcome(IsmState *s, ZpciInsn insn, const OrderArgs *args,
                          Error **errp)
{
    IsmOrdered *o = &s->ordered[insn];

    if (!args->exception == !args->cc) {
        error_setg(errp, "either cc=1..3 or exception=1 says how it ends");
        return;
    }
    if (args->status && args->cc != ZPCI_PCI_LS_ERR) {
        error_setg(errp, "there is a status with cc=1 only");
        return;
    }
    o->skip = args->skip;
    o->left = args->count;
    o->outcome = (ZpciOutcome) {
        .pgm = args->exception ? PGM_OPERAND : 0,
        .cc = args->cc, .status = args->status,
    };
}

static void order_interrupt(PCIDevice *pdev, unsigned vector, Error **errp)
{
    if (msix_enabled(pdev)) {
        if (vector < pdev->msix_entries_nr) {
            msix_notify(pdev, vector);
            return;
        }
    } else if (msi_enabled(pdev)) {
        if (vector < msi_nr_vectors_allocated(pdev)) {
            msi_notify(pdev, vector);
            return;
        }
    } else {
        error_setg(errp, "the guest has enabled neither MSI-X nor MSI");
        return;
    }
    error_setg(errp, "there is no vector %u", vector);
}

static void order_dma(PCIDevice *pdev, const OrderArgs *args, bool check,
                      Error **errp)
{
    g_autofree uint8_t *bytes = g_malloc(args->len);
    MemTxResult result;
    size_t i;

    if (check) {
        result = pci_dma_read(pdev, args->iova, bytes, args->len);
    } else {
        memset(bytes, args->value, args->len);
        result = pci_dma_write(pdev, args->iova, bytes, args->len);
    }
    if (result != MEMTX_OK) {
        error_setg(errp, "DMA to 0x%" PRIx64 " failed", args->iova);
        return;
    }
    for (i = 0; check && i < args->len; i++) {
        if (bytes[i] != args->value) {
            error_setg(errp, "0x%02x, not 0x%02x, is at 0x%" PRIx64, bytes[i],
                       (unsigned)args->value, args->iova + i);
            return;
        }
    }
}

static void order_clear(IsmState *s)
{
    memset(s->ordered, 0, sizeof(s->ordered));
    ism_faults_clear(s);
    s->broken = false;
}

/* What only a function does that works. */
static void order_fault(IsmState *s, const char *verb, const OrderArgs *args,
                        Error **errp)
{
    IsmCount c = { .skip = args->skip, .left = args->count };
    IsmFaults *f = &s->faults;

    if (s->memory) {
        error_setg(errp, "the function is memory, it does nothing of that");
    } else if (!strcmp(verb, "refuse")) {
        if (!args->ret) {
            error_setg(errp, "a command that is refused answers ret=1..0xffff");
            return;
        }
        f->refuse = c;
        f->ret = args->ret;
    } else if (!strcmp(verb, "interrupt-drop")) {
        f->drop = c;
    } else if (!strcmp(verb, "interrupt-delay")) {
        f->late = c;
        f->late_ms = args->ms;
    } else {
        f->slow = c;
        f->slow_ms = args->ms;
    }
}

static void order_insn(IsmState *s, const char *verb, const OrderArgs *args,
                       Error **errp)
{
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(insn_names); i++) {
        if (!strcmp(verb, insn_names[i])) {
            order_outcome(s, i, args, errp);
        }
    }
}

/* The peers hear of it before the guest can do anything about it. */
static void order_fail(IsmState *s, bool permanent)
{
    if (!s->memory) {
        ism_core_fail(&s->core);
    }
    zpci_function_fail(ZPCI_FUNCTION(s), permanent);
}

static void order_run(IsmState *s, const char *verb, const OrderArgs *args,
                      Error **errp)
{
    ZpciFunction *fn = ZPCI_FUNCTION(s);

    if (!strcmp(verb, "handle")) {
        zpci_function_renew(fn, args->event);
    } else if (!strcmp(verb, "error")) {
        order_fail(s, false);
    } else if (!strcmp(verb, "permanent")) {
        s->broken = true;
        order_fail(s, true);
    } else if (!strcmp(verb, "vanish")) {
        zpci_function_vanish(fn);
    } else if (!strcmp(verb, "interrupt")) {
        order_interrupt(PCI_DEVICE(s), args->vector, errp);
    } else if (!strcmp(verb, "dma-write") || !strcmp(verb, "dma-check")) {
        order_dma(PCI_DEVICE(s), args, !strcmp(verb, "dma-check"), errp);
    } else if (!strcmp(verb, "refuse") || strstr(verb, "-drop") ||
               strstr(verb, "-delay")) {
        order_fault(s, verb, args, errp);
    } else if (!strcmp(verb, "clear")) {
        order_clear(s);
    } else {
        order_insn(s, verb, args, errp);
    }
}

static const struct {
    const char *verb, *allowed;
} verbs[] = {
    { "load", "skip count cc status exception" },
    { "store", "skip count cc status exception" },
    { "block", "skip count cc status exception" },
    { "handle", "event" },
    { "error", "" },
    { "permanent", "" },
    { "vanish", "" },
    { "interrupt", "vector" },
    { "refuse", "skip count ret" },
    { "interrupt-drop", "skip count" },
    { "interrupt-delay", "skip count ms" },
    { "move-delay", "skip count ms" },
    { "dma-write", "iova len value" },
    { "dma-check", "iova len value" },
    { "clear", "" },
    { "show", "" },
};

void ism_order_set(Object *obj, const char *text, Error **errp)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    OrderArgs args = { .count = 1, .ret = ISM_ERROR };
    unsigned v, i;

    for (v = 0; v < ARRAY_SIZE(verbs); v++) {
        if (words[0] && !strcmp(words[0], verbs[v].verb)) {
            break;
        }
    }
    if (v == ARRAY_SIZE(verbs)) {
        error_setg(errp, "no such order: '%s'", words[0] ? words[0] : "");
        return;
    }
    for (i = 1; words[i]; i++) {
        if (!parse_arg(words[i], &args, verbs[v].allowed, errp)) {
            return;
        }
    }
    order_run(ISM(obj), verbs[v].verb, &args, errp);
}

char *ism_order_get(Object *obj, Error **errp)
{
    IsmState *s = ISM(obj);

    return g_strdup_printf("handle=0x%08x refuse=%u interrupt-drop=%u "
                           "interrupt-delay=%u move-delay=%u "
                           "load=%u store=%u block=%u",
                           zpci_function_handle(ZPCI_FUNCTION(s)),
                           s->faults.refuse.left, s->faults.drop.left,
                           s->faults.late.left, s->faults.slow.left,
                           s->ordered[ZPCI_INSN_PCILG].left,
                           s->ordered[ZPCI_INSN_PCISTG].left,
                           s->ordered[ZPCI_INSN_PCISTB].left);
}

ZpciOutcome ism_ordered(IsmState *s, ZpciInsn insn)
{
    IsmOrdered *o = &s->ordered[insn];

    if (!o->left || o->skip) {
        o->skip -= !!o->skip;
        return (ZpciOutcome) { 0 };
    }
    o->left--;
    return o->outcome;
}
