// SPDX-License-Identifier: GPL-2.0-only
/*
 * far NAME OTHER DIR [ROUNDS] - one of two programs, on two machines of a fabric, that store into
 * one another's memory at the same time.  They find one another by files in DIR, which both see.
 * When it has done with that, NAME keeps its function until DIR/end is there, and says
 * then what it heard of the other one's end.  Prints "ok" or "not ok" for each.
 */
#include <sys/stat.h>
#include <time.h>

#include "ism.h"

static const char *dir;

static void put(const char *what, const char *name, uint64_t value)
{
	char path[200], tmp[220];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.%s", dir, what, name);
	snprintf(tmp, sizeof(tmp), "%s.new", path);
	file = fopen(tmp, "w");
	if (!file || fprintf(file, "%llx\n", (unsigned long long)value) < 0 || fclose(file) ||
	    rename(tmp, path))
		abort();
}

/* What the other one has put there; waits for it. */
static uint64_t get(const char *what, const char *name)
{
	unsigned long long value = 0;
	char path[200];
	FILE *file;
	int tries;

	snprintf(path, sizeof(path), "%s/%s.%s", dir, what, name);
	for (tries = 0; tries < 1200; tries++, usleep(50000)) {
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fscanf(file, "%llx", &value) != 1)
			value = 0;
		fclose(file);
		return value;
	}
	ok(false, "%s is there", path);
	exit(unit_end());
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Each byte of a round is known to both; the second half of the DMB has the last word. */
static void exchange(struct fn *f, uint64_t tok, unsigned int rounds, const char *name,
		     const char *other)
{
	uint8_t block[PAGE];
	unsigned int round, bad = 0, i;
	double begin = seconds();

	for (round = 0; round < rounds; round++) {
		memset(block, (int)(round & 0xff), PAGE);
		bad += store(f, 0, tok | (round % 4) * PAGE, block, PAGE) != PAGE;
	}
	printf("# %u stores in %.3f s\n", rounds, seconds() - begin);
	is_int(bad, 0, "stores to the other machine");
	is_int(store(f, 0, tok | 4 * PAGE | 1 << 23, name, strlen(name)), (long)strlen(name),
	       "one that signals");
	is_int(irqs(f, 60000), 1, "the other one's signal");
	f->memory[0] = 0;
	ok(!memcmp(f->memory + 8 * PAGE, other, strlen(other)), "what it has stored");
	for (i = 0, bad = 0; i < 4 * PAGE; i++)
		bad += f->memory[4 * PAGE + i] != ((rounds - 4 + i / PAGE) & 0xff);
	is_int(bad, 0, "bytes that are others than it has stored");
}

static void refused(struct fn *f, uint64_t tok, uint64_t mine)
{
	uint8_t block[8] = { 0xee };

	is_int(store(f, 0, tok | DMB_LEN, block, 8), -EIO, "past the end");
	is_int(store(f, 0, tok + (1ull << 28), block, 8), -EIO, "no such token there");
	is_int(store(f, 0, tok + (1ull << 46), block, 8), -EIO, "no such function");
	is_int(store(f, 0, mine, block, 8), -EIO, "its own memory is for the other one");
}

static void ended(struct fn *f, uint64_t tok, const char *name, uint64_t gid)
{
	unsigned int bad = 0, good = 0;
	double begin, longest = 0;
	struct stat st;
	char path[200];
	int64_t ret;

	put("ready", name, 1);
	snprintf(path, sizeof(path), "%s/end", dir);
	/* Whatever happens to the other machine, no store takes longer than the daemon waits. */
	while (stat(path, &st)) {
		begin = seconds();
		ret = store(f, 0, tok, "on", 2);
		bad += ret == -EIO;
		good += ret == 2;
		put("bad", name, bad);
		put("good", name, good);
		if (seconds() - begin > longest)
			longest = seconds() - begin;
		usleep(20000);
	}
	printf("# %u stores, %u failed, the longest took %.3f s\n", good + bad, bad, longest);
	ok(longest < 8, "no store waits for ever");
	is_int(irqs(f, 5000) > 0, 1, "the end of the other machine interrupts");
	is_int(ism_get(f->memory + PAGE + 32, 8), 1ull << 32 | 7, "its GID is gone");
	is_int(ism_get(f->memory + PAGE + 40, 8), gid, "which one");
	is_int(store(f, 0, tok, "off", 3), -EIO, "a store to it");
	is_int(cmd(f, 0x9, gid, 0), 0xffff, "nobody has its GID");
	is_int(command(f, 0x3, NULL, 0), 0, "we are none the worse");
}

int main(int argc, char **argv)
{
	unsigned int rounds = argc > 4 ? (unsigned int)atoi(argv[4]) : 500, tries;
	uint64_t gid, tok, mine;
	struct fn f;

	if (argc < 4) {
		fprintf(stderr, "usage: far NAME OTHER DIR [ROUNDS]\n");
		return 2;
	}
	dir = argv[3];
	setvbuf(stdout, NULL, _IOLBF, 0);
	fn_open(&f, NULL);
	put("gid", argv[1], f.gid);
	gid = get("gid", argv[2]);
	for (tries = 0; tries < 100 && cmd(&f, 0x9, gid, 0); tries++)
		usleep(100000);
	ok(tries < 100, "the other one is there");
	mine = dmb(&f, DMB, gid);
	put("token", argv[1], mine);
	tok = get("token", argv[2]);
	ok(tok != mine, "the tokens differ");
	exchange(&f, tok, rounds, argv[1], argv[2]);
	refused(&f, tok, mine);
	ended(&f, tok, argv[1], gid);
	return unit_end();
}
