// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the command table.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/output.h"
#include "cli/program.h"
#include "util/message.h"
#include "version.h"

static int command_completion(int argc, char **argv);

/* The first fields of the command that has its options in NAME_argp. */
#define COMMAND(NAME) #NAME, command_##NAME, &NAME##_argp

static const struct command commands[] = {
	{ COMMAND(live), "show every access as it happens, then a summary" },
	{ COMMAND(record), "the same into a file, for later or for another machine" },
	{ COMMAND(stat), "counts and histograms, kept in the kernel: the least overhead" },
	{ COMMAND(dump), "the records of captures, as live shows them" },
	{ COMMAND(report), "what captures add up to: histograms, tables, findings" },
	{ COMMAND(check), "only what is wrong, in captures or while a command runs" },
	{ COMMAND(list), "the PCI functions, their drivers, BARs, maxstbl and counters" },
	{ COMMAND(doctor), "what this kernel offers to tracing, what it lacks, what to do" },
	{ COMMAND(bind), "give a function to ism-vfio-pci, or another driver" },
	{ COMMAND(unbind), "give it back to the driver that the kernel chooses" },
	{ COMMAND(completion), "what bash or zsh completes of all this" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int command_completion(int argc, char **argv)
{
	return completion(argc, argv, commands, NR_COMMANDS);
}

static void usage(FILE *out)
{
	size_t i;

	fputs("Usage: ismtrace COMMAND [OPTIONS]\n"
	      "Trace accesses to IBM Z PCI functions (ISM) through VFIO, and the instructions they become.\n\n",
	      out);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	fputs("\n'ismtrace COMMAND --help' tells the options of a command.\n", out);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "--help";
	size_t i;

	program_begin(ISMTRACE_NAME);
	message_quiet_libbpf();

	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		printf("ismtrace %s\n", ISMTRACE_VERSION);
		return output_unsaid();
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		usage(argc > 1 ? stdout : stderr);
		return argc > 1 ? output_unsaid() : EXIT_USAGE;
	}
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	error("no such command: '%s'", name);
	hint("ismtrace --help lists the commands");
	return EXIT_USAGE;
}
