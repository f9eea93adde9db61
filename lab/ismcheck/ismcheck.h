/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ismcheck.h - what the checks share: the function under test, opened anew for
 * each check, and the ways to drive it and to say what is wrong.
 */
#ifndef ISMCHECK_H
#define ISMCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vfio/vfio.h"

enum result {
	RESULT_OK,
	RESULT_FAILED,
	RESULT_ABSENT, /* what it needs is not there: no orders, no such vector */
};

/* The run of one check. */
struct check {
	struct function fn;
	struct vfio vfio;
	enum interface interface;
	bool strict; /* the function refuses blocks off 8-byte alignment */
	bool orders; /* lab-inject is there and may be used */
	uint32_t maxstbl;
	unsigned int rounds;
	enum result result;
	char detail[256];
};

struct check_type {
	unsigned int demand; /* of the table in docs/driver.md */
	const char *name;
	const char *text;
	void (*run)(struct check *c);
	bool alone; /* only when asked for by name: the function is lost after it */
};

#define EACH(...)                  \
	{                          \
		__VA_ARGS__, false \
	}
#define ALONE(...)                \
	{                         \
		__VA_ARGS__, true \
	}

/* Each file's, ended by one without a name. */
extern const struct check_type checks_access[], checks_store[], checks_info[], checks_irq[],
	checks_dma[], checks_life[], checks_order[];

/*
 * What is wrong, as the first of the check's complaints; further ones are not
 * noted.  The check returns after it.
 */
void check_fail(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_absent(struct check *c, const char *what);

#define CHECK(c, condition, ...)                    \
	do {                                        \
		if (!(condition)) {                 \
			check_fail(c, __VA_ARGS__); \
			return;                     \
		}                                   \
	} while (0)

/* Return from a check that one of the helpers below has failed. */
#define TRY(call)               \
	do {                    \
		if (call)       \
			return; \
	} while (0)

/* device.c: all return what the system call did, or -errno. */
int64_t dev_read(const struct check *c, unsigned int region, uint64_t offset, void *to, size_t len);
int64_t dev_write(const struct check *c, unsigned int region, uint64_t offset, const void *from,
		  size_t len);
int dev_ioctl(const struct check *c, unsigned long request, void *arg);

/* The one that the kernel has for it at the moment; 0 if it does not say. */
unsigned long function_handle(const struct check *c);

/* Open, memory and bus mastering on; 0, or -1 with the failure noted. */
int dev_open(struct check *c);
void dev_close(struct check *c);
int dev_command(struct check *c, uint16_t command);

/* Whether memory is behind the BARs; 0, or -1 and the check is absent. */
int dev_keeps(struct check *c);

/* Fill len bytes with a pattern of seed, in blocks that any function takes. */
int dev_fill(struct check *c, unsigned int region, uint64_t offset, size_t len, uint8_t seed);
uint8_t pattern_byte(uint8_t seed, uint64_t offset);

/* Whether exactly these bytes can be read there; 0, or -1 and noted. */
int dev_same(struct check *c, unsigned int region, uint64_t offset, const void *wanted, size_t len);

/* A plain write and a read of it: does it work at all? 0, or -1 and noted. */
int dev_works(struct check *c);

/* An access that must end with -err and leave the area as it was. */
int dev_refuses(struct check *c, unsigned int region, uint64_t offset, size_t len, int err);

/*
 * order.c: lab-inject with this order; 0 when it was carried out.  order_must()
 * notes a failure, and returns -1 then; without orders the check is absent.
 */
int order(const struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
int order_must(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* dump.c: what the driver says of the function, as one JSON object. */
int dump(struct check *c);

#endif /* ISMCHECK_H */
