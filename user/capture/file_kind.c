// SPDX-License-Identifier: GPL-2.0-only
#include "capture/file_kind.h"

#include <stdio.h>
#include <string.h>

static const struct packer {
	const char *magic;
	size_t len;
	const char *name, *command; /* from a file or its standard input to standard output */
} packers[] = {
	{ "\x28\xb5\x2f\xfd", 4, "zstd", "zstd -dc" },
	{ "\xfd\x37\x7a\x58\x5a", 5, "xz", "xz -dc" },
	{ "\x04\x22\x4d\x18", 4, "lz4", "lz4 -dc" },
	{ "\x02\x21\x4c\x18", 4, "lz4", "lz4 -dc" },
	{ "BZh", 3, "bzip2", "bzip2 -dc" },
	{ "LZIP", 4, "lzip", "lzip -dc" },
	{ "\x89LZO", 4, "lzop", "lzop -dc" },
	{ "\x1f\x9d", 2, "compress", "gzip -dc" },
	{ "\x1f\x8b", 2, "gzip once more", "gzip -dc" },
};

static const struct form {
	const char *magic;
	size_t len;
	const char *says;
} forms[] = {
#define CLASSIC                                                                           \
	"is not a capture but a classic pcap file, which has no room for PCI functions: " \
	"take the pcapng that record wrote (editcap -F pcapng keeps it one)"
	{ "\xa1\xb2\xc3\xd4", 4, CLASSIC },
	{ "\xd4\xc3\xb2\xa1", 4, CLASSIC },
	{ "\xa1\xb2\x3c\x4d", 4, CLASSIC },
	{ "\x4d\x3c\xb2\xa1", 4, CLASSIC },
	{ "\xa1\xb2\xcd\x34", 4, CLASSIC },
	{ "\x34\xcd\xb2\xa1", 4, CLASSIC },
#undef CLASSIC
	{ "PK\x03\x04", 4, "is a zip archive: unzip it first" },
	{ "7z\xbc\xaf", 4, "is a 7z archive: unpack it first" },
	{ "{\"type\":", 8, "is what --json printed, not the capture it was made of" },
};

/* Can the path be shown in a command as it is?  Only if neither a shell nor a person can misread it. */
static bool is_plain(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789./_+,:=@%-";

	return *path && *path != '-' && strlen(path) < 128 && !path[strspn(path, plain)];
}

bool capture_kind(const uint8_t *head, const char *path, bool packed, char *buf, size_t len)
{
	const char *file = !strcmp(path, "-") ? "" : is_plain(path) ? path : "FILE";
	const char *space = *file ? " " : "";
	size_t i;

	for (i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
		const struct packer *p = &packers[i];

		if (memcmp(head, p->magic, p->len))
			continue;
		if (packed)
			snprintf(buf, len,
				 "is compressed with %s: gzip -dc%s%s | %s | "
				 "ismtrace report -",
				 p->name, space, file, p->command);
		else
			snprintf(buf, len, "is compressed with %s: %s%s%s | ismtrace report -",
				 p->name, p->command, space, file);
		return true;
	}
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (memcmp(head, forms[i].magic, forms[i].len))
			continue;
		snprintf(buf, len, "%s", forms[i].says);
		return true;
	}
	return false;
}
