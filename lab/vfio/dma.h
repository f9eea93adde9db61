/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma.h - memory and interrupts of a function that is open.
 */
#ifndef VFIO_DMA_H
#define VFIO_DMA_H

#include "vfio/vfio.h"

/* A page of the IOMMU, and of zPCI whatever the processor's is. */
#define IOMMU_PAGE 4096u

/*
 * vfio_iova_range - the I/O addresses, first and last, that the function's IOMMU translates:
 * the first of VFIO's IOVA ranges (VFIO_IOMMU_GET_INFO, IOMMU_IOAS_IOVA_RANGES).  On zPCI
 * it begins at 4 GiB and is as long as the machine has memory; others cannot be mapped.
 * Returns 0 or -errno when the kernel does not say.
 */
int vfio_iova_range(const struct vfio *vfio, uint64_t *first, uint64_t *last);

/*
 * vfio_map - from now on the function reads and writes len bytes at memory as I/O address
 * iova; all three are multiples of IOMMU_PAGE.  The memory is pinned and counts against
 * RLIMIT_MEMLOCK.  It stays the caller's, who must not free it before vfio_unmap() or
 * before the device is closed.  Returns 0 or -errno: -EEXIST when something is mapped
 * there, -ENOMEM when the limit does not allow it.
 */
int vfio_map(const struct vfio *vfio, void *memory, uint64_t iova, uint64_t len);

/* The opposite, for exactly what was mapped.  Returns 0 or -errno. */
int vfio_unmap(const struct vfio *vfio, uint64_t iova, uint64_t len);

/*
 * vfio_msi_eventfd - an eventfd that counts the function's MSI, of which ISM has one.
 * Returns the descriptor, non-blocking and the caller's, or -errno: -ENOENT when the
 * function has no MSI.  Closing the device turns it off.
 */
int vfio_msi_eventfd(const struct vfio *vfio);

#endif /* VFIO_DMA_H */
