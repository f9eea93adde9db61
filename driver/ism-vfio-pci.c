// SPDX-License-Identifier: GPL-2.0-only
/*
 * ism-vfio-pci - VFIO variant driver for ISM functions of IBM Z
 *
 * An ISM function wants its BARs written with PCI store block (PCISTB), one
 * for each block, and does not take MIO instructions.  The generic vfio-pci
 * cuts a write into pieces of at most 8 bytes and uses MIO where the machine
 * has it.  Here,
 *
 *  - a write to a BAR is one PCISTB, or an error and nothing was sent;
 *  - a read from a BAR is a series of naturally aligned PCI loads (PCILG);
 *  - both are the instructions that name the function by its handle, not
 *    their MIO forms, also where the machine has those;
 *  - a region of the device file is 2^48 bytes large, as is BAR 0; the core,
 *    to which all that is not a BAR goes, has 2^40.
 *
 * docs/driver.md says what a client gets for which access.
 */
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>
#include <asm/pci_io.h>

#include "compat.h"

/* A position in the device file: the region above these bits, the offset in it below. */
#define ISM_OFFSET_SHIFT	48
#define ISM_OFFSET_MASK		(BIT_ULL(ISM_OFFSET_SHIFT) - 1)

#define CREATE_TRACE_POINTS
#include "trace.h"

/* What a read gathers before it goes to the client: a multiple of 8. */
#define ISM_READ_CHUNK		256

struct ism_device {
	struct vfio_pci_core_device core;
	/*
	 * Set by an error of the function, until the client resets it or opens
	 * it anew.  The core's memory lock protects it.
	 */
	bool failed;
};

/* One access to a BAR that exists. */
struct ism_access {
	struct vfio_pci_core_device *vdev;
	struct zpci_dev *zdev;
	unsigned int bar;
	u64 offset;		/* where it begins in the BAR, below end */
	u64 end;		/* length of the BAR, in bytes */
	u64 hole_start;		/* the MSI-X table, if it is in this BAR */
	u64 hole_end;
};

static u64 ism_offset_region(loff_t pos)
{
	return (u64)pos >> ISM_OFFSET_SHIFT;
}

static struct vfio_pci_core_device *ism_core_device(struct vfio_device *core_vdev)
{
	return container_of(core_vdev, struct vfio_pci_core_device, vdev);
}

static struct ism_device *ism_device(struct vfio_pci_core_device *vdev)
{
	return container_of(vdev, struct ism_device, core);
}

static unsigned int ism_bar_index(u64 region)
{
	return array_index_nospec(region, PCI_STD_NUM_BARS);
}

/*
 * Nothing may be issued for a BAR that does not exist.  A 64-bit BAR is of
 * length 0 at its second index, and so is one that the function lacks.
 */
static int ism_access_init(struct ism_access *acc, struct vfio_device *core_vdev,
			   loff_t pos)
{
	struct vfio_pci_core_device *vdev = ism_core_device(core_vdev);
	unsigned int bar = ism_bar_index(ism_offset_region(pos));

	acc->vdev = vdev;
	acc->zdev = to_zpci(vdev->pdev);
	acc->bar = bar;
	acc->offset = (u64)pos & ISM_OFFSET_MASK;
	acc->end = pci_resource_len(vdev->pdev, bar);
	if (!acc->zdev || acc->offset >= acc->end)
		return -EINVAL;

	/*
	 * The interrupts are the kernel's to set up: as in the core, the
	 * MSI-X table is out of the client's reach.
	 */
	acc->hole_start = acc->end;
	acc->hole_end = acc->end;
	if (bar == vdev->msix_bar) {
		acc->hole_start = vdev->msix_offset;
		acc->hole_end = acc->hole_start + vdev->msix_size;
	}

	return 0;
}

/*
 * The handle changes when the function is disabled and enabled again, as
 * error recovery does: it is good for one instruction.
 */
static u64 ism_access_req(const struct ism_access *acc, size_t len)
{
	u32 fh = READ_ONCE(acc->zdev->fh);

	return ZPCI_CREATE_REQ(fh, acc->bar, len);
}

