// SPDX-License-Identifier: GPL-2.0-only
#include "capture/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/file_reader.h"
#include "util/message.h"
#include "util/rlimits.h"
#include "util/times.h"

#define THREADS_MAX    16
#define PROGRESS_BYTES (64u << 10)
/* Records between two calls of options.progress. */
#define PROGRESS_RECORDS 256

/* A file and its next record. */
struct head {
	struct capture_file *file;
	struct capture_record rec;
	bool live; /* rec is there */
	uint64_t records;
};

struct capture {
	struct capture_options options;
	struct capture_traces traces;
	struct head *heads;
	size_t nr;
	struct head *given; /* whose record the caller has */
	int ended;	    /* what capture_next() says from now on; 1: not yet */

	/* What is known of the records that were delivered; times in ns. */
	bool has_records;
	int64_t first_ns, last_ns;
	int64_t begin_ns, mono_offset;
	unsigned int countdown;
	uint64_t progress_at;
};

static int64_t record_ts(const struct capture_record *rec)
{
	return rec->type == CAPTURE_ACCESS ? rec->access.ts : rec->insn.ts;
}

static int64_t record_mono(const struct capture_record *rec)
{
	return (int64_t)(rec->type == CAPTURE_ACCESS ? rec->access.raw.hdr.ts
						     : rec->insn.raw.hdr.ts);
}

static int64_t record_end(const struct capture_record *rec)
{
	return time_end(record_ts(rec), rec->type == CAPTURE_ACCESS ? rec->access.raw.latency_ns
								    : rec->insn.raw.latency_ns);
}

/* Read a file's next record into head: 1, 0 at the end of the file, or -errno. */
static int advance(struct capture *capture, struct head *head)
{
	int got = file_next(head->file, &head->rec);

	head->live = got > 0;
	if (got <= 0)
		return got;
	head->rec.file = (size_t)(head - capture->heads);
	head->rec.number = ++head->records;
	return got;
}

static unsigned int threads_each(const struct capture_options *options, size_t nr)
{
	long cpus = options->threads ? (long)options->threads : sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		cpus = 1;
	if (cpus > THREADS_MAX)
		cpus = THREADS_MAX;
	/* All of them are read at the same time. */
	return (unsigned int)((size_t)cpus / nr);
}

static int open_files(struct capture *capture, const char *const *files, size_t nr)
{
	unsigned int threads = threads_each(&capture->options, nr);
	size_t i;
	int got;

	for (i = 0; i < nr; i++) {
		got = file_open(&capture->heads[i].file, files[i], threads, &capture->options,
				&capture->traces);
		if (got)
			return got;
		capture->nr++;
		got = advance(capture, &capture->heads[i]);
		if (got < 0)
			return got;
	}
	return 0;
}

/* What is shown relative to the beginning needs it before the first record. */
static void find_begin(struct capture *capture)
{
	const struct capture_record *first = NULL;
	bool known = false;
	size_t i;

	for (i = 0; i < capture->traces.nr_traces; i++) {
		const struct account *account = &capture->traces.traces[i]->account;

		if (known && account->begin_ns >= capture->begin_ns)
			continue;
		known = true;
		capture->begin_ns = account->begin_ns;
		capture->mono_offset = account->mono_offset;
	}
	for (i = 0; i < capture->nr; i++) {
		const struct head *head = &capture->heads[i];

		if (head->live && (!first || record_ts(&head->rec) < record_ts(first)))
			first = &head->rec;
	}
	if (!first || known)
		return;
	capture->begin_ns = record_ts(first);
	capture->mono_offset = time_diff(record_ts(first), record_mono(first));
}

int capture_open(struct capture **result, const char *const *files, size_t nr,
		 const struct capture_options *options)
{
	static const struct capture_options defaults;
	char text[RLIMITS_TEXT];
	struct capture *capture;
	int err = -ENOMEM;

	if (!options)
		options = &defaults;
	if (!nr || nr > CAPTURE_FILES_MAX) {
		capture_say(options, CAPTURE_ERROR, "captures",
			    nr ? "too many files at once, at most 256" : "no file given");
		return EXIT_CAPTURE;
	}
	capture = calloc(1, sizeof(*capture));
	if (capture) {
		capture->options = *options;
		capture->ended = 1;
		capture->heads = calloc(nr, sizeof(*capture->heads));
		if (capture->heads)
			err = traces_init(&capture->traces);
		if (!err)
			err = open_files(capture, files, nr);
	}
	if (!err) {
		find_begin(capture);
		*result = capture;
		return EXIT_DONE;
	}
	if (err == -ENOMEM)
		capture_say(options, CAPTURE_ERROR, files[0],
			    rlimits_strerror(ENOMEM, text, sizeof(text)));
	capture_close(capture);
	return EXIT_CAPTURE;
}

static struct head *earliest(struct capture *capture)
{
	struct head *best = NULL, *head;

	for (head = capture->heads; head < capture->heads + capture->nr; head++)
		if (head->live && (!best || record_ts(&head->rec) < record_ts(&best->rec)))
			best = head;
	return best;
}

static void tell_progress(struct capture *capture, bool end)
{
	uint64_t total, done;

	if (!capture->options.progress || (!end && capture->countdown--))
		return;
	capture->countdown = PROGRESS_RECORDS;
	done = capture_bytes(capture, &total);
	if (!end && done < capture->progress_at)
		return;
	capture->progress_at = done + PROGRESS_BYTES;
	capture->options.progress(capture->options.arg, done, total);
}

