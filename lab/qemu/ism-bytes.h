/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Big-endian fields in memory, without anything of QEMU. */
#ifndef HW_S390X_ISM_BYTES_H
#define HW_S390X_ISM_BYTES_H

#include <stdint.h>

static inline uint64_t ism_get(const uint8_t *p, unsigned size)
{
    uint64_t value = 0;

    while (size--) {
        value = value << 8 | *p++;
    }
    return value;
}

static inline void ism_put(uint8_t *p, unsigned size, uint64_t value)
{
    while (size--) {
        p[size] = value;
        value >>= 8;
    }
}

#endif
