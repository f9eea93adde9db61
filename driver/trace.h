/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events of ism-vfio-pci: an access begins, an access ends.
 *
 * Both come in the client's context, around everything that the driver does for
 * the access, refused ones and those that go on to the core included.  perf and
 * trace-cmd find them as ism_vfio_pci:ism_vfio_pci_enter and _exit; a BPF
 * program on them costs a fraction of one on a kprobe.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ism_vfio_pci

#if !defined(ISM_VFIO_PCI_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define ISM_VFIO_PCI_TRACE_H

#include <linux/tracepoint.h>
#include <linux/vfio.h>

TRACE_EVENT(ism_vfio_pci_enter,
	TP_PROTO(struct vfio_device *vdev, const void __user *buf, size_t count,
		 loff_t pos, bool write),
	TP_ARGS(vdev, buf, count, pos, write),
	TP_STRUCT__entry(
		__string(dev, dev_name(vdev->dev))
		__field(u64, offset)
		__field(u64, count)
		__field(u16, region)
		__field(bool, write)
	),
	TP_fast_assign(
		ism_assign_dev();
		__entry->offset = (u64)pos & ISM_OFFSET_MASK;
		__entry->count = count;
		__entry->region = (u64)pos >> ISM_OFFSET_SHIFT;
		__entry->write = write;
	),
	TP_printk("%s %s region=%u offset=0x%llx count=%llu", __get_str(dev),
		  __entry->write ? "write" : "read", __entry->region,
		  __entry->offset, __entry->count)
);

TRACE_EVENT(ism_vfio_pci_exit,
	TP_PROTO(struct vfio_device *vdev, ssize_t ret, bool write),
	TP_ARGS(vdev, ret, write),
	TP_STRUCT__entry(
		__string(dev, dev_name(vdev->dev))
		__field(s64, ret)
		__field(bool, write)
	),
	TP_fast_assign(
		ism_assign_dev();
		__entry->ret = ret;
		__entry->write = write;
	),
	TP_printk("%s %s ret=%lld", __get_str(dev),
		  __entry->write ? "write" : "read", __entry->ret)
);

#endif /* ISM_VFIO_PCI_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
