/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - the parts of the lab's init.
 */
#ifndef LAB_GUEST_H
#define LAB_GUEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <sys/types.h>

#include "channel.h"

/* setup.c: make a machine of a bare kernel. */
void setup_filesystems(void);
void setup_system(void);
int setup_modules(const char *list, char *why, size_t len);
int setup_folder(const char *tag, bool constant, char *why, size_t len);

/* function.c: the PCI functions. */
int function_bind_all(const char *driver, char *names, size_t names_len, char *why, size_t len);

/* port.c: the ports to the host. */
int port_open(enum lab_port nr);
int port_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* file.c */
int file_write(const char *path, const char *text);
char *file_read(const char *path, size_t *len);

/* pump.c: CMD's streams. */
struct pump {
	int port[LAB_STREAMS + 1];
	int in;	 /* CMD's stdin, or the terminal; -1 when closed */
	int out; /* CMD's stdout, or the terminal */
	int err; /* CMD's stderr, or -1 */
	bool terminal;
	pid_t child;
};

int pump_run(struct pump *p);

#endif