/*
 * Keeps the function accessible: reset, power management and writes to the
 * command register take the lock for writing.  User memory must not be
 * touched under it, for a fault may need locks that are taken before it.
 */
static int ism_memory_get(struct vfio_pci_core_device *vdev)
{
	down_read(&vdev->memory_lock);
	if (ism_memory_enabled(vdev) && !ism_device(vdev)->failed)
		return 0;

	up_read(&vdev->memory_lock);
	return -EIO;
}

static void ism_memory_put(struct vfio_pci_core_device *vdev)
{
	up_read(&vdev->memory_lock);
}

/* The widest load that is naturally aligned and not longer than @count. */
static unsigned int ism_load_width(u64 offset, size_t count)
{
	unsigned int width = 8;

	while (width > count || offset % width)
		width /= 2;

	return width;
}

static int ism_load(const struct ism_access *acc, u64 offset, u8 *to,
		    unsigned int width)
{
	u64 data;
	int ret;

	ret = __zpci_load(&data, ism_access_req(acc, width), offset);
	if (ret)
		return ret;

	/*
	 * PCILG leaves the bytes right-aligned in the register, the one from
	 * the lowest address first: big-endian is the order they were in.
	 */
	switch (width) {
	case 8:
		put_unaligned_be64(data, to);
		break;
	case 4:
		put_unaligned_be32(data, to);
		break;
	case 2:
		put_unaligned_be16(data, to);
		break;
	default:
		*to = data;
		break;
	}

	return 0;
}

/* Load @count bytes at @offset; those in the hole read as ones. */
static int ism_load_bytes(const struct ism_access *acc, u64 offset, u8 *to,
			  size_t count)
{
	size_t done, room;
	int ret;

	for (; count; count -= done, offset += done, to += done) {
		if (offset >= acc->hole_start && offset < acc->hole_end) {
			done = min_t(u64, count, acc->hole_end - offset);
			memset(to, 0xff, done);
			continue;
		}

		room = count;
		if (offset < acc->hole_start)
			room = min_t(u64, count, acc->hole_start - offset);
		done = ism_load_width(offset, room);
		ret = ism_load(acc, offset, to, done);
		if (ret)
			return ret;
	}

	return 0;
}

/*
 * A read that runs past the end of the BAR is cut there, as the core does it.
 * One that fails half-way reports the error and moves nothing on.
 */
static ssize_t ism_bar_read(const struct ism_access *acc, char __user *buf,
			    size_t count)
{
	u8 chunk[ISM_READ_CHUNK] __aligned(8);
	u64 offset = acc->offset;
	size_t done, len;
	int ret;

	count = min_t(u64, count, acc->end - offset);

	for (done = 0; done < count; done += len, offset += len) {
		/* All but the last chunk end on a multiple of 8. */
		len = min_t(size_t, count - done, sizeof(chunk) - offset % 8);

		ret = ism_memory_get(acc->vdev);
		if (ret)
			return ret;
		ret = ism_load_bytes(acc, offset, chunk, len);
		ism_memory_put(acc->vdev);
		if (ret)
			return ret;

		if (copy_to_user(buf + done, chunk, len))
			return -EFAULT;

		/* 2 GiB, which one read() may ask for, take minutes. */
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}

	return count;
}

/*
 * Whole or not at all: what one PCISTB cannot carry is refused.  How much it
 * carries is a matter of the function group.  A write that would touch the
 * MSI-X table is refused as well; leaving those bytes out, as the core does,
 * would take more than one instruction.
 */
static int ism_store_check(const struct ism_access *acc, size_t count)
{
	if (count > acc->zdev->maxstbl)
		return -EINVAL;
	if (count > acc->end - acc->offset)
		return -EINVAL;
	if ((acc->offset & ZPCI_BOUNDARY_MASK) + count > ZPCI_BOUNDARY_SIZE)
		return -EINVAL;
	if (acc->offset < acc->hole_end && acc->offset + count > acc->hole_start)
		return -EINVAL;

	return 0;
}

