/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cells.bpf.h - counting mode: which cell an access is added to.
 *
 * A process has cells of its own, by function, region and direction.  A process chooses which of
 * these it accesses, so each is limited to its share; beyond that, it counts in cells that all
 * processes share.
 */
#ifndef ISMT_CELLS_BPF_H
#define ISMT_CELLS_BPF_H

#include "state.bpf.h"
#include "task.bpf.h"

struct ismt_cell cells[ISMT_CELLS] SEC(".bss.cells");

/* How many cells have ever been used: those with a higher index, below ISMT_CELLS_OWN, are fresh. */
__u32 cells_used;
/* The same for shared cells, which are those from ISMT_CELLS_OWN on. */
__u32 cells_shared;
/* How often a cell was given to a process, and how often one was given back, mostly by user space. */
__u32 cells_taken;
__u32 cells_returned;
/* How many processes of the map `processes` have ended. */
__u32 processes_over;
/* How many processes have accesses in shared cells. */
__u32 processes_sharing;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ISMT_CELLS);
	__type(key, struct ismt_cell_key);
	__type(value, u32);
} cell_index SEC(".maps");

/* Cells of processes that have ended, for use again. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, ISMT_CELLS_OWN);
	__type(value, u32);
} cells_free SEC(".maps");

/* Shared cells that were given back: two CPUs took one for the same key at once, and one of them was not needed. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, ISMT_CELLS_SHARED);
	__type(value, u32);
} shared_free SEC(".maps");

/* Processes that were counted and have not ended, by the pid in their cells' keys. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * ISMT_CELLS);
	__type(key, u32);
	__type(value, struct ismt_process);
} processes SEC(".maps");

/* Regions beyond the bound are one: a client can ask for any number. */
static __always_inline u32 cell_region(u64 region)
{
	return region < ISMT_CELL_REGIONS ? region : ISMT_CELL_REGIONS;
}

/* Take a free cell.  Returns its index + 1, 0 if there is none. */
static __always_inline u32 cell_take(void)
{
	u32 index;

	if (cells_used < ISMT_CELLS_OWN) {
		index = __sync_fetch_and_add(&cells_used, 1);
		if (index < ISMT_CELLS_OWN)
			return index + 1;
	}
	if (bpf_map_pop_elem(&cells_free, &index))
		return 0;
	return index + 1;
}

/* Take a free shared cell, of the first `limit` ones.  Returns its index + 1, 0 if there is none. */
static __always_inline u32 cell_take_shared(u32 limit)
{
	u32 index;

	if (cells_shared < limit) {
		index = __sync_fetch_and_add(&cells_shared, 1);
		if (index < ISMT_CELLS_SHARED)
			return ISMT_CELLS_OWN + index + 1;
	}
	if (bpf_map_pop_elem(&shared_free, &index))
		return 0;
	return index + 1;
}

/* Set a cell's name and number to the current task's: its process may be new, or run another program. */
static __always_inline void cell_name(u32 index)
{
	struct ismt_cell *cell = &cells[index & (ISMT_CELLS - 1)];

	bpf_get_current_comm(cell->comm, sizeof(cell->comm));
	cell->shown = task_ids() >> 32;
}

/* Set the name of a cell; known: region << 32 | index + 1, as in struct ismt_fn_cache_entry. */
static __always_inline void cell_rename(u64 known, const u64 *half)
{
	u64 *comm = (u64 *)cells[((u32)known - 1) & (ISMT_CELLS - 1)].comm;

	if (!known || (u32)known > ISMT_CELLS_OWN)
		return;
	comm[0] = half[0];
	comm[1] = half[1];
}

/*
 * Make a free cell, index + 1 in mine, that of the key.  Returns the index + 1 of the key's cell, which
 * is another one if another thread was faster; 0 if there is none.
 */
