// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the command line of ismpeer.
 */
#include "ismpeer/peer.h"
#include "ismpeer/say.h"

#include "version.h"
#include "vfio/stdout.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING_LEAST (64u << 10)

enum {
	OPT_LISTEN = 256,
	OPT_CONNECT,
	OPT_CHUNK,
	OPT_RING,
	OPT_CHECKSUM,
	OPT_DEVICE,
	OPT_SERVE,
	OPT_INTERFACE
};

const char *argp_program_version = "ismpeer " ISMTRACE_VERSION;

static const char doc[] =
	"Talk to the other side of an ISM function, over VFIO.\v"
	"  ismpeer info                    this function's GID, and what it has\n"
	"  ismpeer pipe [--listen S | --connect S]\n"
	"                                  stdin and stdout here are stdout and stdin there, or\n"
	"                                  each connection to the socket S here is one to S there\n"
	"  ismpeer console --serve [-- CMD]  a login shell, or CMD, for each terminal there\n"
	"  ismpeer console                 this terminal there; Ctrl-] leaves\n"
	"  ismpeer block --serve --connect S   the NBD server at S, for the other side\n"
	"  ismpeer block --device /dev/nbd0 | --listen S\n"
	"                                  it as a block device, or a socket, here\n"
	"\n"
	"One side at least has to say who the other is (--peer).\n"
	"Exit status: 0 done, 1 failed, 2 usage, 3 the peer went in the middle; of console CMD's.";

static const struct argp_option argp_options[] = {
	{ "function", 'f', "ADDRESS", 0, "PCI address of the function; else $ISM_FUNCTIONS' first",
	  0 },
	{ "interface", OPT_INTERFACE, "auto|group|cdev", 0, "VFIO's way to it (auto)", 0 },
	{ "peer", 'p', "GID", 0, "who the other side is; else the first that calls", 0 },
	{ "serve", OPT_SERVE, NULL, 0, "console, block: this side has what the other uses", 0 },
	{ "listen", OPT_LISTEN, "SOCKET", 0, "pipe, block: take connections here", 0 },
	{ "connect", OPT_CONNECT, "SOCKET", 0, "pipe, block: make connections to here", 0 },
	{ "device", OPT_DEVICE, "/dev/nbdN", 0, "block: the device that it becomes", 0 },
	{ "ring", OPT_RING, "KIB", 0, "memory lent to the peer, 64 to 8188 (512)", 0 },
	{ "chunk", OPT_CHUNK, "BYTES", 0, "no store longer than this, to see what that costs", 0 },
	{ "checksum", OPT_CHECKSUM, NULL, 0, "ask the peer for checksums, and hold it to them", 0 },
	{ "verbose", 'v', NULL, 0, "say who comes and goes", 0 },
	{ 0 },
};

struct args {
	struct peer_options options;
	const char *mode;
};

static unsigned long long number(struct argp_state *state, const char *name, const char *text,
				 unsigned long long least, unsigned long long most)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || value < least || value > most)
		argp_error(state, "%s: '%s' is no number from %llu to %llu", name, text, least,
			   most);
	return value;
}

static enum interface interface_of(struct argp_state *state, const char *text)
{
	if (!strcmp(text, "auto"))
		return INTERFACE_AUTO;
	if (!strcmp(text, "group"))
		return INTERFACE_GROUP;
	if (strcmp(text, "cdev"))
		argp_error(state, "--interface: '%s' is none of auto, group, cdev", text);
	return INTERFACE_CDEV;
}

static void check(struct argp_state *state, const struct args *args)
{
	const struct peer_options *o = &args->options;
	const char *mode = args->mode;

	if (!mode)
		argp_error(state, "what to do? info, pipe, console or block");
	if (strcmp(mode, "info") && strcmp(mode, "pipe") && strcmp(mode, "console") &&
	    strcmp(mode, "block"))
		argp_error(state, "'%s' is none of info, pipe, console, block", mode);
	if (o->listen && o->connect)
		argp_error(state, "--listen is for one side, --connect for the other");
	if (!strcmp(mode, "console") && (o->listen || o->connect))
		argp_error(state, "a console has no socket");
	if (o->command && !(o->serve && !strcmp(mode, "console")))
		argp_error(state, "only console --serve runs a command");
	if (!strcmp(mode, "block") && (o->serve ? !o->connect : !o->device == !o->listen))
		argp_error(state, o->serve ? "block --serve needs --connect SOCKET of an NBD server"
					   : "block needs --device or --listen");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;
	struct peer_options *o = &args->options;

	switch (key) {
	case 'f':
		o->function = arg;
		break;
	case 'p':
		o->link.peer = number(state, "--peer", arg, 1, UINT64_MAX);
		break;
	case 'v':
		say_all();
		break;
	case OPT_INTERFACE:
		o->interface = interface_of(state, arg);
		break;
	case OPT_LISTEN:
		o->listen = arg;
		break;
	case OPT_CONNECT:
		o->connect = arg;
		break;
	case OPT_DEVICE:
		o->device = arg;
		break;
	case OPT_SERVE:
		o->serve = true;
		break;
	case OPT_CHECKSUM:
		o->link.checksum = true;
		break;
	case OPT_CHUNK:
		o->link.block = (uint32_t)number(state, "--chunk", arg, 1, ISM_BLOCK_MAX);
		break;
	case OPT_RING:
		o->link.ring = (uint32_t)number(state, "--ring", arg, RING_LEAST >> 10,
						(ISM_DMB_MAX - RING_PAGE) >> 10)
			       << 10;
		o->link.ring -= o->link.ring % RING_PAGE;
		break;
	case ARGP_KEY_ARG:
		if (!args->mode) {
			args->mode = arg;
		} else if (state->quoted && state->next > state->quoted) {
			/* What comes after -- is the command. */
			o->command = state->argv + state->next - 1;
			state->next = state->argc;
		} else {
			argp_error(state, "'%s' is one word too many; a command comes after --",
				   arg);
		}
		break;
	case ARGP_KEY_END:
		check(state, args);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "info|pipe|console|block [-- CMD...]",
	.doc = doc,
};

static int info(const struct peer_options *options)
{
	struct ism_info info;
	struct ism ism;
	int ret = ism_open(&ism, options->function, options->interface);

	if (!ret)
		ret = ism_query(&ism, &info);
	if (!ret) {
		printf("function  %s\ngid       0x%016llx\nversion   %u\nmaxstbl   %u\n",
		       ism.fn.address, (unsigned long long)info.gid, info.version, ism.block);
		printf("dmbs      %u ours, %u of others for us\n", info.dmbs_owned, info.dmbs_used);
	}
	if (!ret && options->link.peer) {
		ret = ism_peer_query(&ism, options->link.peer);
		printf("peer      0x%016llx %s\n", (unsigned long long)options->link.peer,
		       ret ? "is not there" : "is there");
	}
	ism_close(&ism);
	return ret ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct peer peer;
	struct args args = { .options.link.ring = 512u << 10 };
	const struct service *service = &service_pipe;

	argp_err_exit_status = EXIT_USAGE;
	stdout_check("ismpeer", 1);
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &args);
	if (!strcmp(args.mode, "info"))
		return info(&args.options);
	if (!strcmp(args.mode, "console"))
		service = &service_console;
	else if (!strcmp(args.mode, "block"))
		service = &service_block;
	return peer_run(&peer, service, &args.options);
}
