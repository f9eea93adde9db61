/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ismtrace.h - the one layout that the BPF programs and user space share.
 *
 * Everything is of fixed width, naturally aligned and without implicit
 * padding, so that both compilers lay it out alike.  Byte order is the
 * machine's: these structures live in ring buffers and maps of a running
 * kernel, never in a file.
 */
#ifndef ISMT_ISMTRACE_H
#define ISMT_ISMTRACE_H

#ifndef __VMLINUX_TYPES__
#include <linux/types.h>
#endif

#define ISMT_COMM_LEN 16 /* TASK_COMM_LEN of the kernel */
#define ISMT_NAME_LEN 32 /* driver names, cut to this */

/* Store-block sizes: bucket i holds lengths up to 8 << i; the last, longer. */
#define ISMT_STB_BUCKETS 11
/* Widths of PCILG and PCISTG: 1, 2, 4, 8 bytes. */
#define ISMT_WIDTHS 4

/* Address space that stands for configuration space in an instruction. */
#define ISMT_PCIAS_CONFIG 15

enum ismt_record_type {
	ISMT_REC_ACCESS = 1, /* struct ismt_access */
	ISMT_REC_INSN = 2,   /* struct ismt_insn */
	ISMT_REC_BRIEF = 3,  /* struct ismt_access, cut to ISMT_BRIEF_LEN */
};

enum ismt_op {
	ISMT_READ = 0,
	ISMT_WRITE = 1,
};

/* Which driver's entry point opened the access; tells the offset encoding. */
enum ismt_layer {
	ISMT_LAYER_ISM = 1,  /* ism_vfio_pci_{read,write}: region = offset >> 48 */
	ISMT_LAYER_CORE = 2, /* vfio_pci_core_{read,write}: region = offset >> 40 */
};

enum ismt_kind {
	ISMT_PCILG = 0,
	ISMT_PCISTG = 1,
	ISMT_PCISTB = 2,
	ISMT_MIO_LOAD = 3,  /* PCILGI */
	ISMT_MIO_STORE = 4, /* PCISTGI */
	ISMT_MIO_BLOCK = 5, /* PCISTBI */
	ISMT_KINDS = 6,
};

/* What every record in the ring buffer begins with. */
struct ismt_hdr {
	__u16 type; /* enum ismt_record_type */
	__u16 len;  /* bytes of the whole record */
	__u32 cpu;  /* the CPU on which the access or instruction ended */
	__u64 ts;   /* when it began; CLOCK_MONOTONIC, ns */
};

/* What is known of an instruction that did not end with condition code 0. */
#define ISMT_ERR_RC 0x01 /* rc is the helper's return value */
#define ISMT_ERR_CC 0x02 /* cc and status are the instruction's */

struct ismt_error {
	__u8 flags;   /* ISMT_ERR_*; 0: there was no error */
	__u8 kind;    /* enum ismt_kind */
	__s8 rc;      /* -errno as the helper returns it */
	__u8 cc;      /* condition code 1 to 3; 0 if an exception */
	__u8 status;  /* status code of the instruction */
	__u8 space;   /* BAR, or ISMT_PCIAS_CONFIG */
	__u16 len;    /* bytes */
	__u64 offset; /* in the address space */
};

/* The instructions of one access, added up. */
struct ismt_insns {
	__u32 n[ISMT_KINDS];	  /* how many were issued, by enum ismt_kind */
	__u32 failed;		  /* how many of these ended with an error */
	__u32 busy;		  /* how often the function was busy and the helper tried again */
	__u32 min;		  /* the shortest, bytes; 0 if there was none */
	__u32 max;		  /* the longest, bytes */
	__u64 bytes;		  /* moved by those that did not fail */
	__u32 width[ISMT_WIDTHS]; /* loads and stores of 1 << i bytes */
	__u32 stb[ISMT_STB_BUCKETS]; /* store blocks by size */
	__u32 pad;
	struct ismt_error error; /* of the first one that failed */
};

/*
 * An offset in the device file has the region in its upper bits, from this one on: for the VFIO
 * core (vfio_pci_core.h: VFIO_PCI_OFFSET_SHIFT), and for the variant driver.
 */
#define ISMT_CORE_SHIFT		 40
#define ISMT_ISM_SHIFT		 48
#define ISMT_OFFSET_SHIFT(layer) ((layer) == ISMT_LAYER_ISM ? ISMT_ISM_SHIFT : ISMT_CORE_SHIFT)

