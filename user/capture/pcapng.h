/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcapng.h - blocks of the pcapng format (IETF draft-ietf-opsawg-pcapng),
 * written and read in either byte order.
 */
#ifndef ISMT_CAPTURE_PCAPNG_H
#define ISMT_CAPTURE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pcapng_type {
	PCAPNG_SHB = 0x0a0d0d0a, /* section header; the same in both orders */
	PCAPNG_IDB = 1,		 /* interface description */
	PCAPNG_PB = 2,		 /* packet, obsolete */
	PCAPNG_SPB = 3,		 /* simple packet */
	PCAPNG_ISB = 5,		 /* interface statistics */
	PCAPNG_EPB = 6,		 /* enhanced packet */
	PCAPNG_JOURNAL = 9,	 /* an entry of systemd's journal, a packet to others */
};

enum pcapng_option {
	OPT_END = 0,
	OPT_COMMENT = 1,
	OPT_CUSTOM_BINARY = 2989, /* copied by tools that do not know it */
	SHB_HARDWARE = 2,
	SHB_OS = 3,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	IF_TSOFFSET = 14,
	EPB_FLAGS = 2,
	ISB_STARTTIME = 2,
	ISB_ENDTIME = 3,
	ISB_IFRECV = 4,
	ISB_IFDROP = 5,
	ISB_FILTERACCEPT = 6,
	ISB_USRDELIV = 8,
};

#define EPB_INBOUND  1
#define EPB_OUTBOUND 2

/* The longest block that is read, in bytes; a longer one of a type that we need is an error. */
#define PCAPNG_BLOCK_MAX (1u << 20)

/* --- Writing: one block after another, into the caller's memory. */

struct block_out {
	uint8_t *data;
	size_t len, room; /* bytes written, and bytes of memory */
	size_t start;	  /* where the block being written begins */
	bool full;	  /* the block being written does not fit; nothing more is written */
	bool little;	  /* byte order of the section */
};

void block_begin(struct block_out *out, uint32_t type);
void block_u16(struct block_out *out, uint16_t value);
void block_u32(struct block_out *out, uint32_t value);
void block_u64(struct block_out *out, uint64_t value);
/* A time in ns, as two 32-bit halves, the upper one first, as in a packet block. */
void block_time(struct block_out *out, uint64_t ns);
/* Room for len bytes; the padding behind them is zeroed.  NULL: it does not fit. */
uint8_t *block_room(struct block_out *out, size_t len);
void block_option(struct block_out *out, uint16_t code, const void *data, size_t len);
void block_option_u64(struct block_out *out, uint16_t code, uint64_t value);
void block_option_time(struct block_out *out, uint16_t code, uint64_t ns);
/* An option with a text, cut to 1024 bytes; nothing for an empty text. */
void block_option_text(struct block_out *out, uint16_t code, const char *text);
void block_options_end(struct block_out *out);
/* End the block.  False if it did not fit: it is then removed. */
bool block_end(struct block_out *out);
/*
 * block_packet - a whole enhanced packet block, with flags as its only option.  Returns where its
 * len bytes of data go; full is how many bytes there were before the cut to len.  ns is the
 * time, in units of the interface's resolution.  NULL, and nothing written: it does not fit.
 */
uint8_t *block_packet(struct block_out *out, uint32_t interface, uint64_t ns, size_t len,
		      uint32_t full, uint32_t flags);
/* Bytes of a packet block besides its data and the padding of that. */
#define PACKET_OVERHEAD (12 + 20 + 8 + 4)

/* --- Reading: from a stream that comes in pieces. */

struct pcapng_block {
	uint32_t type;
	bool little;	     /* numbers in body are little-endian */
	const uint8_t *body; /* good until the next block is read */
	size_t len;  /* bytes of body, which has neither type nor lengths; SHB: nor byte order */
	uint64_t at; /* offset of the block in the stream */
};

struct pcapng_source {
	/*
	 * The next piece, good until the next call: 1, or 0 at the end, or
	 * -errno.
	 */
	int (*chunk)(void *arg, const uint8_t **data, size_t *len);
	void *arg;
};

struct pcapng_reader {
	struct pcapng_source source;
	const uint8_t *chunk;
	size_t left;	/* bytes of chunk not read yet */
	uint8_t *spill; /* a block that lies across pieces is copied here */
	size_t room;	/* bytes of spill */
	uint64_t at;	/* offset in the stream */
	bool little, begun;
	bool cut;	 /* the stream ended in the middle of a block */
	uint8_t head[8]; /* the stream's first bytes, if it does not begin with a section */
	char error[96];	 /* after -EBADMSG: what is wrong */
};

void pcapng_init(struct pcapng_reader *reader, const struct pcapng_source *source);
void pcapng_free(struct pcapng_reader *reader);

/*
 * pcapng_next - the next block; unknown ones are returned too, unless they are
 * too long.  1; 0 at the end, with reader->cut; -EBADMSG with reader->error;
 * -ENOMEM; or the source's error.
 */
int pcapng_next(struct pcapng_reader *reader, struct pcapng_block *block);

struct pcapng_opt {
	uint16_t code;
	uint16_t len;
	const uint8_t *value;
};

/*
 * pcapng_option - the next one of the options that begin at body[*at].  True with *opt, and *at
 * moved behind it; false at the end, or where the options make no sense.
 */
bool pcapng_option(const struct pcapng_block *block, size_t *at, struct pcapng_opt *opt);

#endif /* ISMT_CAPTURE_PCAPNG_H */
