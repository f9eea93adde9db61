// SPDX-License-Identifier: GPL-2.0-only
/*
 * answer.c - a server of a Unix socket that answers each line of a connection with "got: "
 * and the line, and its client.
 *
 *	answer SOCKET		serve, one connection at a time
 *	answer --ask SOCKET	stdin there, then what comes to stdout
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int address(const char *path, struct sockaddr_un *un)
{
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strncpy(un->sun_path, path, sizeof(un->sun_path) - 1);
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int ask(const char *path)
{
	struct sockaddr_un un;
	int fd = address(path, &un);
	char bytes[4096];
	ssize_t got;

	if (connect(fd, (struct sockaddr *)&un, sizeof(un)))
		return 1;
	while ((got = read(STDIN_FILENO, bytes, sizeof(bytes))) > 0) {
		if (write(fd, bytes, (size_t)got) != got)
			return 1;
	}
	shutdown(fd, SHUT_WR);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		if (write(STDOUT_FILENO, bytes, (size_t)got) != got)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_un un;
	char line[4096];
	int fd, listener;

	if (argc == 3 && !strcmp(argv[1], "--ask"))
		return ask(argv[2]);
	if (argc != 2)
		return 2;
	listener = address(argv[1], &un);
	if (bind(listener, (struct sockaddr *)&un, sizeof(un)) || listen(listener, 4)) {
		perror(argv[1]);
		return 1;
	}
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		FILE *in = fdopen(fd, "r+");

		while (in && fgets(line, sizeof(line), in)) {
			dprintf(fd, "got: %s", line);
		}
		if (in)
			fclose(in);
	}
	return 1;
}