/*
 * The task has no number in the tracer's PID namespace: pid and tid are those of the first
 * namespace.
 */
#define ISMT_TASK_FOREIGN 0x01

/*
 * The record of an access, followed by hdr.len - sizeof(struct ismt_access) bytes of payload.
 *
 * Nearly all accesses are one instruction that does not fail, or none.  For these a brief
 * record is sent, which ends with the request word in place of the sums (ISMT_BRIEF_LEN bytes).
 */
struct ismt_access {
	struct ismt_hdr hdr;
	__u32 pid; /* thread group */
	__u32 tid;
	char comm[ISMT_COMM_LEN];
	__u32 fid;    /* the zPCI function's id */
	__u32 fh;     /* function handle when the access began */
	__u8 op;      /* enum ismt_op */
	__u8 layer;   /* enum ismt_layer */
	__u8 brief;   /* in a brief record: how many instructions, 0 or 1 */
	__u8 flags;   /* ISMT_TASK_* */
	__u32 region; /* VFIO region index */
	/*
	 * Offset in the region, bytes.  In the ring buffer it is the offset in the device file,
	 * as the driver was given it, and region is not set.
	 */
	__u64 offset;
	__u64 len; /* bytes asked for */
	__s64 ret; /* bytes transferred, or -errno */
	__u64 latency_ns;
	union {
		/* While counting: the run of adjacent writes that the access is part of. */
		struct {
			__u32 run; /* writes so far; 0: it is part of none */
			__u32 run_bytes;
		};
		/*
		 * While recording: a number that only this task has had, and until it executes
		 * another program.  A thread id is not enough: it is used again, and exec gives
		 * the leader's to the thread that calls it.
		 */
		struct {
			__u32 task;
			__u32 pad;
		};
	};
	union {
		struct ismt_insns insn;
		__u64 req; /* in a brief record: the request word, REQ_WITH_KIND() of insn_sums.h */
	};
};

#define ISMT_BRIEF_LEN (__builtin_offsetof(struct ismt_access, req) + 8)

/* The record of one instruction, with ismt_filter.insns. */
#define ISMT_INSN_INSIDE  0x01 /* it is part of a traced access of this task */
#define ISMT_INSN_FOREIGN 0x02 /* as ISMT_TASK_FOREIGN */

struct ismt_insn {
	struct ismt_hdr hdr;
	__u32 pid;
	__u32 tid;
	char comm[ISMT_COMM_LEN];
	__u32 fh;
	__u8 kind;  /* enum ismt_kind */
	__u8 space; /* BAR, or ISMT_PCIAS_CONFIG; 0xff unknown (MIO) */
	__u8 flags; /* ISMT_INSN_* */
	__u8 pad;
	__u32 len;    /* bytes */
	__s32 rc;     /* 0 or -errno */
	__u64 offset; /* in the address space; a MIO address with MIO */
	__u64 latency_ns;
	struct ismt_error error;
};

/* One zPCI function as the kernel knows it. */
#define ISMT_FN_MIO_CAPABLE 0x01
#define ISMT_FN_HAS_FMB	    0x02 /* the fmb_ fields are valid */
#define ISMT_FN_HAS_PDEV    0x04 /* the PCI fields are valid */
#define ISMT_BARS	    6

struct ismt_function {
	__u32 fid;
	__u32 fh;
	__u32 uid;
	__u16 pchid;
	__u16 vfn;
	__u16 domain;
	__u8 bus;
	__u8 devfn;
	__u16 vendor;
	__u16 device;
	__u16 maxstbl; /* the longest store block that its function group takes, bytes */
	__u8 pft;
	__u8 pfgid;
	__u8 flags;		    /* ISMT_FN_* */
	__u8 bar_size[ISMT_BARS];   /* log2 of the bytes; 0: no such BAR */
	__u8 msix_bar;		    /* where the MSI-X table is, if msix_size is not 0 */
	char driver[ISMT_NAME_LEN]; /* "" if none is bound */
	/* Function measurement block: instructions carried out since it was set up. */
	__u64 fmb_updated; /* TOD clock of the machine's last update */
	__u64 fmb_loads;
	__u64 fmb_stores;
	__u64 fmb_blocks;
	__u64 fmb_rpcit;
	__u32 fmb_samples;
	/*
	 * Size and offset of the MSI-X table, bytes: the driver answers reads and writes of it
	 * without an instruction.  Known once the function was opened through VFIO.
	 */
	__u32 msix_size;
	__u64 msix_offset;
};

