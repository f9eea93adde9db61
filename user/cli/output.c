// SPDX-License-Identifier: GPL-2.0-only
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/options.h"
#include "util/message.h"
#include "util/outfile.h"

/* What there is to say about standard output has been said. */
static bool said;

static const struct argp_option output_options[] = {
	{ "output", 'o', "FILE", 0, "write to FILE, not to standard output", 0 },
	{ 0 },
};

static error_t parse_output(int key, char *arg, struct argp_state *state)
{
	struct output *out = state->input;

	if (key != 'o')
		return ARGP_ERR_UNKNOWN;
	if (!*arg)
		option_error(state, "a file has a name");
	out->path = strcmp(arg, "-") ? arg : NULL;
	if (out->looked)
		outdir_close(&out->dir);
	/* If there is none that is told when it is to be opened. */
	out->looked = out->path && !outdir_open(&out->dir, out->path);
	return 0;
}

const struct argp output_argp = { .options = output_options, .parser = parse_output };

int output_open(struct output *out)
{
	int fd;

	if (!out->path) {
		out->file = stdout;
		return EXIT_DONE;
	}
	fd = out->looked ? outfile_open_in(&out->dir, out->path, 0600)
			 : outfile_open(out->path, 0600);
	if (out->looked)
		outdir_close(&out->dir);
	out->looked = false;
	if (fd >= 0) {
		out->file = fdopen(fd, "w");
		if (out->file)
			return EXIT_DONE;
		fd = -errno;
	}
	error("cannot write %s: %s", out->path, outfile_reason(fd));
	return EXIT_OUTPUT;
}

/* A write that failed long ago has left no errno, but a pipe tells. */
static bool reader_gone(FILE *file)
{
	struct pollfd fd = { .fd = fileno(file), .events = POLLOUT };

	return poll(&fd, 1, 0) > 0 && fd.revents & POLLERR;
}

static int flush(FILE *file)
{
	errno = 0;
	if (!fflush(file) && !ferror(file))
		return 0;
	if (errno)
		return -errno;
	return reader_gone(file) ? -EPIPE : -EIO;
}

int output_close(struct output *out, int err)
{
	int late;

	if (!out->file)
		return err;
	late = flush(out->file);
	if (out->file == stdout)
		said = true;
	else if (fclose(out->file) && !late)
		late = -errno;
	out->file = NULL;
	return err ? err : late;
}

int output_status(const struct output *out, int err)
{
	const char *path = out ? out->path : NULL;

	if (!path)
		said = true;
	if (!err || err == -EPIPE)
		return EXIT_DONE;
	error("cannot write %s: %s", path ? path : "the output", strerror(-err));
	return EXIT_OUTPUT;
}

int output_finish(struct output *out)
{
	return output_status(out, output_close(out, 0));
}

int output_unsaid(void)
{
	return said ? EXIT_DONE : output_status(NULL, flush(stdout));
}

bool output_is(const char *path, const char *other)
{
	struct stat one, two;

	return !stat(path, &one) && !stat(other, &two) && one.st_dev == two.st_dev &&
	       one.st_ino == two.st_ino;
}

bool output_mixes(const char *path)
{
	struct stat ours, theirs;

	if (isatty(STDOUT_FILENO))
		return false;
	if (!path || !strcmp(path, "-"))
		return true;
	/* /dev/stdout, or by chance the same file. */
	return !stat(path, &ours) && !fstat(STDOUT_FILENO, &theirs) && !S_ISCHR(ours.st_mode) &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}
