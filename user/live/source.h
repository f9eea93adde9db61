/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source.h - records from the running kernel.
 */
#ifndef ISMT_LIVE_SOURCE_H
#define ISMT_LIVE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/access.h"
#include "model/filter.h"
#include "model/function.h"
#include "model/summary.h"
#include "util/run_as.h"

enum mio_choice { MIO_AUTO, MIO_ON, MIO_OFF };

/* "auto", "on" or "off"; 0, or -EINVAL for any other. */
int parse_mio(const char *text, enum mio_choice *choice);

struct measurer;

struct live_options {
	struct filter filter;
	bool insns;	 /* a record for each instruction, too */
	bool counting;	 /* count in the kernel; set by counting_open() */
	bool reattaches; /* the caller opens anew when drivers come: do not warn of them */
	pid_t tree;	 /* trace only this process and its descendants; 0: all */
	bool measure;	 /* --measure */
	struct measurer *measurer; /* begins measurement blocks, borrowed; NULL: make one */
	enum mio_choice mio;	   /* whether to probe the MIO-capable helpers */
	uint32_t snaplen;	   /* the most payload bytes to take of an access; 0: none */
	uint64_t buffer_size;	   /* bytes of the ring buffer; rounded up to a power of 2 */
	struct run_as run_as;	   /* the user that the caller will become; not used here */
};

#define LIVE_BUFFER_DEFAULT (16ULL << 20)
#define LIVE_BUFFER_MAX	    (1ULL << 30)

struct live_handler {
	/* A negative result ends live_poll(), which returns it. */
	int (*access)(void *arg, struct access *access);
	int (*insn)(void *arg, const struct insn *insn);
	void *arg;
};

struct live;

/*
 * live_open - load and attach.  Returns EXIT_DONE with *result, or another exit status, having
 * printed why.
 */
int live_open(struct live **result, const struct live_options *options,
	      const struct live_handler *handler);

/* The trace begins: from now on accesses are recorded. */
void live_arm(struct live *live);

/*
 * live_poll - deliver the records that are there; if there are none, wait for at most timeout_ms.
 * Returns the number of records delivered, -EINTR after a signal, or the handler's negative
 * result.
 */
int live_poll(struct live *live, int timeout_ms);

/*
 * live_stop - open no more accesses, give those under way a moment to end, and count those that did
 * not as lost.  After it, calling live_poll(live, 0) until it returns 0 delivers the rest.
 * Nothing is added after that, whatever the traced tasks do.
 */
void live_stop(struct live *live);

/* Does the kernel tell how often it missed one of our probes? */
bool live_tells_misses(const struct live *live);

/* Fill in what the kernel counted: losses, filtered accesses, unattributed instructions, measurement blocks. */
int live_account(struct live *live, struct summary *summary);

/*
 * For counting.c: the function with a fid, and the name of the driver that it is accessed through at
 * a layer (enum ismt_layer).  NULL: no memory.
 */
const struct function *live_function(struct live *live, uint32_t fid);
const char *live_driver(struct live *live, const struct function *fn, uint8_t layer);

struct ismtrace_bpf;

/* The skeleton of the programs, for counting.c. */
struct ismtrace_bpf *live_skeleton(const struct live *live);

/* After live_stop(): is any process of the traced tree (options.tree) still there? */
bool live_tree_goes_on(const struct live *live);

/* Wait until all programs that are running now have ended.  0 or -errno. */
int live_quiet(struct live *live);

/* Losses, and the number of accesses that were filtered, until now. */
void live_losses(const struct live *live, struct losses *lost, uint64_t *filtered);

/* "kprobe" or "fentry". */
const char *live_attach_mode(const struct live *live);

/* Do failed instructions come with cc and status? */
bool live_has_cc(const struct live *live);

/* The time now, in ns since 1970, by the clock that the records' ts are of. */
uint64_t live_now(const struct live *live);

/* Nanoseconds to add to the CLOCK_MONOTONIC of the records to get ns since 1970. */
uint64_t live_mono_offset(const struct live *live);

void live_close(struct live *live);

#endif /* ISMT_LIVE_SOURCE_H */
