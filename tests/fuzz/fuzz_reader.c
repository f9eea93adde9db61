// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz_reader.c - the capture reader.  An input is a file, plain or compressed,
 * and is read as one; how, its length says, so that a changed byte changes
 * nothing else.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/reader.h"
#include "cmd/replay.h"
#include "fuzz.h"
#include "model/filter.h"
#include "util/message.h"

/* How often something was said: once and no more if it is an error. */
static unsigned int errors, notes;

static void on_say(void *arg, enum capture_say how, const char *text)
{
	must_be_line(text);
	if (how == CAPTURE_ERROR)
		errors++;
	else
		notes++;
}

static void on_progress(void *arg, uint64_t done, uint64_t total)
{
	MUST(!total || done <= total);
}

static void show_all(struct capture *capture, unsigned int how)
{
	struct views *views = views_new(how, capture_begin(capture), capture_mono_offset(capture));
	struct capture_record rec;
	uint64_t last[2] = { 0 };
	uint64_t total;
	int got;

	while ((got = capture_next(capture, &rec)) > 0) {
		MUST(rec.file < 2 && rec.number == ++last[rec.file]);
		if (rec.type == CAPTURE_ACCESS)
			views_access(views, &rec.access);
		else
			views_insn(views, &rec.insn);
	}
	MUST(capture_next(capture, &rec) == got);
	MUST(got != -ENOMEM);
	MUST(errors == (got < 0));
	MUST(got || notes || !capture_unaccounted(capture));
	MUST(capture_bytes(capture, &total) <= total);
	MUST(!capture_account(capture, views_summary(views)));
	views_end(views);
}

static void read_files(const char *path, size_t nr, unsigned int how, unsigned int threads,
		       bool strict)
{
	const char *paths[] = { path, path };
	struct capture_options options = {
		.strict = strict,
		.threads = threads,
		.progress = on_progress,
		.say = on_say,
	};
	struct capture *capture;
	int status;

	errors = 0;
	notes = 0;
	status = capture_open(&capture, paths, nr, &options);
	if (status) {
		MUST(status == EXIT_CAPTURE && errors == 1);
		return;
	}
	show_all(capture, how);
	capture_close(capture);
}

static int ignore_access(void *arg, const struct capture_record *rec)
{
	return 0;
}

static int ignore_insn(void *arg, const struct insn *insn)
{
	return 0;
}

/* As dump, report and check do it, with some filters. */
static void replay_files(const char *path)
{
	const struct replay_handler handler = { ignore_access, ignore_insn, NULL };
	struct capture_args options = { .silent = true };
	struct replay replay;

	filter_init(&options.filter);
	options.filter.k.regions = 0x0f;
	options.filter.k.size_min = 2;
	options.filter.rules = ~RULE_BIT(ISM005);
	options.files = malloc(sizeof(*options.files));
	MUST(options.files);
	options.files[options.nr_files++] = path;
	if (!replay_open(&replay, &options)) {
		MUST(!replay_run(&replay, &handler));
		MUST(!replay_finish(&replay));
	}
	replay_close(&replay);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Whole blocks are of 4 bytes. */
	unsigned int mode = (unsigned int)(size / 4);
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("capture", MFD_CLOEXEC);
		MUST(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	MUST(!ftruncate(fd, (off_t)size));
	MUST(pwrite(fd, data, size, 0) == (ssize_t)size);
	if (mode % 8 == 7)
		replay_files(path);
	else
		read_files(path, mode % 8 == 6 ? 2 : 1, mode % 8 == 5 ? VIEW_PAGE : mode & 3,
			   mode % 64 == 1 ? 3 : 1, mode % 4 == 2);
	return 0;
}