static ssize_t ism_bar_write(const struct ism_access *acc,
			     const char __user *buf, size_t count)
{
	u64 *block;
	int ret;

	ret = ism_store_check(acc, count);
	if (ret)
		return ret;

	/*
	 * kmalloc() aligns a power of two to itself: the operand begins on
	 * a doubleword and stays within a page.  The helper takes it for
	 * whole doublewords, so that a short one must have all of the first.
	 */
	block = kmalloc(roundup_pow_of_two(max_t(size_t, count, 8)), GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	*block = 0;

	if (copy_from_user(block, buf, count)) {
		ret = -EFAULT;
		goto out_free;
	}

	ret = ism_memory_get(acc->vdev);
	if (ret)
		goto out_free;
	ret = __zpci_store_block(block, ism_access_req(acc, count), acc->offset);
	ism_memory_put(acc->vdev);

out_free:
	kfree(block);
	return ret ? ret : count;
}

static int ism_power_get(struct vfio_pci_core_device *vdev)
{
	int ret = pm_runtime_resume_and_get(&vdev->pdev->dev);

	if (!ret)
		return 0;

	pci_info_ratelimited(vdev->pdev, "runtime resume failed: %d\n", ret);
	return -EIO;
}

static void ism_power_put(struct vfio_pci_core_device *vdev)
{
	pm_runtime_put(&vdev->pdev->dev);
}

/*
 * The core's position in the device file of what is not a BAR.  The core refuses
 * regions that the device lacks; 16 bits of region fit above its 40 bits.
 */
static int ism_core_offset(loff_t pos, loff_t *core_pos)
{
	u64 offset = (u64)pos & ISM_OFFSET_MASK;

	if (offset & ~VFIO_PCI_OFFSET_MASK)
		return -EINVAL;

	*core_pos = VFIO_PCI_INDEX_TO_OFFSET(ism_offset_region(pos)) | offset;
	return 0;
}

static ssize_t ism_read(struct vfio_device *core_vdev, char __user *buf,
			size_t count, loff_t *ppos)
{
	struct ism_access acc;
	loff_t core_pos;
	ssize_t ret;

	if (!count)
		return 0;

	if (ism_offset_region(*ppos) > VFIO_PCI_BAR5_REGION_INDEX) {
		ret = ism_core_offset(*ppos, &core_pos);
		if (!ret)
			ret = vfio_pci_core_read(core_vdev, buf, count, &core_pos);
	} else {
		ret = ism_access_init(&acc, core_vdev, *ppos);
		if (ret)
			return ret;
		ret = ism_power_get(acc.vdev);
		if (ret)
			return ret;
		ret = ism_bar_read(&acc, buf, count);
		ism_power_put(acc.vdev);
	}

	if (ret > 0)
		*ppos += ret;
	return ret;
}

static ssize_t ism_write(struct vfio_device *core_vdev, const char __user *buf,
			 size_t count, loff_t *ppos)
{
	struct ism_access acc;
	loff_t core_pos;
	ssize_t ret;

	if (!count)
		return 0;

	if (ism_offset_region(*ppos) > VFIO_PCI_BAR5_REGION_INDEX) {
		ret = ism_core_offset(*ppos, &core_pos);
		if (!ret)
			ret = vfio_pci_core_write(core_vdev, buf, count, &core_pos);
	} else {
		ret = ism_access_init(&acc, core_vdev, *ppos);
		if (ret)
			return ret;
		ret = ism_power_get(acc.vdev);
		if (ret)
			return ret;
		ret = ism_bar_write(&acc, buf, count);
		ism_power_put(acc.vdev);
	}

	if (ret > 0)
		*ppos += ret;
	return ret;
}

/* The names of these two are where tools other than the trace events hook. */
static ssize_t ism_vfio_pci_read(struct vfio_device *core_vdev, char __user *buf,
				 size_t count, loff_t *ppos)
{
	ssize_t ret;

	trace_ism_vfio_pci_enter(core_vdev, buf, count, *ppos, false);
	ret = ism_read(core_vdev, buf, count, ppos);
	trace_ism_vfio_pci_exit(core_vdev, ret, false);
	return ret;
}

static ssize_t ism_vfio_pci_write(struct vfio_device *core_vdev,
				  const char __user *buf, size_t count,
				  loff_t *ppos)
{
	ssize_t ret;

	trace_ism_vfio_pci_enter(core_vdev, buf, count, *ppos, true);
	ret = ism_write(core_vdev, buf, count, ppos);
	trace_ism_vfio_pci_exit(core_vdev, ret, true);
	return ret;
}

/*
 * A BAR is described here: the core would offer to map it on kernels that
 * believe it can be.  For all else the core's answer stands, but for where
 * the region is and that nothing can be mapped.
 */
static int ism_vfio_pci_get_region_info(struct vfio_device *core_vdev,
					struct vfio_region_info *info,
					struct vfio_info_cap *caps)
{
	struct pci_dev *pdev = ism_core_device(core_vdev)->pdev;
	int ret;

	if (info->index <= VFIO_PCI_BAR5_REGION_INDEX) {
		info->size = pci_resource_len(pdev, ism_bar_index(info->index));
		info->flags = info->size ? VFIO_REGION_INFO_FLAG_READ |
					   VFIO_REGION_INFO_FLAG_WRITE : 0;
	} else {
		ret = vfio_pci_ioctl_get_region_info(core_vdev, info, caps);
		if (ret)
			return ret;
		info->flags &= ~VFIO_REGION_INFO_FLAG_MMAP;
	}
	info->offset = (u64)info->index << ISM_OFFSET_SHIFT;

	return 0;
}

static void ism_set_failed(struct vfio_pci_core_device *vdev, bool failed)
{
	/* The lock waits for the accesses that are under way. */
	down_write(&vdev->memory_lock);
	ism_device(vdev)->failed = failed;
	up_write(&vdev->memory_lock);
}

/*
 * With the function good as new, the client may use it again.  An error that
 * comes while it is reset counts: better a reset too many.
 */
static long ism_ioctl_reset(struct vfio_device *core_vdev, unsigned long arg)
{
	struct vfio_pci_core_device *vdev = ism_core_device(core_vdev);
	long ret;

	ism_set_failed(vdev, false);
	ret = vfio_pci_core_ioctl(core_vdev, VFIO_DEVICE_RESET, arg);
	if (ret)
		ism_set_failed(vdev, true);

	return ret;
}

static long ism_vfio_pci_ioctl(struct vfio_device *core_vdev, unsigned int cmd,
			       unsigned long arg)
{
	switch (cmd) {
#ifndef ISM_HAVE_REGION_INFO_CAPS
	case VFIO_DEVICE_GET_REGION_INFO:
		return ism_compat_region_info(core_vdev, arg,
					      ism_vfio_pci_get_region_info);
#endif
	case VFIO_DEVICE_IOEVENTFD:
		/*
		 * The core would map the BAR and store to it with PCISTG, or
		 * its MIO form, at an offset that it takes for a 40-bit one.
		 */
		return -ENOTTY;
	case VFIO_DEVICE_RESET:
		return ism_ioctl_reset(core_vdev, arg);
	default:
		return vfio_pci_core_ioctl(core_vdev, cmd, arg);
	}
}

static int ism_vfio_pci_open_device(struct vfio_device *core_vdev)
{
	struct vfio_pci_core_device *vdev = ism_core_device(core_vdev);
	int ret;

	ism_set_failed(vdev, false);
	ret = vfio_pci_core_enable(vdev);
	if (ret)
		return ret;

	vfio_pci_core_finish_enable(vdev);
	return 0;
}

/* No .mmap: VFIO answers -EINVAL then, which is all there is to say. */
static const struct vfio_device_ops ism_vfio_pci_ops = {
	.name			= "ism-vfio-pci",
	.init			= vfio_pci_core_init_dev,
	.release		= vfio_pci_core_release_dev,
	.open_device		= ism_vfio_pci_open_device,
	.close_device		= vfio_pci_core_close_device,
	.ioctl			= ism_vfio_pci_ioctl,
#ifdef ISM_HAVE_REGION_INFO_CAPS
	.get_region_info_caps	= ism_vfio_pci_get_region_info,
#endif
	.device_feature		= vfio_pci_core_ioctl_feature,
	.read			= ism_vfio_pci_read,
	.write			= ism_vfio_pci_write,
	.request		= vfio_pci_core_request,
	.match			= vfio_pci_core_match,
#ifdef ISM_HAVE_MATCH_TOKEN_UUID
	.match_token_uuid	= vfio_pci_core_match_token_uuid,
#endif
#ifdef ISM_HAVE_IOMMUFD
	.bind_iommufd		= vfio_iommufd_physical_bind,
	.unbind_iommufd		= vfio_iommufd_physical_unbind,
	.attach_ioas		= vfio_iommufd_physical_attach_ioas,
#endif
#ifdef ISM_HAVE_DETACH_IOAS
	.detach_ioas		= vfio_iommufd_physical_detach_ioas,
#endif
};

static int ism_vfio_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct ism_device *ism;
	int ret;

	ism = vfio_alloc_device(ism_device, core.vdev, &pdev->dev,
				&ism_vfio_pci_ops);
	if (IS_ERR(ism))
		return PTR_ERR(ism);

	/* The core takes what is here for its own structure. */
	dev_set_drvdata(&pdev->dev, &ism->core);
	ret = vfio_pci_core_register_device(&ism->core);
	if (ret)
		vfio_put_device(&ism->core.vdev);

	return ret;
}

