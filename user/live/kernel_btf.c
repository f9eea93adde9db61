// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel_btf.c - read BTF (the kernel's Documentation/bpf/btf.rst): a header, types one behind the
 * other, strings.  Numbers of a module's types, and offsets of its strings, begin where the kernel's end.
 */
#include "live/kernel_btf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/btf.h>

#define BTF_DIR "/sys/kernel/btf/"
/* Larger BTF is refused; that of kernels is not a tenth of it. */
#define BTF_MAX (256u << 20)

struct blob {
	const char *name;
	uint8_t *data; /* NULL: not read yet, or there is none */
	const uint8_t *types;
	const char *strings;
	uint32_t types_len, strings_len;
	uint32_t nr_types; /* of the kernel, once a function of a module was looked for */
};

/* How many modules' BTF is read: those of the drivers that we know by name. */
#define MODULES 4

struct kernel_btf {
	struct blob base;
	struct blob modules[MODULES];
};

static int read_all(int fd, uint8_t *data, size_t len)
{
	ssize_t got;

	while (len) {
		got = read(fd, data, len);
		if (got < 0)
			return -errno;
		if (!got)
			return -EBADMSG;
		data += got;
		len -= (size_t)got;
	}
	return 0;
}

static int blob_look(struct blob *blob, size_t len)
{
	struct btf_header hdr;

	if (len < sizeof(hdr))
		return -EBADMSG;
	memcpy(&hdr, blob->data, sizeof(hdr));
	if (hdr.magic != BTF_MAGIC || hdr.hdr_len < sizeof(hdr) || hdr.hdr_len > len)
		return -EBADMSG;
	len -= hdr.hdr_len;
	if (hdr.type_off > len || hdr.type_len > len - hdr.type_off || hdr.str_off > len ||
	    hdr.str_len > len - hdr.str_off)
		return -EBADMSG;
	blob->types = blob->data + hdr.hdr_len + hdr.type_off;
	blob->types_len = hdr.type_len;
	blob->strings = (const char *)blob->data + hdr.hdr_len + hdr.str_off;
	blob->strings_len = hdr.str_len;
	/* A NUL behind the strings: the last name ends there at the latest. */
	return hdr.str_len && blob->strings[hdr.str_len - 1] ? -EBADMSG : 0;
}

static int blob_read(struct blob *blob, const char *name)
{
	char path[128];
	struct stat st;
	int fd, err;

	snprintf(path, sizeof(path), BTF_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : 0;
	if (!err && (st.st_size <= 0 || st.st_size > BTF_MAX))
		err = -EBADMSG;
	if (!err) {
		blob->data = malloc((size_t)st.st_size);
		err = blob->data ? read_all(fd, blob->data, (size_t)st.st_size) : -ENOMEM;
	}
	close(fd);
	return err ?: blob_look(blob, (size_t)st.st_size);
}

static bool is_name(const struct blob *base, const struct blob *blob, uint32_t at, const char *name)
{
	if (at < base->strings_len)
		return !strcmp(base->strings + at, name);
	at -= base->strings_len;
	return base != blob && at < blob->strings_len && !strcmp(blob->strings + at, name);
}

/* What comes behind a type, bytes; -EBADMSG for a kind that is not known. */
static long tail_len(const struct btf_type *type)
{
	uint32_t vlen = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return (long)(vlen * sizeof(struct btf_member));
	case BTF_KIND_ENUM:
		return (long)(vlen * sizeof(struct btf_enum));
	case BTF_KIND_ENUM64:
		return (long)(vlen * sizeof(struct btf_enum64));
	case BTF_KIND_FUNC_PROTO:
		return (long)(vlen * sizeof(struct btf_param));
	case BTF_KIND_DATASEC:
		return (long)(vlen * sizeof(struct btf_var_secinfo));
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	default:
		return -EBADMSG;
	}
}