/*
 * Switches of the running kernel without which there are no probes, or no errors; 1: on, 0: off,
 * -1: not known.
 */
struct ismt_switches {
	__s32 kprobes; /* all kprobes */
	__s32 ftrace;  /* trampolines, and kprobes at the entry of functions */
	__s32 errors;  /* the debug area pci_error, which failed instructions are logged to */
	__s32 pad;
};

#define ISMT_MAX_FUNCTIONS 512

/*
 * With --measure: a function's measurement block, and our own count of the same instructions.
 * Written by the programs, except for zdev and fid, which user space sets.  Arrays are by enum
 * ismt_kind: PCILG, PCISTG, PCISTB.
 */
#define ISMT_MEASURES 64
#define ISMT_MEASURED 3

struct ismt_measure {
	__u64 zdev; /* struct zpci_dev; 0: this one and all after it are free */
	__u32 fid;
	__u32 closing; /* the function is being closed: leave its block alone */
	/* Instructions carried out since the programs are in place. */
	__u64 done[ISMT_MEASURED];
	/* The block that counts now. */
	__u64 stamp;		    /* kernel address of its time of update; 0: there is no block */
	__u64 seen;		    /* the time of update when it was last looked at */
	__u64 base[ISMT_MEASURED];  /* done[] when the block began */
	__u64 at[ISMT_MEASURED];    /* done[] at its last update ... */
	__u64 block[ISMT_MEASURED]; /* ... and what the block held then */
	__u64 updates;		    /* updates noticed, of all blocks */
	__u32 torn;	/* the machine was writing the block when it was last looked at */
	__u32 interval; /* ms from one update to the next, as the machine says */
	/* Sums of the blocks that have ended. */
	__u64 ours[ISMT_MEASURED];
	__u64 machine[ISMT_MEASURED];
	__u64 after; /* instructions carried out after a block's last update */
	/* Sums of all blocks. */
	__u32 begun;
	__u32 during; /* instructions that were entered while a block began */
	/* Written by the process that begins blocks. */
	__u32 asked;   /* how often it was asked to */
	__s32 refused; /* -errno of the last time; 0: it succeeded */
};

/* "Begin this function's block anew": a record in the ring buffer of the process that begins blocks. */
struct ismt_rearm {
	__u32 index;  /* of the function in measures[] */
	__u16 domain; /* the function's PCI address */
	__u8 bus;
	__u8 devfn;
};

/*
 * What happened to accesses and instructions, counted per CPU.  Each access that was begun is in
 * exactly one of: these counters, the ring buffer, a cell, and those still open.
 */
enum ismt_counter {
	ISMT_CNT_FILTERED,     /* left out as asked */
	ISMT_CNT_LOST_RING,    /* ring buffer full */
	ISMT_CNT_LOST_SLOT,    /* no memory for the task's state */
	ISMT_CNT_LOST_RETURN,  /* its end was not seen */
	ISMT_CNT_UNFINISHED,   /* under way when the trace ended */
	ISMT_CNT_UNOPENED,     /* ends of accesses that began before the trace */
	ISMT_CNT_UNEXAMINED,   /* counted, but its record for the rules was lost */
	ISMT_CNT_INSN_LOST,    /* single instructions lost: ring buffer full */
	ISMT_CNT_UNATTR_FULL,  /* instructions that found the map of unattributed ones full */
	ISMT_CNT_SPILLED_OPEN, /* tasks without a slot: accesses that began */
	ISMT_CNT_SPILLED_DONE, /* tasks without a slot: accesses that ended */
	ISMT_CNT_SPILLED_OUT,  /* tasks without a slot: accesses left out as asked that began */
	ISMT_CNT_SPILLED_OVER, /* tasks without a slot: accesses left out as asked that ended */
	ISMT_CNT_LOST_CELL,    /* no cell to count in, not even a shared one */
	ISMT_CNT_LOST_TRACK, /* accesses of descendants of CMD that there was no room to remember */
	ISMT_COUNTERS,
};

/* Per CPU, padded to a power of two; s390x has at most 512 CPUs. */
#define ISMT_MAX_CPUS	     512
#define ISMT_COUNTERS_PADDED 16
#define ISMT_CPU_MASK	     (ISMT_MAX_CPUS - 1)

