// SPDX-License-Identifier: GPL-2.0-only
/*
 * ismcheck - holds a VFIO driver against what is asked of it for an ISM function.
 * docs/driver.md has the demands by number; tests/driver*.bats say what has to
 * come out.
 */
#include "ismcheck.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vfio/contract.h"
#include "vfio/stdout.h"

static const struct check_type *const files[] = {
	checks_access, checks_store, checks_info, checks_irq, checks_dma, checks_life, checks_order,
};

#define FILES (sizeof(files) / sizeof(files[0]))

enum {
	EXIT_FAILED = 1,
	EXIT_WRONG_USAGE = 2,
	EXIT_NO_FUNCTION = 3,
	EXIT_NO_INTERFACE = 4,
};

static const char *interface_name(enum interface interface)
{
	return interface == INTERFACE_CDEV ? "cdev" : "group";
}

static void result_print(const struct check *c, const struct check_type *type)
{
	static const char *const names[] = { "ok", "failed", "absent" };
	json_t *line = json_pack("{ss ss si ss ss ss ss ss}", "type", "check", "check", type->name,
				 "demand", (int)type->demand, "driver", c->fn.driver, "interface",
				 interface_name(c->interface), "result", names[c->result], "detail",
				 c->detail, "text", type->text);

	if (!line || json_dumpf(line, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER))
		abort();
	json_decref(line);
	putchar('\n');
	fflush(stdout);
}

static void check_run(struct check *c, const struct check_type *type)
{
	c->result = RESULT_OK;
	c->detail[0] = '\0';
	if (!dev_open(c))
		type->run(c);
	dev_close(c);
	result_print(c, type);
}

static bool wanted(const struct check_type *type, char **names, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], type->name))
			return true;
	return !count && !type->alone;
}

static bool known(const char *name)
{
	const struct check_type *type;
	size_t f;

	for (f = 0; f < FILES; f++)
		for (type = files[f]; type->name; type++)
			if (!strcmp(name, type->name))
				return true;
	return false;
}

static int run(struct check *c, char **names, int count)
{
	unsigned int results[3] = { 0 };
	const struct check_type *type;
	size_t f;

	for (f = 0; f < FILES; f++) {
		for (type = files[f]; type->name; type++) {
			if (!wanted(type, names, count))
				continue;
			check_run(c, type);
			results[c->result]++;
		}
	}
	printf("{\"type\":\"total\",\"driver\":\"%s\",\"interface\":\"%s\",\"ok\":%u,\"failed\":%u,\"absent\":%u}\n",
	       c->fn.driver, interface_name(c->interface), results[RESULT_OK],
	       results[RESULT_FAILED], results[RESULT_ABSENT]);
	return results[RESULT_FAILED] ? EXIT_FAILED : EXIT_SUCCESS;
}

static void list(void)
{
	const struct check_type *type;
	size_t f;

	for (f = 0; f < FILES; f++)
		for (type = files[f]; type->name; type++)
			printf("%2u  %-22s %s%s\n", type->demand, type->name, type->text,
			       type->alone ? " (only when named)" : "");
}

static void usage(FILE *to)
{
	fputs("usage: ismcheck [option...] [CHECK...]\n"
	      "  --device ADDRESS        the function; the first of $ISM_FUNCTIONS otherwise\n"
	      "  --interface group|cdev  how to open it (group)\n"
	      "  --strict                it refuses blocks off 8-byte alignment\n"
	      "  --orders                the lab takes orders for it: lab-inject\n"
	      "  --rounds N              of what is repeated (200)\n"
	      "  --dump                  print what the driver says of it, check nothing\n"
	      "  --list                  the checks, with the number of their demand\n"
	      "Exit status: 1 a check failed, 2 usage, 3 no such function, 4 this kernel has\n"
	      "no such interface.\n",
	      to);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "interface", required_argument, NULL, 'i' },
		{ "strict", no_argument, NULL, 's' },
		{ "orders", no_argument, NULL, 'o' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "dump", no_argument, NULL, 'D' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct check c = { .interface = INTERFACE_GROUP, .rounds = 200 };
	const char *address = NULL;
	bool dumping = false;
	int opt, i;

	stdout_check("ismcheck", EXIT_FAILED);
	while ((opt = getopt_long(argc, argv, "d:i:", options, NULL)) >= 0) {
		switch (opt) {
		case 'd':
			address = optarg;
			break;
		case 'i':
			if (!strcmp(optarg, "cdev")) {
				c.interface = INTERFACE_CDEV;
			} else if (strcmp(optarg, "group")) {
				usage(stderr);
				return EXIT_WRONG_USAGE;
			}
			break;
		case 's':
			c.strict = true;
			break;
		case 'o':
			c.orders = true;
			break;
		case 'r':
			c.rounds = (unsigned int)atoi(optarg);
			break;
		case 'D':
			dumping = true;
			break;
		case 'l':
			list();
			return EXIT_SUCCESS;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_WRONG_USAGE;
		}
	}
	for (i = optind; i < argc; i++) {
		if (!known(argv[i])) {
			fprintf(stderr,
				"ismcheck: no check '%s'; those there are: ismcheck --list\n",
				argv[i]);
			return EXIT_WRONG_USAGE;
		}
	}
	if (!c.rounds) {
		usage(stderr);
		return EXIT_WRONG_USAGE;
	}
	if (vfio_find(address, &c.fn))
		return EXIT_NO_FUNCTION;
	c.fn.contract = contract_of_driver(c.fn.driver);
	if (!vfio_has(&c.fn, c.interface)) {
		printf("{\"type\":\"absent\",\"driver\":\"%s\",\"interface\":\"%s\"}\n",
		       c.fn.driver, interface_name(c.interface));
		return EXIT_NO_INTERFACE;
	}
	return dumping ? dump(&c) : run(&c, argv + optind, argc - optind);
}
