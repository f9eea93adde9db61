/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf_tracing.h - in place of libbpf's: a program is a function of its arguments. */
#ifndef ISMT_FAKE_BPF_TRACING_H
#define ISMT_FAKE_BPF_TRACING_H

#define BPF_PROG(name, ...)	 name(__VA_ARGS__)
#define BPF_KPROBE(name, ...)	 name(__VA_ARGS__)
#define BPF_KRETPROBE(name, ...) name(__VA_ARGS__)
#define PT_REGS_PARM1(ctx)	 (((u64 *)(ctx))[0])
#define PT_REGS_PARM2(ctx)	 (((u64 *)(ctx))[1])
#define PT_REGS_PARM3(ctx)	 (((u64 *)(ctx))[2])
#define PT_REGS_PARM4(ctx)	 (((u64 *)(ctx))[3])

#endif /* ISMT_FAKE_BPF_TRACING_H */
