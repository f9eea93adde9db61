// SPDX-License-Identifier: GPL-2.0-only
/*
 * irq.c - checks of interrupts, which arrive as eventfds.
 */
#include "ismcheck.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <linux/vfio.h>

#define VECTORS_MAX 8

struct irq {
	unsigned int index, count;
	int fd[VECTORS_MAX];
};

/* VFIO_DEVICE_SET_IRQS with len bytes of data behind the structure. */
static int set_irqs(struct check *c, uint32_t flags, unsigned int index, unsigned int start,
		    unsigned int count, const void *data, size_t len)
{
	union {
		struct vfio_irq_set set;
		uint8_t bytes[sizeof(struct vfio_irq_set) + 4 * VECTORS_MAX];
	} arg;

	memset(&arg, 0, sizeof(arg));
	arg.set.argsz = (uint32_t)(sizeof(arg.set) + len);
	arg.set.flags = flags;
	arg.set.index = index;
	arg.set.start = start;
	arg.set.count = count;
	if (len)
		memcpy(arg.bytes + sizeof(arg.set), data, len);
	return dev_ioctl(c, VFIO_DEVICE_SET_IRQS, &arg);
}

static int irq_enable(struct check *c, struct irq *irq, unsigned int index)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };
	unsigned int i;
	int ret = dev_ioctl(c, VFIO_DEVICE_GET_IRQ_INFO, &info);

	irq->index = index;
	irq->count = info.count < VECTORS_MAX ? info.count : VECTORS_MAX;
	if (!ret && !irq->count && index == VFIO_PCI_MSI_IRQ_INDEX) {
		check_absent(c, "it is memory, which has MSI-X alone");
		return -1;
	}
	if (ret || !irq->count || !(info.flags & VFIO_IRQ_INFO_EVENTFD)) {
		check_fail(c, "index %u: %d, %u vectors, flags 0x%x", index, ret, info.count,
			   info.flags);
		return -1;
	}
	for (i = 0; i < irq->count; i++)
		irq->fd[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = set_irqs(c, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, index, 0,
		       irq->count, irq->fd, irq->count * sizeof(int));
	if (ret) {
		check_fail(c, "%u eventfds for index %u: %s", irq->count, index, strerror(-ret));
		return -1;
	}
	return 0;
}

static int irq_disable(struct check *c, struct irq *irq)
{
	int ret = set_irqs(c, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, irq->index, 0,
			   0, NULL, 0);
	unsigned int i;

	for (i = 0; i < irq->count; i++)
		close(irq->fd[i]);
	if (ret)
		check_fail(c, "cannot disable index %u: %s", irq->index, strerror(-ret));
	return ret;
}

/* Vector v has fired, once; no other has. */
static int irq_fired(struct check *c, const struct irq *irq, unsigned int v)
{
	struct pollfd pfd = { .fd = irq->fd[v], .events = POLLIN };
	uint64_t count = 0, other;
	unsigned int i;

	if (poll(&pfd, 1, 5000) != 1 || read(irq->fd[v], &count, 8) != 8 || count != 1) {
		check_fail(c, "vector %u of index %u: %llu events", v, irq->index,
			   (unsigned long long)count);
		return -1;
	}
	for (i = 0; i < irq->count; i++) {
		if (read(irq->fd[i], &other, 8) == 8) {
			check_fail(c, "vector %u fired for vector %u", i, v);
			return -1;
		}
	}
	return 0;
}

static void irq_loopback(struct check *c, unsigned int index)
{
	struct irq irq;
	unsigned int v;
	uint8_t yes = 1;
	int ret;

	TRY(irq_enable(c, &irq, index));
	for (v = 0; v < irq.count; v++) {
		ret = set_irqs(c, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, index, v, 1,
			       NULL, 0);
		CHECK(c, !ret, "trigger of vector %u: %s", v, strerror(-ret));
		TRY(irq_fired(c, &irq, v));
		ret = set_irqs(c, VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER, index, v, 1,
			       &yes, 1);
		CHECK(c, !ret, "trigger of vector %u: %s", v, strerror(-ret));
		TRY(irq_fired(c, &irq, v));
	}
	TRY(irq_disable(c, &irq));
}