/* Instructions that are in no record are added up by the reason for it. */
enum ismt_unattr_class {
	ISMT_UNATTR_OUTSIDE = 0,  /* in no VFIO access: the kernel issued it for itself */
	ISMT_UNATTR_FILTERED = 1, /* in an access that was filtered */
	ISMT_UNATTR_LOST = 2,	  /* in an access that was lost */
};

struct ismt_unattr_key {
	__u32 fh;
	__u32 class; /* enum ismt_unattr_class */
};

struct ismt_unattr {
	/*
	 * The fid, plus one, of the function that had the handle when the first instruction was
	 * counted (handles change); 0 on all CPUs but that one, and if it is not known.
	 */
	__u64 fid;
	__u64 accesses;
	__u64 n[ISMT_KINDS];
	__u64 failed;
	__u64 bytes;
};

/*
 * What to trace; read-only data of the programs, set before they are loaded.
 * An access that does not match is counted as filtered.
 */
struct ismt_filter {
	__u8 by_fid;   /* only functions in ismt_scope */
	__u8 by_pid;   /* only thread groups in the map of pids */
	__u8 errors;   /* only what failed, wholly or in part */
	__u8 insns;    /* a record for each instruction too */
	__u8 ops;      /* bit per enum ismt_op */
	__u8 comm_len; /* how many bytes of comm to compare; 0: any name passes */
	__u16 snaplen; /* the most payload bytes to take; 0: none */
	char comm[ISMT_COMM_LEN];
	__u64 regions;	/* bit per region index; bit 63: regions 63 and up */
	__u64 size_min; /* bytes of the access, inclusive */
	__u64 size_max; /* inclusive */
};

/* Which functions to trace; known only after loading, so not read-only data. */
#define ISMT_SCOPE_FIDS 16

struct ismt_scope {
	__u32 any_device; /* also functions that are not ISM */
	__u32 nr_fids;
	__u32 fids[ISMT_SCOPE_FIDS];
};

/*
 * A cell: what was counted of one process, function, region and direction.  All threads of the
 * process add to it atomically; user space reads it at any time.
 *
 * A write that was exactly one PCISTB, as nearly every one is, is only in one_block[],
 * one_block_bytes, one_block_full and the latencies, from when its thread's batch is added.
 * Any other access is in the numbers from `accesses` on.
 */
#define ISMT_CELLS 4096
/* The last ones are shared: all processes that found no room in those before count there. */
#define ISMT_CELLS_SHARED 1024
#define ISMT_CELLS_OWN	  (ISMT_CELLS - ISMT_CELLS_SHARED)
/* The process id in the key of a shared cell: that of the idle task, which accesses nothing. */
#define ISMT_PID_OTHERS 0
/* The most cells that one process has to itself; a test sets fewer. */
#ifndef ISMT_PROCESS_CELLS
#define ISMT_PROCESS_CELLS 256
#endif
/* Regions from this index on count as one: a client can ask for any number, but few exist. */
#define ISMT_CELL_REGIONS 32
/* Power-of-two buckets, as in user/util/hist.h; from 2^34 on, 17 s, all in the last. */
#define ISMT_CELL_HIST	       36
#define ISMT_ONE_BLOCK_BUCKETS 14 /* up to 4096 bytes, and all that is longer */

struct ismt_cell_key {
	__u32 pid; /* thread group, in the first PID namespace */
	__u32 fid;
	__u32 region;
	__u8 op;    /* enum ismt_op */
	__u8 layer; /* enum ismt_layer */
	__u16 pad;
};

/* A process that is counted, for as long as it lives. */
struct ismt_process {
	__u32 cells;   /* how many it was given */
	__u32 sharing; /* some of its accesses are in shared cells */
};

