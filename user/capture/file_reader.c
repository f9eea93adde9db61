// SPDX-License-Identifier: GPL-2.0-only
#include "capture/file_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/file_kind.h"
#include "capture/input.h"
#include "capture/interface.h"
#include "capture/packet.h"
#include "capture/pcapng.h"
#include "capture/section.h"
#include "util/escape.h"
#include "util/message.h"
#include "util/rlimits.h"

#define INTERFACES_MAX 4096
#define SAY_MAX	       256

struct capture_file {
	const char *path;
	const struct capture_options *options;
	struct capture_traces *traces;
	struct capture_input *input;
	struct pcapng_reader reader;
	uint64_t size, records, sections;

	struct capture_section section;
	bool ours;		 /* there is an interface of ours */
	long other_link;	 /* link type of the first other interface; -1: none */
	size_t other;		 /* its number */
	const char *unaccounted; /* why it is not known what was lost; NULL: it is */
	uint64_t unknown;	 /* records of a type that is not known */
	uint64_t strays;	 /* packets that are no records */

	const char *driver; /* the last one, interned */
	int ended;	    /* what file_next() said at the end; 1: not yet */
};

void capture_say(const struct capture_options *options, enum capture_say how, const char *path,
		 const char *text)
{
	char name[ESCAPE_TEXT_LEN(SAY_MAX)], line[sizeof(name) + SAY_MAX];

	escape_text(name, sizeof(name), path, strnlen(path, SAY_MAX));
	snprintf(line, sizeof(line), "%s: %s", strcmp(path, "-") ? name : "standard input", text);
	if (options->say)
		options->say(options->arg, how, line);
	else if (how == CAPTURE_ERROR)
		error("%s", line);
	else
		warning("%s", line);
}

