/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels 6.1 to 7.2.
 *
 * Kbuild looks into the headers that the module is built against and sets one
 * ISM_HAVE_ definition for each thing that it finds there.  The release is not
 * asked: distributions backport.  Code for kernels that lack something lives
 * here, so that the driver itself reads as for the newest one.
 */
#ifndef ISM_VFIO_PCI_COMPAT_H
#define ISM_VFIO_PCI_COMPAT_H

#include <linux/pci.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

/* It moved in 6.12. */
#ifdef ISM_HAVE_LINUX_UNALIGNED
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* For trace.h: since 6.10 an event's __string() alone says what the string is. */
#ifdef ISM_HAVE_ASSIGN_STR_OF_ONE
#define ism_assign_dev()	__assign_str(dev)
#else
#define ism_assign_dev()	__assign_str(dev, dev_name(vdev->dev))
#endif

/* Named in linux/pci_ids.h since the kernel has a quirk for the device. */
#ifndef PCI_DEVICE_ID_IBM_ISM
#define PCI_DEVICE_ID_IBM_ISM	0x04ed
#endif

/*
 * Newer cores export the function and declare it in linux/vfio_pci_core.h
 * (nvgrace-gpu needed it, too); on 6.12 it is private to the core.  This asks
 * the same: the power state, and the memory-enable bit that the client sees
 * in its virtual command register, except for VFs, whose bit is in the PF.
 * The memory lock is held by the caller: a write to the command register and
 * a reset take it for writing.
 */
#ifdef ISM_HAVE_MEMORY_ENABLED
#define ism_memory_enabled(vdev)	__vfio_pci_memory_enabled(vdev)
#else
static inline bool ism_memory_enabled(struct vfio_pci_core_device *vdev)
{
	__le16 cmd = *(__le16 *)&vdev->vconfig[PCI_COMMAND];

	/* Ordered, although the type, to sparse, is not a number. */
	if ((__force int)vdev->pdev->current_state >= (__force int)PCI_D3hot)
		return false;

	return vdev->pdev->no_command_memory ||
	       (le16_to_cpu(cmd) & PCI_COMMAND_MEMORY);
}
#endif

/*
 * "vfio: Provide a get_region_info op" and its series (2025) took
 * VFIO_DEVICE_GET_REGION_INFO out of .ioctl: VFIO copies the structure in and
 * out, and .get_region_info_caps fills it.  Before, .ioctl does it all; ours
 * copies for a BAR and, for any other region, lets the core answer and then
 * corrects the answer where the core has put it.
 */
#ifndef ISM_HAVE_REGION_INFO_CAPS
struct vfio_info_cap;

typedef int (*ism_region_info_fn)(struct vfio_device *core_vdev,
				  struct vfio_region_info *info,
				  struct vfio_info_cap *caps);

/* Stands for the core's function of the same name on newer kernels. */
static inline int vfio_pci_ioctl_get_region_info(struct vfio_device *core_vdev,
						 struct vfio_region_info *info,
						 struct vfio_info_cap *caps)
{
	/*
	 * The core has written its answer to user memory before @info was
	 * read from there: there is nothing left to ask.
	 */
	return 0;
}

static inline long ism_compat_region_info(struct vfio_device *core_vdev,
					  unsigned long arg,
					  ism_region_info_fn fill)
{
	struct vfio_region_info __user *uinfo = (void __user *)arg;
	unsigned long minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_region_info info;
	long ret;

	if (copy_from_user(&info, uinfo, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;

	if (info.index > VFIO_PCI_BAR5_REGION_INDEX) {
		ret = vfio_pci_core_ioctl(core_vdev,
					  VFIO_DEVICE_GET_REGION_INFO, arg);
		if (ret)
			return ret;
		/*
		 * A client that changes the structure meanwhile can but
		 * mislead itself: what comes back goes nowhere else.
		 */
		if (copy_from_user(&info, uinfo, minsz))
			return -EFAULT;
	}

	ret = fill(core_vdev, &info, NULL);
	if (ret)
		return ret;

	return copy_to_user(uinfo, &info, minsz) ? -EFAULT : 0;
}
#endif

#endif /* ISM_VFIO_PCI_COMPAT_H */