static __always_inline u32 cell_settle(const struct ismt_cell_key *key, u32 mine)
{
	u32 index = mine - 1, *there;
	struct ismt_cell *cell = &cells[index & (ISMT_CELLS - 1)];

	cell->key = *key;
	if (index < ISMT_CELLS_OWN)
		cell_name(index);
	if (!bpf_map_update_elem(&cell_index, key, &index, BPF_NOEXIST)) {
		cell->used = 1;
		return mine;
	}
	/* Another thread was faster, or the map has no memory. */
	if (index < ISMT_CELLS_OWN) {
		bpf_map_push_elem(&cells_free, &index, 0);
		__sync_fetch_and_add(&cells_returned, 1);
	} else {
		bpf_map_push_elem(&shared_free, &index, 0);
	}
	there = bpf_map_lookup_elem(&cell_index, key);
	return there ? *there + 1 : 0;
}

/* The shared cell of a key.  Half of the shared cells are kept for functions that have none yet. */
static __always_inline u32 cell_share_in(struct ismt_cell_key *key, u32 region, u32 limit)
{
	u32 *there, mine;

	key->pid = ISMT_PID_OTHERS;
	key->region = region;
	there = bpf_map_lookup_elem(&cell_index, key);
	if (there)
		return *there + 1;
	mine = cell_take_shared(limit);
	return mine ? cell_settle(key, mine) : 0;
}

/*
 * Nobody calls this while recording, when there are none of these maps.  But kernels before 6.8 verify
 * a global function whether it is called or not: what it asks first leaves nothing of it then.
 * And before 6.2 they take no key that is in memory of a caller, so that it is copied.
 */
__noinline u32 cell_share(struct ismt_cell_key *shares)
{
	struct ismt_process *process;
	struct ismt_cell_key key;
	u32 cell;

	if (!shares || !counting)
		return 0;
	key = *shares;
	process = bpf_map_lookup_elem(&processes, &key.pid);
	if (!process || !__sync_lock_test_and_set(&process->sharing, 1))
		__sync_fetch_and_add(&processes_sharing, 1);
	cell = cell_share_in(&key, key.region, ISMT_CELLS_SHARED / 2);
	return cell ? cell : cell_share_in(&key, ISMT_CELL_REGIONS, ISMT_CELLS_SHARED);
}

__noinline u32 cell_find(struct ismt_task_state *st, u32 region)
{
	struct ismt_cell_key key = { .region = region };
	struct ismt_process fresh = {}, *process;
	u32 *there, index, mine;

	if (!st || !counting)
		return 0;
	key.pid = bpf_get_current_pid_tgid() >> 32;
	key.fid = fn_cache_entry_of(st)->fid;
	key.op = st->rec.op;
	key.layer = st->rec.layer;
	/* First: a cell whose process is not here is taken back. */
	bpf_map_update_elem(&processes, &key.pid, &fresh, BPF_NOEXIST);
	process = bpf_map_lookup_elem(&processes, &key.pid);
	if (!process)
		return cell_share(&key);
	there = bpf_map_lookup_elem(&cell_index, &key);
	if (there) {
		index = *there;
		cell_name(index);
		return index + 1;
	}
	if (process->cells >= ISMT_PROCESS_CELLS)
		return cell_share(&key);
	mine = cell_take();
	if (!mine)
		return cell_share(&key);
	__sync_fetch_and_add(&process->cells, 1);
	__sync_fetch_and_add(&cells_taken, 1);
	return cell_settle(&key, mine);
}

/* The index of the access's cell; ISMT_CELLS if there is none.  region: see cell_region(). */
static __always_inline u32 cell_get(struct ismt_task_state *st, u32 region)
{
	u64 *known = &fn_cache_entry_of(st)->cell[st->rec.op & 1], at = *known;

	/*
	 * Found anew, it gets the name that its task has now; of one without a slot nobody says when
	 * that changes.
	 */
	if (!at || at >> 32 != region || st->renamed || st->spilled) {
		at = cell_find(st, region);
		if (!at)
			return ISMT_CELLS;
		at |= (u64)region << 32;
		*known = at;
	}
	return (u32)at - 1;
}

/* The last task of a process has ended. */
static __always_inline void cells_process_over(u32 pid)
{
	if (!bpf_map_delete_elem(&processes, &pid))
		__sync_fetch_and_add(&processes_over, 1);
}

#endif /* ISMT_CELLS_BPF_H */