static int member_offset(const struct blob *base, const struct blob *blob,
			 const struct btf_type *type, const uint8_t *members, const char *name)
{
	uint32_t i, vlen = BTF_INFO_VLEN(type->info), bits;
	struct btf_member member;

	for (i = 0; i < vlen; i++) {
		memcpy(&member, members + i * sizeof(member), sizeof(member));
		if (!is_name(base, blob, member.name_off, name))
			continue;
		bits = BTF_INFO_KFLAG(type->info) ? BTF_MEMBER_BIT_OFFSET(member.offset)
						  : member.offset;
		return bits % 8 ? -EBADMSG : (int)(bits / 8);
	}
	return -ENOENT;
}

/*
 * Find a type of this kind and name.  Returns its number in the blob, from 0, with the type in *found
 * and what follows it.  name NULL: walk to the end, and return the number of types.
 */
static int walk(const struct blob *base, const struct blob *blob, unsigned int kind,
		const char *name, struct btf_type *found, const uint8_t **behind)
{
	const uint8_t *p = blob->types, *end = p + blob->types_len;
	struct btf_type type;
	int number = 0;
	long tail;

	for (; (size_t)(end - p) >= sizeof(type); number++) {
		memcpy(&type, p, sizeof(type));
		p += sizeof(type);
		tail = tail_len(&type);
		if (tail < 0 || tail > end - p)
			return -EBADMSG;
		if (name && BTF_INFO_KIND(type.info) == kind &&
		    is_name(base, blob, type.name_off, name)) {
			*found = type;
			*behind = p;
			return number;
		}
		p += tail;
	}
	return name ? -ENOENT : number;
}

struct kernel_btf *kernel_btf_open(void)
{
	struct kernel_btf *btf = calloc(1, sizeof(*btf));
	int err;

	if (!btf)
		return NULL;
	err = blob_read(&btf->base, "vmlinux");
	if (!err)
		return btf;
	kernel_btf_free(btf);
	errno = -err;
	return NULL;
}

void kernel_btf_free(struct kernel_btf *btf)
{
	int i;

	if (!btf)
		return;
	for (i = 0; i < MODULES; i++)
		free(btf->modules[i].data);
	free(btf->base.data);
	free(btf);
}

/* The blob with a module's types: its own, or the kernel's if the module is built in. */
static int blob_of(struct kernel_btf *btf, const char *module, struct blob **blob)
{
	int i, err;

	*blob = &btf->base;
	if (!module)
		return 0;
	for (i = 0; i < MODULES; i++) {
		struct blob *one = &btf->modules[i];

		if (!one->name) {
			one->name = module;
			err = blob_read(one, module);
			if (err && err != -ENOENT)
				return err;
		}
		if (strcmp(one->name, module))
			continue;
		if (one->data)
			*blob = one;
		return 0;
	}
	return -ENOSPC;
}

bool kernel_btf_has(struct kernel_btf *btf, const char *module)
{
	struct blob *blob;

	return !blob_of(btf, module, &blob) && blob != &btf->base;
}

int kernel_btf_member(struct kernel_btf *btf, const char *module, const char *structure,
		      const char *member)
{
	const uint8_t *members;
	struct btf_type type;
	struct blob *blob;
	int err = blob_of(btf, module, &blob);

	if (!err)
		err = walk(&btf->base, blob, BTF_KIND_STRUCT, structure, &type, &members);
	return err < 0 ? err : member_offset(&btf->base, blob, &type, members, member);
}

int kernel_btf_function(struct kernel_btf *btf, const char *module, const char *function)
{
	const uint8_t *behind;
	struct btf_type type;
	struct blob *blob;
	int number, count, err = blob_of(btf, module, &blob);

	if (err)
		return err;
	number = walk(&btf->base, blob, BTF_KIND_FUNC, function, &type, &behind);
	/* Type 0, void, is in no file. */
	if (number < 0 || blob == &btf->base)
		return number < 0 ? number : number + 1;
	if (!btf->base.nr_types) {
		count = walk(&btf->base, &btf->base, 0, NULL, NULL, NULL);
		if (count < 0)
			return count;
		btf->base.nr_types = (uint32_t)count;
	}
	return (int)btf->base.nr_types + number + 1;
}
