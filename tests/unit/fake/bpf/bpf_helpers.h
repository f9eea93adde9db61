/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bpf_helpers.h - in place of libbpf's: the tracing programs as functions of a unit test,
 * with helpers that the test plays the kernel for (fake.c).  Any machine, any byte order.
 */
#ifndef ISMT_FAKE_BPF_HELPERS_H
#define ISMT_FAKE_BPF_HELPERS_H

#include <stddef.h>

#define SEC(name)
#define __uint(name, value)  int(*name)[value]
#define __type(name, value)  __typeof__(value) *name
#define __array(name, value) __typeof__(value) *name[]
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define __noinline	 __attribute__((noinline))
#define barrier()	 __asm__ volatile("" ::: "memory")
#define barrier_var(var) __asm__ volatile("" : "+r"(var))

/* Who runs, when, and where: set by the test. */
struct fake_now {
	u64 task; /* struct task_struct */
	u64 pid_tgid;
	char comm[16];
	u64 ns;
	u32 cpu;
};

extern struct fake_now fake_now;

static inline u64 bpf_get_current_task(void)
{
	return fake_now.task;
}

static inline void *bpf_get_current_task_btf(void)
{
	return (void *)fake_now.task;
}

static inline u64 bpf_get_current_pid_tgid(void)
{
	return fake_now.pid_tgid;
}

static inline u64 bpf_ktime_get_ns(void)
{
	return fake_now.ns;
}

static inline u32 bpf_get_smp_processor_id(void)
{
	return fake_now.cpu;
}

static inline long bpf_get_current_comm(void *to, u32 size)
{
	__builtin_memcpy(to, fake_now.comm, size < 16 ? size : 16);
	return 0;
}

static inline long bpf_probe_read_kernel(void *to, u32 size, const void *from)
{
	__builtin_memcpy(to, from, size);
	return 0;
}

#define bpf_probe_read_user(to, size, from) bpf_probe_read_kernel(to, size, from)

static inline long bpf_probe_read_kernel_str(void *to, u32 size, const void *from)
{
	const char *text = from;
	char *p = to;
	u32 i;

	for (i = 0; i + 1 < size && text[i]; i++)
		p[i] = text[i];
	p[i] = '\0';
	return i + 1;
}

/* Maps are told apart by their addresses; a value stays where it is until it is deleted. */
void *fake_lookup(void *map, const void *key, u32 key_size);
long fake_update(void *map, const void *key, u32 key_size, const void *value, u32 value_size,
		 u64 flags);
long fake_delete(void *map, const void *key, u32 key_size);
long fake_push(void *map, const void *value, u32 size);
long fake_pop(void *map, void *value, u32 size);
void *fake_storage(void *map, void *task, u32 size, u64 flags);
long fake_output(const void *data, u64 size);

#define bpf_map_lookup_elem(map, at) \
	((__typeof__((map)->value))fake_lookup(map, at, sizeof(*(map)->key)))
#define bpf_map_update_elem(map, at, to, flags) \
	fake_update(map, at, sizeof(*(map)->key), to, sizeof(*(map)->value), flags)
#define bpf_map_delete_elem(map, at)	    fake_delete(map, at, sizeof(*(map)->key))
#define bpf_map_push_elem(map, from, flags) fake_push(map, from, sizeof(*(map)->value))
#define bpf_map_pop_elem(map, to)	    fake_pop(map, to, sizeof(*(map)->value))
#define bpf_task_storage_get(map, task, init, flags) \
	((__typeof__((map)->value))fake_storage(map, task, sizeof(*(map)->value), flags))
#define bpf_ringbuf_output(map, data, size, flags)	((void)(map), fake_output(data, size))
#define bpf_kallsyms_lookup_name(name, size, flags, to) ((void)(name), -1)
#define bpf_get_func_arg(ctx, n, to)			((void)(*(to) = ((u64 *)(ctx))[n]))

#endif /* ISMT_FAKE_BPF_HELPERS_H */
