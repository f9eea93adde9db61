// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring-sinks DIR COUNT - how fast user space is on its own: COUNT records as the ring
 * buffer has them are decoded, judged, added up and put into each sink, which writes to
 * a file in DIR.  Prints "WORK SINK RECORDS WALL CPU BYTES" lines, seconds and bytes.
 *
 * The work is of one task that writes 256 bytes at a time, and mixed: four tasks, two
 * functions, reads and writes of several sizes, which no sink can foresee.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "capture/sink_capture.h"
#include "insn_sums.h"
#include "live/ring_record.h"
#include "model/rules.h"
#include "model/sink.h"

#define BEGIN_NS 1763696000000000000ULL
#define MONO_NS	 1000000000ULL
/* So many different records, one after the other and then again. */
#define RECORDS	   4096
#define GZIP_LEVEL 3

struct job {
	const char *work, *sink;
	const char *path;
	unsigned long long count;
	uint8_t (*records)[ISMT_BRIEF_LEN];
	struct function fns[2];
};

static void make_record(struct ismt_access *rec, const struct job *job, bool mixed)
{
	static const uint32_t sizes[] = { 16, 64, 256, 1024, 2048, 4096 };
	uint32_t len = mixed ? sizes[any(6)] : 256, task = mixed ? any(4) : 0;
	bool read = mixed && !any(3);

	memset(rec, 0, sizeof(*rec));
	rec->hdr.type = ISMT_REC_BRIEF;
	rec->hdr.len = ISMT_BRIEF_LEN;
	rec->hdr.cpu = mixed ? any(2) : 0;
	rec->pid = 800 + task;
	rec->tid = 800 + task;
	snprintf(rec->comm, sizeof(rec->comm), "client-%u", task);
	rec->fid = job->fns[task % 2].k.fid;
	rec->fh = job->fns[task % 2].k.fh;
	rec->op = read ? ISMT_READ : ISMT_WRITE;
	rec->layer = ISMT_LAYER_ISM;
	rec->offset = mixed ? (uint64_t)any(1920) << 24 | any(2048) * 4096 : 2ULL << ISMT_ISM_SHIFT;
	rec->len = read ? 8 : len;
	rec->ret = (int64_t)rec->len;
	rec->latency_ns = 15000 + any(30000);
	rec->brief = 1;
	rec->req =
		REQ_WITH_KIND((uint64_t)rec->fh << 32 | rec->len, read ? ISMT_PCILG : ISMT_PCISTB);
}

static double cpu_used(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return seconds(used.ru_utime) + seconds(used.ru_stime);
}

static struct sink *open_sink(const struct job *job, FILE **file)
{
	struct sink_capture_options capture = {
		.writer = { .level = strcmp(job->sink, "record.gz") ? WRITER_PLAIN : GZIP_LEVEL },
		.application = "ismtrace ring-sinks",
		.begin_ns = BEGIN_NS,
		.mono_offset_ns = BEGIN_NS - MONO_NS,
	};
	struct sink_options options = {
		.start_ns = BEGIN_NS,
		.findings = true,
		.quiet = !strcmp(job->sink, "quiet"),
	};
	int fd = open(job->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		return NULL;
	if (!strncmp(job->sink, "record", 6)) {
		capture.writer.fd = fd;
		return sink_capture_new(&capture);
	}
	*file = options.out = fdopen(fd, "w");
	if (!*file)
		return NULL;
	if (!strcmp(job->sink, "json"))
		return sink_json_new(&options);
	if (!strcmp(job->sink, "csv"))
		return sink_csv_new(&options);
	return sink_text_new(&options);
}

/* What session.c does with each record. */
static int deliver(struct job *job, struct sink *sink, struct rules_state *rules,
		   struct summary *summary)
{
	uint64_t ts = MONO_NS;
	unsigned long long i;
	struct ring_reader reader = { .mono_offset = BEGIN_NS - MONO_NS };
	struct access *access = &reader.access;
	int err;

	for (i = 0; i < job->count; i++) {
		struct ismt_access *rec = (void *)job->records[i % RECORDS];

		ts += 23456;
		rec->hdr.ts = ts;
		if (ring_record_type(rec, ISMT_BRIEF_LEN) != ISMT_REC_ACCESS)
			return -EINVAL;
		if (!ring_record_access(&reader, rec, ISMT_BRIEF_LEN)) {
			access->fn = &job->fns[access->raw.fid == job->fns[1].k.fid];
			access->driver = "ism-vfio-pci";
		}
		rules_apply(rules, access);
		while ((err = sink->ops->access(sink, access)) == SINK_DROPPED)
			usleep(100);
		if (!err)
			err = summary_access(summary, access);
		if (err)
			return err;
	}
	summary->end_ns = access->ts;
	summary_finish(summary);
	return sink->ops->end(sink, summary);
}

static int run(struct job *job)
{
	struct summary *summary = summary_new();
	struct rules_state *rules = rules_new();
	double wall = now(), cpu = cpu_used();
	FILE *file = NULL;
	struct sink *sink = open_sink(job, &file);
	struct stat st;
	int err;

	if (!summary || !rules || !sink || sink->ops->begin(sink))
		return -errno;
	err = deliver(job, sink, rules, summary);
	if (!err && summary->recorded != job->count)
		err = -EIO;
	if (err || stat(job->path, &st))
		return err ? err : -errno;
	printf("%s %s %llu %.3f %.3f %lld\n", job->work, job->sink, job->count, now() - wall,
	       cpu_used() - cpu, (long long)st.st_size);
	sink->ops->free(sink);
	if (file)
		fclose(file);
	unlink(job->path);
	rules_free(rules);
	summary_free(summary);
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const sinks[] = {
		"quiet", "text", "json", "csv", "record", "record.gz"
	};
	static const char *const works[] = { "one", "mixed" };
	struct job
		job = { .fns = {
				{ .k = { .fid = 34, .fh = 0x80000011, .uid = 17, .maxstbl = 4096 },
				  .address = "0011:00:00.0",
				  .is_ism = true },
				{ .k = { .fid = 35, .fh = 0x80000012, .uid = 18, .maxstbl = 4096 },
				  .address = "0012:00:00.0",
				  .is_ism = true },
			} };
	struct ismt_access rec;
	char path[4096];
	size_t w, s, i;
	int err;

	job.count = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	job.records = malloc(RECORDS * ISMT_BRIEF_LEN);
	if (!job.count || !job.records) {
		fprintf(stderr, "Usage: ring-sinks DIR COUNT\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/ring-sinks.%d", argv[1], (int)getpid());
	job.path = path;
	for (w = 0; w < sizeof(works) / sizeof(works[0]); w++) {
		for (i = 0; i < RECORDS; i++) {
			make_record(&rec, &job, w);
			memcpy(job.records[i], &rec, ISMT_BRIEF_LEN);
		}
		job.work = works[w];
		for (s = 0; s < sizeof(sinks) / sizeof(sinks[0]); s++) {
			job.sink = sinks[s];
			err = run(&job);
			if (err) {
				fprintf(stderr, "ring-sinks: %s: %s\n", job.sink, strerror(-err));
				return 5;
			}
		}
	}
	free(job.records);
	return 0;
}
