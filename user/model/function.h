/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * function.h - the table of PCI functions that a trace has met.
 */
#ifndef ISMT_MODEL_FUNCTION_H
#define ISMT_MODEL_FUNCTION_H

#include <stddef.h>

#include "model/access.h"

struct function_table;

/* NULL when there is no memory. */
struct function_table *function_table_new(void);
void function_table_free(struct function_table *table);

/*
 * function_update - enter or refresh a function by its fid.  Vendor, device
 * and driver are read from sysfs when the function has a PCI address.
 * Returns the table's entry, NULL when there is no memory.
 */
struct function *function_update(struct function_table *table, const struct ismt_function *k);

/* Are they the same function?  Compares what cannot change while a function is there. */
bool function_same(const struct function *a, const struct function *b);

/*
 * function_enter - the entry of a function that is known from a capture, made if need be; `like`
 * is copied, and sysfs of this machine is not read.  Different functions may have the same fid,
 * if the captures are of several machines.  NULL: no memory.
 */
struct function *function_enter(struct function_table *table, const struct function *like);

/* function_known - the entry that function_enter() would return, NULL if it had to be made. */
struct function *function_known(struct function_table *table, const struct function *like);

/* The entry with this fid, or with this function handle (its enable bit does not count); NULL: none. */
struct function *function_by_fid(struct function_table *table, uint32_t fid);
struct function *function_by_fh(struct function_table *table, uint32_t fh);

/*
 * function_by_name - a PCI address ("0011:00:00.0"), or "fid:0x22" or
 * "uid:0x11" (decimal or hexadecimal); NULL if the table has none such.
 */
struct function *function_by_name(struct function_table *table, const char *name);

size_t function_count(const struct function_table *table);
struct function *function_at(struct function_table *table, size_t index);

#endif /* ISMT_MODEL_FUNCTION_H */
