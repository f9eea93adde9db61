// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that are made where somebody else was before: what is there is replaced, never
 * written to, and no link is followed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"
#include "util/outfile.h"

static char dir[] = "/tmp/test_outfile.XXXXXX";

static const char *in(const char *name)
{
	static char paths[4][128];
	static unsigned int i;
	char *path = paths[i++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in(name), "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		exit(1);
}

/* What the file says; "?" if it is not there. */
static const char *text_of(const char *name)
{
	static char text[64];
	FILE *file = fopen(in(name), "r");

	if (!file)
		return "?";
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void use(int fd)
{
	if (fd >= 0 && (write(fd, "new", 3) != 3 || close(fd)))
		exit(1);
}

static void test_make(const struct outdir *d)
{
	struct stat st;
	int fd, held;

	fd = outfile_make(d, "fresh", 0600);
	ok(fd >= 0, "a new file");
	use(fd);
	is_str(text_of("fresh"), "new", "what was written");
	stat(in("fresh"), &st);
	is_int(st.st_mode & 0777, 0600, "for the owner alone");

	put("held", "old");
	if (link(in("held"), in("second")) || symlink("victim", in("link")) ||
	    symlink("nowhere", in("loose")) || mkfifo(in("pipe"), 0600) ||
	    mkdir(in("folder"), 0700))
		exit(1);
	put("victim", "old");
	held = open(in("held"), O_RDONLY);
	use(outfile_make(d, "held", 0600));
	is_str(text_of("held"), "new", "a file that is there is replaced");
	is_str(text_of("second"), "old", "one with another name keeps that");
	fstat(held, &st);
	is_int(st.st_size, 3, "and who has it open has the old one");
	is_int(st.st_nlink, 2, "which has another name");
	close(held);
	is_str(text_of("held.old"), "old", "that of the file that was there");
	put("held", "newer");
	use(outfile_make(d, "held", 0600));
	is_str(text_of("held.old"), "newer", "the last one is kept");
	put("held", "");
	use(outfile_make(d, "held", 0600));
	is_str(text_of("held.old"), "newer", "one of nothing is not");
	put("kept", "old");
	if (mkdir(in("kept.old"), 0700))
		exit(1);
	is_int(outfile_make(d, "kept", 0600), -EEXIST, "what cannot be kept is not replaced");
	is_str(text_of("kept"), "old", "and stays");
	rmdir(in("kept.old"));
	unlink(in("kept"));
	use(outfile_make(d, "link", 0600));
	is_str(text_of("link"), "new", "a link is replaced");
	is_str(text_of("victim"), "old", "not what it leads to");
	use(outfile_make(d, "loose", 0600));
	is_str(text_of("nowhere"), "?", "nothing is made where one leads");
	use(outfile_make(d, "pipe", 0600));
	is_str(text_of("pipe"), "new", "a pipe is not waited for");
	is_int(outfile_make(d, "folder", 0600), -EISDIR, "a directory stays");
}

static void test_open(void)
{
	struct stat st;
	int fd;

	if (symlink("victim", in("link2")) || mkfifo(in("pipe2"), 0600))
		exit(1);
	is_int(outfile_open(in("link2"), 0600), -ELOOP, "a link that a person names is refused");
	is_str(text_of("victim"), "old", "and left alone");
	is_str(outfile_reason(-ELOOP), "it is a symbolic link, which is not followed",
	       "with this reason");
	/* Somebody reads from it, or it would be waited for. */
	fd = open(in("pipe2"), O_RDONLY | O_NONBLOCK);
	use(outfile_open(in("pipe2"), 0600));
	stat(in("pipe2"), &st);
	ok(S_ISFIFO(st.st_mode), "a pipe that a person names is written to");
	close(fd);
	/* A pipe that belongs to another user is refused; only root can make one to try it. */
	if (!geteuid()) {
		if (chown(in("pipe2"), 65534, 65534))
			exit(1);
		fd = open(in("pipe2"), O_RDONLY | O_NONBLOCK);
		is_str(outfile_reason(outfile_open(in("pipe2"), 0600)),
		       "it is a pipe of somebody else's", "a pipe of somebody else's is not");
		close(fd);
	}
	if (mkdir("/dev/shm/test_outfile", 0700) || symlink("/dev/null", "/dev/shm/test_outfile/x"))
		exit(1);
	is_int(outfile_open("/dev/shm/test_outfile/x", 0600), -ELOOP,
	       "no link below /dev is the system's");
	if (unlink("/dev/shm/test_outfile/x") || rmdir("/dev/shm/test_outfile"))
		exit(1);
	fd = outfile_open("/dev/stdout", 0600);
	ok(fd >= 0, "but those of what is open are");
	if (fd >= 0)
		close(fd);
	fd = outfile_open("/dev/null", 0600);
	ok(fd >= 0, "so is a device");
	use(fd);
	is_int(outfile_open(in("no/such"), 0600), -ENOENT, "no such directory");
	is_int(outfile_open(in(""), 0600), -EISDIR, "no name");
	is_str(outfile_base("a/b"), "b", "the name in a path");
	is_str(outfile_base("b"), "b", "and without one");
}

static void test_moved(struct outdir *d)
{
	if (mkdir(in("way"), 0700) || mkdir(in("other"), 0700) || outdir_open(d, in("way/x")))
		exit(1);
	ok(outdir_is_ours(d), "a directory of our own");
	if (rename(in("way"), in("moved")) || symlink("other", in("way")))
		exit(1);
	use(outfile_make(d, "x", 0600));
	is_str(text_of("moved/x"), "new", "the directory is the one that was there");
	is_str(text_of("other/x"), "?", "whatever its path leads to");
	outdir_close(d);
	is_int(d->fd, -1, "closed");
}

static void clean_up(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		exit(1);
}

int main(void)
{
	struct outdir d = OUTDIR_NONE;

	if (!mkdtemp(dir) || outdir_open(&d, in("x")))
		return 1;
	test_make(&d);
	outdir_close(&d);
	test_open();
	test_moved(&d);
	clean_up();
	return unit_end();
}
