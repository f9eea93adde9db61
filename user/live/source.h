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
	bool insns;		   /* a record for each instruction too */
	bool counting;		   /* count in the kernel (counting.h is for that) */
	bool reattaches;	   /* the caller opens anew when drivers come: no warning of them */
	pid_t tree;		   /* only this process and its children; 0: all */
	bool measure;		   /* our own count beside the measurement blocks' */
	struct measurer *measurer; /* begins them; borrowed; NULL: make one */
	enum mio_choice mio;	   /* probe the MIO-capable helpers? */
	uint32_t snaplen;	   /* payload bytes to take of each access; 0: none */
	uint64_t buffer_size;	   /* of the ring buffer, bytes; made a power of 2 */
	struct run_as run_as;	   /* who the caller is to become; not used here */
};

#define LIVE_BUFFER_DEFAULT (16ULL << 20)
#define LIVE_BUFFER_MAX	    (1ULL << 30)

struct live_handler {
	/* Negative ends live_poll() with that value. */
	int (*access)(void *arg, struct access *access);
	int (*insn)(void *arg, const struct insn *insn);
	void *arg;
};

struct live;

/*
 * live_open - load and attach.  On failure the person has been told why, and
 * the exit status is returned; EXIT_DONE with *result otherwise.
 */
int live_open(struct live **result, const struct live_options *options,
	      const struct live_handler *handler);

/* The trace begins: from now on accesses are recorded. */
void live_arm(struct live *live);

/*
 * live_poll - deliver what there is, or wait for at most timeout_ms.  Returns
 * the number of records delivered, -EINTR after a signal, or what the handler
 * returned.
 */
int live_poll(struct live *live, int timeout_ms);

/*
 * live_stop - no new accesses; give those under way a moment to end, and count what has
 * not ended then as lost.  After it live_poll(live, 0) until it returns 0 delivers the
 * rest, and nothing changes any more, whatever the traced tasks do.
 */
void live_stop(struct live *live);

/* Fill in what the kernel counted: losses, filtered, unattributed instructions, FMB. */
int live_account(struct live *live, struct summary *summary);

/*
 * For counting.c.  The function with that fid, and the driver it is accessed
 * through at a layer (enum ismt_layer); NULL: no memory.
 */
const struct function *live_function(struct live *live, uint32_t fid);
const char *live_driver(struct live *live, const struct function *fn, uint8_t layer);

struct ismtrace_bpf;

/* What was loaded, for what only one mode of tracing has. */
struct ismtrace_bpf *live_skeleton(const struct live *live);

/* After live_stop(): of the process tree that is traced, is there somebody left? */
bool live_tree_goes_on(const struct live *live);

/* Wait until no program runs any more that did when this was called; 0 or -errno. */
int live_quiet(struct live *live);

/* Losses and what was filtered, as of now. */
void live_losses(const struct live *live, struct losses *lost, uint64_t *filtered);

/* "kprobe" or "fentry". */
const char *live_attach_mode(const struct live *live);

/* Do failed instructions come with cc and status? */
bool live_has_cc(const struct live *live);

/* The time since 1970, ns, by the clock of the records. */
uint64_t live_now(const struct live *live);

/* Nanoseconds to add to the CLOCK_MONOTONIC of the records for the time since 1970. */
uint64_t live_mono_offset(const struct live *live);

void live_close(struct live *live);

#endif /* ISMT_LIVE_SOURCE_H */