/* Accesses that closed traces say they recorded, and how many of these were read. */
static uint64_t count_missing(const struct capture *capture, uint64_t *recorded)
{
	uint64_t missing = 0;
	size_t i;

	*recorded = 0;
	for (i = 0; i < capture->traces.nr_traces && !capture_unaccounted(capture); i++) {
		const struct trace *trace = capture->traces.traces[i];

		if (trace->read >= trace->account.recorded)
			continue;
		*recorded += trace->account.recorded;
		missing += trace->account.recorded - trace->read;
	}
	return missing;
}

/* What each of the files says, added up. */
static uint64_t sum_files(const struct capture *capture,
			  uint64_t (*of)(const struct capture_file *file))
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < capture->nr; i++)
		sum += of(capture->heads[i].file);
	return sum;
}

/* Traces that have ended know how much there is of them. */
static const char *read_too_much(const struct capture *capture)
{
	size_t i;

	for (i = 0; i < capture->traces.nr_traces; i++) {
		const struct trace *trace = capture->traces.traces[i];

		if (trace->known && trace->account.flags & ACCOUNT_FINAL &&
		    trace->read > trace->account.recorded)
			return "more of a trace was given than was recorded, such as a file twice";
	}
	return NULL;
}

/*
 * A closed trace says how much it recorded: are all of its files here?  Records of an unknown type may
 * be the reason, so they are in the same line.
 */
static void tell_missing(struct capture *capture)
{
	uint64_t recorded, missing = count_missing(capture, &recorded);
	uint64_t unknown = sum_files(capture, file_unknown);
	const char *twice = read_too_much(capture);
	char text[256];
	int len = 0;

	if (twice)
		capture_say(&capture->options, CAPTURE_NOTE, "captures", twice);
	if (missing)
		len = snprintf(text, sizeof(text),
			       "%" PRIu64 " of the %" PRIu64
			       " accesses that were recorded are in what was given",
			       recorded - missing, recorded);
	if (unknown)
		snprintf(text + len, sizeof(text) - (size_t)len,
			 "%s%" PRIu64
			 " of the records are of a type that this ismtrace does not know",
			 len ? "; " : "", unknown);
	if (missing || unknown)
		capture_say(&capture->options, CAPTURE_NOTE, "captures", text);
}

int capture_next(struct capture *capture, struct capture_record *rec)
{
	struct head *head;
	int got;

	if (capture->ended <= 0)
		return capture->ended;
	if (capture->given) {
		got = advance(capture, capture->given);
		capture->given = NULL;
		if (got < 0)
			return capture->ended = got;
	}
	head = earliest(capture);
	tell_progress(capture, !head);
	if (!head) {
		tell_missing(capture);
		return capture->ended = 0;
	}
	*rec = head->rec;
	capture->given = head;
	if (!capture->has_records || record_ts(rec) < capture->first_ns)
		capture->first_ns = record_ts(rec);
	if (!capture->has_records || record_end(rec) > capture->last_ns)
		capture->last_ns = record_end(rec);
	capture->has_records = true;
	return 1;
}

int capture_account(struct capture *capture, struct summary *summary)
{
	int64_t begin = capture->first_ns, end = capture->last_ns;
	bool known = capture->has_records;
	uint64_t recorded;
	size_t i;

	for (i = 0; i < capture->traces.nr_traces; i++) {
		const struct account *account = &capture->traces.traces[i]->account;

		if (!known || account->begin_ns < begin)
			begin = account->begin_ns;
		if (!known || account->end_ns > end)
			end = account->end_ns;
		known = true;
	}
	summary->begin_ns = begin;
	summary->end_ns = end;
	summary->unaccounted = capture_unaccounted(capture);
	summary->missing = count_missing(capture, &recorded);
	summary->strays = sum_files(capture, file_strays) + sum_files(capture, file_unknown);
	return traces_sum(&capture->traces, summary);
}

const char *capture_unaccounted(const struct capture *capture)
{
	const char *why = NULL;
	size_t i;

	for (i = 0; i < capture->nr && !why; i++)
		why = file_unaccounted(capture->heads[i].file);
	return why ? why : read_too_much(capture);
}

struct function_table *capture_functions(struct capture *capture)
{
	return capture->traces.functions;
}

int64_t capture_begin(const struct capture *capture)
{
	return capture->begin_ns;
}

int64_t capture_mono_offset(const struct capture *capture)
{
	return capture->mono_offset;
}

uint64_t capture_bytes(const struct capture *capture, uint64_t *total)
{
	uint64_t done = 0, sum = 0, size;
	bool known = true;
	size_t i;

	for (i = 0; i < capture->nr; i++) {
		done += file_done(capture->heads[i].file);
		size = file_size(capture->heads[i].file);
		known &= size != 0;
		sum += size;
	}
	if (total)
		*total = known ? sum : 0;
	return done;
}

void capture_close(struct capture *capture)
{
	size_t i;

	if (!capture)
		return;
	for (i = 0; i < capture->nr; i++)
		file_close(capture->heads[i].file);
	if (capture->traces.functions)
		traces_free(&capture->traces);
	free(capture->heads);
	free(capture);
}