static void ism_vfio_pci_remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *vdev = dev_get_drvdata(&pdev->dev);

	vfio_pci_core_unregister_device(vdev);
	vfio_put_device(&vdev->vdev);
}

/*
 * The kernel may make the function good as new, which the core's handlers do
 * not let it: then one error event loses the function for everybody until it
 * is removed.  But what the client had set up in the function is gone.  Not
 * each client can be told, as only PCI Express functions have the error
 * interrupt; so all its accesses fail from here on until it resets.
 */
static pci_ers_result_t ism_vfio_pci_error_detected(struct pci_dev *pdev,
						    pci_channel_state_t state)
{
	ism_set_failed(dev_get_drvdata(&pdev->dev), true);
	vfio_pci_core_aer_err_detected(pdev, state);

	return state == pci_channel_io_perm_failure ? PCI_ERS_RESULT_DISCONNECT :
						      PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t ism_vfio_pci_slot_reset(struct pci_dev *pdev)
{
	return PCI_ERS_RESULT_RECOVERED;
}

/* Without it, s390 takes the driver for one that cannot recover. */
static void ism_vfio_pci_resume(struct pci_dev *pdev)
{
}

static const struct pci_error_handlers ism_vfio_pci_err_handlers = {
	.error_detected		= ism_vfio_pci_error_detected,
	.slot_reset		= ism_vfio_pci_slot_reset,
	.resume			= ism_vfio_pci_resume,
};

/* Matches only where driver_override names this driver; see the alias. */
static const struct pci_device_id ism_vfio_pci_table[] = {
	{ PCI_DRIVER_OVERRIDE_DEVICE_VFIO(PCI_VENDOR_ID_IBM,
					  PCI_DEVICE_ID_IBM_ISM) },
	{}
};
MODULE_DEVICE_TABLE(pci, ism_vfio_pci_table);

static struct pci_driver ism_vfio_pci_driver = {
	.name			= "ism-vfio-pci",
	.id_table		= ism_vfio_pci_table,
	.probe			= ism_vfio_pci_probe,
	.remove			= ism_vfio_pci_remove,
	.err_handler		= &ism_vfio_pci_err_handlers,
	.driver_managed_dma	= true,
};
module_pci_driver(ism_vfio_pci_driver);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The ismtrace authors");
MODULE_DESCRIPTION("VFIO variant driver for ISM functions of IBM Z (1014:04ed)");
MODULE_VERSION(ISM_VFIO_PCI_VERSION);
