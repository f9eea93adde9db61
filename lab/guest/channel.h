/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * channel.h - what the two ends of the lab's machine say to one another.
 *
 * Four virtio-serial ports, one for each stream, so that a full stdout never
 * holds up a signal.  The data ports carry bytes and nothing else.  What
 * cannot be said in bytes goes over the control port as lines of text:
 *
 *	to the guest
 *	  signal N		send signal N to CMD's process group
 *	  size ROWS COLS	the terminal's size (before the start, and later)
 *	  eof BYTES		CMD's stdin ends after this many bytes
 *	  close N		nobody reads CMD's stdout (1) or stderr (2) any more
 *	to the host
 *	  start MS		CMD starts now, MS after the kernel did
 *	  fail TEXT		CMD cannot be started; the lab ends with EXIT_LAB
 *	  exit STATUS OUT ERR	CMD ended, having sent so many bytes of each
 *
 * Orders for the functions go over a port of their own, which one program at
 * a time may open, or over a socket that the caller of lab/run asked for:
 *
 *	to the host
 *	  TAG FUNCTION ORDER	as lab/qemu/ism-orders.c has them, or "unplug"
 *	back
 *	  TAG ok TEXT		done; what QEMU says of the function now
 *	  TAG error TEXT	not done
 *
 * The byte counts are what makes the end safe: the host switches the machine
 * off as soon as it holds everything, and not before.
 */
#ifndef LAB_CHANNEL_H
#define LAB_CHANNEL_H

enum lab_port {
	LAB_MONITOR, /* QEMU's; as a port, 0 is reserved for a console */
	LAB_CONTROL,
	LAB_STDIN,
	LAB_STDOUT,
	LAB_STDERR,
	LAB_STREAMS = LAB_STDERR, /* those that init has open */
	LAB_ORDERS,
	LAB_PORTS = LAB_ORDERS,
};

#define LAB_LINE_MAX 512

/* Statuses of the lab's own; CMD's are passed on as they are. */
#define EXIT_USAGE   2
#define EXIT_TIMEOUT 124
#define EXIT_LAB     125

#endif