__attribute__((format(printf, 3, 4))) static int fail(struct capture_file *file, int err,
						      const char *format, ...)
{
	char text[SAY_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	capture_say(file->options, CAPTURE_ERROR, file->path, text);
	return err;
}

/* A shortcoming: a note, or an error if that was asked for. */
__attribute__((format(printf, 2, 3))) static int lacking(struct capture_file *file,
							 const char *format, ...)
{
	char text[SAY_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	capture_say(file->options, file->options->strict ? CAPTURE_ERROR : CAPTURE_NOTE, file->path,
		    text);
	return file->options->strict ? -EBADMSG : 0;
}

static int chunk(void *arg, const uint8_t **data, size_t *len)
{
	struct capture_file *file = arg;

	return input_chunk(file->input, data, len);
}

static int open_path(struct capture_file *file, int *fd)
{
	struct stat st;

	*fd = strcmp(file->path, "-") ? open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
				      : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	if (*fd < 0)
		return fail(file, -errno, "%s", strerror(errno));
	if (fstat(*fd, &st))
		return fail(file, -errno, "%s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return fail(file, -EISDIR, "is a directory, not a capture");
	if (isatty(*fd))
		return fail(file, -EINVAL, "is a terminal, not a capture");
	if (S_ISREG(st.st_mode)) {
		file->size = st.st_size;
		if (!st.st_size)
			return fail(file, -EBADMSG, "is empty, not a capture");
	}
	return 0;
}

int file_open(struct capture_file **result, const char *path, unsigned int threads,
	      const struct capture_options *options, struct capture_traces *traces)
{
	struct capture_file *file = calloc(1, sizeof(*file));
	struct pcapng_source source = { .chunk = chunk, .arg = file };
	int fd = -1, err;

	if (!file)
		return -ENOMEM;
	file->path = path;
	file->options = options;
	file->traces = traces;
	file->ended = 1;
	file->other_link = -1;
	pcapng_init(&file->reader, &source);
	err = open_path(file, &fd);
	/* A pipe is read by one thread, which delivers what has come before it waits for more. */
	if (!err)
		err = input_open(&file->input, fd, file->size ? threads : 1);
	if (err) {
		if (fd >= 0)
			close(fd);
		free(file);
		return err;
	}
	*result = file;
	return 0;
}

static int on_interface(struct capture_file *file, const struct pcapng_block *block)
{
	struct capture_section *section = &file->section;
	struct capture_interface *interface;
	struct function fn;

	if (block->len < 8)
		return fail(file, -EBADMSG, "interface %zu is damaged", section->nr_interfaces);
	if (section->nr_interfaces == INTERFACES_MAX)
		return fail(file, -EBADMSG, "has more than %d interfaces", INTERFACES_MAX);
	if (section_grow(section))
		return -ENOMEM;
	interface = &section->interfaces[section->nr_interfaces];
	if (interface_link(block) != LINKTYPE_USER3) {
		/* mergecap may have put it beside ours: its packets are left out, and counted. */
		memset(interface, 0, sizeof(*interface));
		if (file->other_link < 0) {
			file->other_link = interface_link(block);
			file->other = section->nr_interfaces;
		}
		section->nr_interfaces++;
		return 0;
	}
	if (interface_get(block, interface, &fn))
		return fail(file, -EBADMSG, "interface %zu has an absurd resolution of time",
			    section->nr_interfaces);
	interface->fn = traces_function(file->traces, &fn);
	if (!interface->fn)
		return errno == ENOMEM ? -ENOMEM
				       : fail(file, -EBADMSG, "too many different PCI functions");
	section->nr_interfaces++;
	file->ours = true;
	return 0;
}

static int on_statistics(struct capture_file *file, const struct pcapng_block *block)
{
	struct account_part part;
	struct trace *trace;

	/* A block of statistics that is another program's, or of a later version of ours. */
	if (account_get(block, &part))
		return 0;
	section_move_times(&file->section, block, &part.account);
	trace = traces_account(file->traces, &part);
	if (!trace)
		return errno == ENOMEM
			       ? -ENOMEM
			       : fail(file, -EBADMSG, "too many different traces or PCI functions");
	section_take(&file->section, &part, trace);
	return 0;
}

/* Note why it is not known what was lost; the first reason is kept. */
static void unaccounted(struct capture_file *file, const char *why)
{
	if (!file->unaccounted)
		file->unaccounted = why;
}

/* What a section lacks when the next one begins, or the file ends. */
static int end_section(struct capture_file *file)
{
	switch (section_end(&file->section)) {
	case SECTION_ACCOUNTED:
		break;
	case SECTION_REWRITTEN:
		unaccounted(file, "a capture was rewritten by another program");
		capture_say(file->options, CAPTURE_NOTE, file->path,
			    "does not say what was lost: it was rewritten by another program");
		break;
	case SECTION_DIFFERS:
		unaccounted(file, "a capture has more records than its account tells of");
		return lacking(file,
			       "has more records than its account tells of; %" PRIu64
			       " records read",
			       file->records);
	case SECTION_OPEN:
		unaccounted(file, "a capture has no closing account");
		return lacking(
			file,
			"has no closing account: the trace was killed or still runs; %" PRIu64
			" records read",
			file->records);
	}
	return 0;
}

static int on_section(struct capture_file *file, const struct pcapng_block *block)
{
	int err = file->sections++ ? end_section(file) : 0;

	section_begin(&file->section, block);
	return err;
}

static const char *intern_driver(struct capture_file *file, const char *driver)
{
	if (!file->driver || strcmp(file->driver, driver))
		file->driver = traces_name(file->traces, driver);
	return file->driver;
}

/* A block that holds packets, and none of ours. */
static int on_stray(struct capture_file *file)
{
	section_packet(&file->section);
	file->strays++;
	return 0;
}

/* A packet block: 1 with *rec, 0 if it is to be skipped, or -errno. */
static int on_packet(struct capture_file *file, const struct pcapng_block *block,
		     struct capture_record *rec)
{
	char driver[ISMT_NAME_LEN], why[SAY_MAX];

	switch (packet_get(&file->section, block, rec, driver, why, sizeof(why))) {
	case PACKET_RECORD:
		break;
	case PACKET_UNKNOWN:
		file->unknown++;
		return 0;
	case PACKET_STRAY:
		file->strays++;
		return 0;
	case PACKET_BAD:
		return fail(file, -EBADMSG, "%s", why);
	}
	if (rec->type != CAPTURE_ACCESS)
		return 1;
	/* Each trace numbers its tasks from 1; without an account the trace is not known, nor are the tasks. */
	if (rec->access.task)
		rec->access.task =
			file->section.trace
				? (uint64_t)file->section.trace->number << 32 | rec->access.task
				: 0;
	rec->access.driver = intern_driver(file, driver);
	return rec->access.driver ? 1 : -ENOMEM;
}

static int on_block(struct capture_file *file, const struct pcapng_block *block,
		    struct capture_record *rec)
{
	switch (block->type) {
	case PCAPNG_SHB:
		return on_section(file, block);
	case PCAPNG_IDB:
		return on_interface(file, block);
	case PCAPNG_EPB:
		return on_packet(file, block, rec);
	case PCAPNG_PB:
	case PCAPNG_SPB:
	case PCAPNG_JOURNAL:
		return on_stray(file);
	case PCAPNG_ISB:
		return on_statistics(file, block);
	default:
		return 0;
	}
}

/* The file has interfaces, but none of ours: say what its packets are.  Returns an error. */
static int not_ours(struct capture_file *file)
{
	if (file->other_link < 0)
		return fail(file, -EBADMSG, "is no capture of ismtrace: it has no interface");
	return fail(file, -EBADMSG,
		    "is no capture of ismtrace: interface %zu has link type "
		    "%ld, not %d",
		    file->other, file->other_link, LINKTYPE_USER3);
}

static void tell_strays(struct capture_file *file)
{
	char text[SAY_MAX];

	snprintf(text, sizeof(text), "%" PRIu64 " packet%s no record%s of ismtrace, and left out",
		 file->strays, file->strays == 1 ? " is" : "s are", file->strays == 1 ? "" : "s");
	capture_say(file->options, CAPTURE_NOTE, file->path, text);
}

static int at_end(struct capture_file *file)
{
	bool cut = input_cut(file->input) || file->reader.cut;

	if (!file->reader.begun)
		return fail(file, -EBADMSG,
			    cut ? "is cut off before its first block" : "is empty, not a capture");
	if (!file->ours && (file->other_link >= 0 || file->strays))
		return not_ours(file);
	if (file->strays)
		tell_strays(file);
	if (!cut)
		return end_section(file);
	section_end(&file->section);
	unaccounted(file, "a capture was cut off");
	return lacking(file,
		       "is cut off at byte %" PRIu64 ", in the middle of a %s; %" PRIu64
		       " records read",
		       input_done(file->input), input_packed(file->input) ? "gzip member" : "block",
		       file->records);
}

static int broken(struct capture_file *file, int err)
{
	char kind[SAY_MAX], text[RLIMITS_TEXT];

	if (err == -ENOMEM)
		return fail(file, err, "%s", rlimits_strerror(ENOMEM, text, sizeof(text)));
	if (err != -EBADMSG)
		return fail(file, err, "cannot be read: %s", strerror(-err));
	if (*input_error(file->input))
		return fail(file, err, "%s; %" PRIu64 " records read", input_error(file->input),
			    file->records);
	if (!file->reader.begun && capture_kind(file->reader.head, file->path,
						input_packed(file->input), kind, sizeof(kind)))
		return fail(file, err, "%s", kind);
	if (!file->reader.begun)
		return fail(file, err, "is not a capture: %s", file->reader.error);
	return fail(file, err, "%s; %" PRIu64 " records read", file->reader.error, file->records);
}

static int next(struct capture_file *file, struct capture_record *rec)
{
	struct pcapng_block block;
	int got;

	for (;;) {
		got = pcapng_next(&file->reader, &block);
		if (!got)
			return at_end(file);
		if (got < 0)
			return broken(file, got);
		got = on_block(file, &block, rec);
		if (got == -ENOMEM)
			return broken(file, got);
		if (!got)
			continue;
		if (got > 0)
			file->records++;
		return got;
	}
}

int file_next(struct capture_file *file, struct capture_record *rec)
{
	int got = file->ended;

	if (got <= 0)
		return got;
	got = next(file, rec);
	if (got <= 0)
		file->ended = got;
	return got;
}

const char *file_unaccounted(const struct capture_file *file)
{
	if (file->unaccounted || !file->ended)
		return file->unaccounted;
	return "a capture was not read to its end";
}

uint64_t file_unknown(const struct capture_file *file)
{
	return file->unknown;
}

uint64_t file_strays(const struct capture_file *file)
{
	return file->strays;
}

uint64_t file_done(const struct capture_file *file)
{
	return input_done(file->input);
}

uint64_t file_size(const struct capture_file *file)
{
	return file->size;
}

void file_close(struct capture_file *file)
{
	if (!file)
		return;
	pcapng_free(&file->reader);
	input_close(file->input);
	section_free(&file->section);
	free(file);
}