/* The function itself raises it. */
static void irq_real(struct check *c, unsigned int index)
{
	struct irq irq;
	unsigned int v, i;

	TRY(irq_enable(c, &irq, index));
	for (i = 0; i < 5; i++) {
		for (v = 0; v < irq.count; v++) {
			TRY(order_must(c, "interrupt vector=%u", v));
			TRY(irq_fired(c, &irq, v));
		}
	}
	TRY(irq_disable(c, &irq));
	CHECK(c, order(c, "interrupt") != 0, "it could still interrupt");
}

static void msi_loopback(struct check *c)
{
	irq_loopback(c, VFIO_PCI_MSI_IRQ_INDEX);
}

static void msix_loopback(struct check *c)
{
	irq_loopback(c, VFIO_PCI_MSIX_IRQ_INDEX);
}

static void msi_real(struct check *c)
{
	irq_real(c, VFIO_PCI_MSI_IRQ_INDEX);
}

static void msix_real(struct check *c)
{
	irq_real(c, VFIO_PCI_MSIX_IRQ_INDEX);
}

/* By it the kernel asks for the function back. */
static void request(struct check *c)
{
	struct irq irq;

	TRY(irq_enable(c, &irq, VFIO_PCI_REQ_IRQ_INDEX));
	TRY(set_irqs(c, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
		     VFIO_PCI_REQ_IRQ_INDEX, 0, 1, NULL, 0));
	TRY(irq_fired(c, &irq, 0));
	close(irq.fd[0]);
}

/* Until the kernel has no such function any more; 0, or -1 and noted. */
static int wait_gone(struct check *c)
{
	char path[128];
	int i;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", c->fn.address);
	for (i = 0; i < 500; i++) {
		if (access(path, F_OK))
			return 0;
		usleep(10000);
	}
	check_fail(c, "it was closed, but is there after 5 s");
	return -1;
}

/* The kernel wants it back; it waits for the client, which may go on till then. */
static void unplug(struct check *c)
{
	struct irq irq;

	TRY(irq_enable(c, &irq, VFIO_PCI_REQ_IRQ_INDEX));
	TRY(order_must(c, "unplug"));
	TRY(irq_fired(c, &irq, 0));
	TRY(dev_works(c));
	dev_close(c);
	close(irq.fd[0]);
	TRY(wait_gone(c));
}

static void vanish(struct check *c)
{
	uint8_t block[64] = { 0 };
	struct irq irq;
	int64_t r, w;

	TRY(irq_enable(c, &irq, VFIO_PCI_REQ_IRQ_INDEX));
	TRY(order_must(c, "vanish"));
	TRY(irq_fired(c, &irq, 0));
	r = dev_read(c, REGION_BAR2, 0, block, sizeof(block));
	w = dev_write(c, REGION_BAR2, 0, block, sizeof(block));
	CHECK(c, r == -EIO && w == -EIO, "read returned %lld, write %lld", (long long)r,
	      (long long)w);
	dev_close(c);
	close(irq.fd[0]);
	TRY(wait_gone(c));
}

const struct check_type checks_irq[] = {
	EACH(12, "msi-loopback", "MSI, triggered by the client", msi_loopback),
	EACH(12, "msix-loopback", "MSI-X, triggered by the client", msix_loopback),
	EACH(12, "msi-interrupt", "MSI, raised by the function", msi_real),
	EACH(12, "msix-interrupt", "MSI-X, raised by the function", msix_real),
	EACH(12, "request-eventfd", "the request interrupt, triggered by the client", request),
	ALONE(13, "unplug", "the machine asks for the function while it is open", unplug),
	ALONE(13, "vanish", "the function is gone while it is open", vanish),
	{ .name = NULL },
};