struct ismt_cell {
	struct ismt_cell_key key;
	char comm
		[ISMT_COMM_LEN]; /* of the task of the process that last took the cell or was renamed */
	__u32 used;
	__u32 shown; /* pid in the tracer's PID namespace; 0: it has none there */
	__u64 one_block[ISMT_ONE_BLOCK_BUCKETS]; /* by size, as in user/util/hist.h */
	__u64 one_block_bytes;
	__u64 one_block_full;	       /* the part of one_block_bytes in blocks of maxstbl bytes */
	__u64 latency[ISMT_CELL_HIST]; /* ns */
	__u64 latency_sum;
	__u64 latency_min; /* 0: none yet */
	__u64 latency_max;
	__u64 split; /* writes that went on from the one before (ISM004) */
	/* All accesses but the writes that were one PCISTB. */
	__u64 accesses;
	__u64 bytes; /* that the calls returned as transferred */
	__u64 errors;
	__u64 size[ISMT_CELL_HIST]; /* bytes asked for */
	__u64 size_sum;
	__u64 n[ISMT_KINDS];
	__u64 failed;
	__u64 insn_bytes;
	__u64 block_bytes;
	__u64 block_full; /* in blocks of maxstbl bytes */
	__u64 width[ISMT_WIDTHS];
	__u64 stb[ISMT_STB_BUCKETS];
	/* Sizes of all accesses, those in one_block[] included; bytes. */
	__u64 size_min; /* plus one; 0: none yet */
	__u64 size_max;
};

/*
 * A batch: equal writes, each of them one PCISTB, that a task has not added to its cell yet.  Only
 * the task writes to it.  Its numbers belong to the cell's; while seq is odd they are being
 * added to the cell, and whoever reads both may see them in both or in neither.
 */
struct ismt_batch {
	__u64 n;	   /* number of writes */
	__u64 latency_sum; /* of all of them, ns */
	__u32 seq;	   /* incremented when adding to the cell begins, and when it is done */
	__u32 cell;	   /* index of the cell */
	__u32 len;	   /* bytes of each write */
	__u32 full;	   /* len is maxstbl */
	__u32 size;	   /* bucket of len in one_block[] */
	__u32 latency;	   /* bucket of each write's latency */
};

/* Where the programs keep a task's state.  User space reads only the two members below. */
#define ISMT_SLOTS     4096
#define ISMT_SLOT_SIZE 1024

union ismt_slot {
	struct {
		__u64 task; /* address of the task that has the slot; 0: it is free */
		struct ismt_batch batch;
	};
	__u8 size[ISMT_SLOT_SIZE];
};

/* An ISM function's PCI id. */
#define PCI_VENDOR_ID_IBM 0x1014
#define PCI_DEVICE_ID_ISM 0x04ed

/* Bit 0 of a function handle, the most significant, says whether it is enabled. */
#define FH_ENABLED 0x80000000u

/* No store block may cross a multiple of this in its address space. */
#define BLOCK_BOUNDARY 4096

/* The longest store block of the architecture, and so the largest snaplen. */
#define ISMT_PAYLOAD_MAX 4096

#define ISMT_ASSERT(e) _Static_assert(e, #e)

ISMT_ASSERT(sizeof(struct ismt_hdr) == 16);
ISMT_ASSERT(sizeof(struct ismt_error) == 16);
ISMT_ASSERT(sizeof(struct ismt_insns) == 128);
ISMT_ASSERT(__builtin_offsetof(struct ismt_insns, bytes) == 40);
ISMT_ASSERT(__builtin_offsetof(struct ismt_insns, error) == 112);
ISMT_ASSERT(sizeof(struct ismt_access) == 96 + 128);
ISMT_ASSERT(__builtin_offsetof(struct ismt_access, offset) == 56);
ISMT_ASSERT(__builtin_offsetof(struct ismt_access, insn) == 96);
ISMT_ASSERT(ISMT_BRIEF_LEN == 104);
ISMT_ASSERT(sizeof(struct ismt_cell_key) == 16);
ISMT_ASSERT(sizeof(struct ismt_process) == 8);
/* A power of two: the programs find a counter by masking its offset. */
ISMT_ASSERT(sizeof(struct ismt_cell) == 1024);
ISMT_ASSERT(sizeof(struct ismt_batch) == 40);
ISMT_ASSERT(sizeof(union ismt_slot) == ISMT_SLOT_SIZE);
ISMT_ASSERT(sizeof(struct ismt_insn) == 88);
ISMT_ASSERT(sizeof(struct ismt_filter) == 48);
ISMT_ASSERT(ISMT_COUNTERS <= ISMT_COUNTERS_PADDED);
ISMT_ASSERT(sizeof(struct ismt_function) == 128);
ISMT_ASSERT(sizeof(struct ismt_measure) == 216);
ISMT_ASSERT(sizeof(struct ismt_rearm) == 8);
ISMT_ASSERT(__builtin_offsetof(struct ismt_function, fmb_updated) == 72);

#endif /* ISMT_ISMTRACE_H */
