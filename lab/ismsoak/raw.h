/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * raw.h - system calls that touch no thread-local storage.
 *
 * Some tasks here are made with CLONE_VM and without a thread's area of their
 * own, so that errno would be that of somebody else, who may be using it.
 */
#ifndef ISMSOAK_RAW_H
#define ISMSOAK_RAW_H

#include <sys/syscall.h>

/* The system call; what it returns, or -errno. */
static inline long raw_call(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r1 asm("1") = nr;
	register long r2 asm("2") = a;
	register long r3 asm("3") = b;
	register long r4 asm("4") = c;
	register long r5 asm("5") = d;
	register long r6 asm("6") = e;
	register long r7 asm("7") = f;

	asm volatile("svc 0"
		     : "+d"(r2)
		     : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7)
		     : "memory", "cc");
	return r2;
}

#define RAW0(nr)	     raw_call(nr, 0, 0, 0, 0, 0, 0)
#define RAW1(nr, a)	     raw_call(nr, (long)(a), 0, 0, 0, 0, 0)
#define RAW2(nr, a, b)	     raw_call(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define RAW3(nr, a, b, c)    raw_call(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define RAW4(nr, a, b, c, d) raw_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define RAW6(nr, a, b, c, d, e, f) \
	raw_call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#endif /* ISMSOAK_RAW_H */
