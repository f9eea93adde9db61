/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_core_read.h - in place of libbpf's: the kernel's structures are the test's. */
#ifndef ISMT_FAKE_BPF_CORE_READ_H
#define ISMT_FAKE_BPF_CORE_READ_H

#define FAKE_READ_1(from, a)		    ((from)->a)
#define FAKE_READ_2(from, a, b)		    ((from)->a->b)
#define FAKE_READ_3(from, a, b, c)	    ((from)->a->b->c)
#define FAKE_READ_N(_1, _2, _3, N, ...)	    FAKE_READ_##N
#define BPF_CORE_READ(from, ...)	    FAKE_READ_N(__VA_ARGS__, 3, 2, 1, 0)(from, __VA_ARGS__)
#define bpf_core_read(to, size, from)	    bpf_probe_read_kernel(to, size, from)
#define bpf_core_field_offset(type, member) offsetof(type, member)
#define bpf_core_type_size(type)	    sizeof(type)

#endif /* ISMT_FAKE_BPF_CORE_READ_H */
