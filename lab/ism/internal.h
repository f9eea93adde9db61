/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - what the files of lab/ism share and others do not need.
 */
#ifndef ISM_INTERNAL_H
#define ISM_INTERNAL_H

#include "ism/ism.h"

#define BAR_WINDOW  0
#define BAR_COMMAND 2

/* Commands, with the kernel's numbers. */
enum ism_cmd {
	ISM_REG_SBA = 0x1,
	ISM_REG_IEQ = 0x2,
	ISM_READ_GID = 0x3,
	ISM_QUERY_INFO = 0x8,
	ISM_QUERY_RGID = 0x9,
	ISM_REG_DMB = 0xa,
	ISM_UNREG_DMB = 0xb,
	ISM_SIGNAL_IEQ = 0xe,
	ISM_UNREG_SBA = 0x11,
	ISM_UNREG_IEQ = 0x12,
};

/*
 * Memory that the function sees as *iova, len bytes (a multiple of ISM_PAGE), zeros; NULL
 * with errno if there is none.  memory_put() ends that and frees it.
 */
uint8_t *memory_get(struct ism *ism, uint32_t len, uint64_t *iova);
void memory_put(struct ism *ism, uint8_t *memory, uint32_t len, uint64_t iova);

#endif /* ISM_INTERNAL_H */
