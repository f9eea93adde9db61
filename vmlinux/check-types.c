// SPDX-License-Identifier: GPL-2.0-only
/*
 * check-types.c - holds the hand-written kernel types against real BTF.
 *
 * check-types BPF-OBJECT VMLINUX [MODULE...]: every structure and member that
 * the object's programs were compiled with has to exist in the kernel or in a
 * module, be of the same kind, and (numbers, arrays) of the same size.  That
 * is what a CO-RE relocation needs in order to mean what we think it means.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

static struct btf *targets[16];
static int nr_targets, passed, failed;

/* All structures of the programs' own begin like this, and are in no kernel. */
static bool is_own(const char *name)
{
	return !strncmp(name, "ismt_", 5);
}

static const struct btf_type *resolve(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

static const char *kind_word(const struct btf_type *type)
{
	switch (btf_kind(type)) {
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "number";
	case BTF_KIND_PTR:
		return "pointer";
	case BTF_KIND_ARRAY:
		return "array";
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_FWD:
		return "structure";
	default:
		return "other";
	}
}

static const struct btf_member *find_member(const struct btf *btf, const struct btf_type *type,
					    const char *name, const struct btf **where)
{
	const struct btf_member *member = btf_members(type), *found;
	int i;

	for (i = 0; i < btf_vlen(type); i++, member++) {
		const char *have = btf__name_by_offset(btf, member->name_off);

		if (!strcmp(have, name)) {
			*where = btf;
			return member;
		}
		if (!*have && btf_is_composite(resolve(btf, member->type))) {
			found = find_member(btf, resolve(btf, member->type), name, where);
			if (found)
				return found;
		}
	}
	return NULL;
}

static void report(bool ok, const char *type, const char *member, const char *why)
{
	if (ok)
		passed++;
	else
		failed++;
	if (!ok)
		printf("not ok %s.%s: %s\n", type, member, why);
}

static void check_member(const struct btf *local, const char *type_name,
			 const struct btf_member *mine, const struct btf *target,
			 const struct btf_member *theirs)
{
	const struct btf_type *a = resolve(local, mine->type), *b = resolve(target, theirs->type);
	const char *member = btf__name_by_offset(local, mine->name_off);
	char why[160];

	if (strcmp(kind_word(a), kind_word(b))) {
		snprintf(why, sizeof(why), "is a %s there, a %s here", kind_word(b), kind_word(a));
		report(false, type_name, member, why);
		return;
	}
	if (!strcmp(kind_word(a), "number") &&
	    btf__resolve_size(local, mine->type) != btf__resolve_size(target, theirs->type)) {
		snprintf(why, sizeof(why), "has %lld bytes there, %lld here",
			 (long long)btf__resolve_size(target, theirs->type),
			 (long long)btf__resolve_size(local, mine->type));
		report(false, type_name, member, why);
		return;
	}
	if (btf_is_array(a) && btf_array(a)->nelems > btf_array(b)->nelems) {
		snprintf(why, sizeof(why), "has %u elements there, %u here", btf_array(b)->nelems,
			 btf_array(a)->nelems);
		report(false, type_name, member, why);
		return;
	}
	report(true, type_name, member, "");
}

static void check_struct(const struct btf *local, const struct btf_type *type)
{
	const char *name = btf__name_by_offset(local, type->name_off);
	const struct btf *target = NULL, *where = NULL;
	const struct btf_member *mine = btf_members(type), *theirs;
	int i, t, id = -ENOENT;

	for (t = 0; t < nr_targets && id < 0; t++) {
		target = targets[t];
		id = btf__find_by_name_kind(target, name, BTF_KIND_STRUCT);
	}
	if (id < 0) {
		report(false, name, "*", "no such structure in any BTF given");
		return;
	}
	for (i = 0; i < btf_vlen(type); i++, mine++) {
		const char *member = btf__name_by_offset(local, mine->name_off);

		theirs = find_member(target, btf__type_by_id(target, id), member, &where);
		if (!theirs)
			report(false, name, member, "no such member");
		else
			check_member(local, name, mine, where, theirs);
	}
}

static struct btf *open_target(const char *path, struct btf *base)
{
	struct btf *btf = base ? btf__parse_split(path, base) : btf__parse(path, NULL);

	if (!btf || libbpf_get_error(btf)) {
		fprintf(stderr, "check-types: no BTF in %s: %s\n", path, strerror(errno));
		exit(2);
	}
	return btf;
}

int main(int argc, char **argv)
{
	struct btf *local;
	__u32 id;
	int i;

	if (argc < 3 || argc > 2 + (int)(sizeof(targets) / sizeof(targets[0]))) {
		fprintf(stderr, "usage: check-types BPF-OBJECT VMLINUX [MODULE...]\n");
		return 2;
	}
	local = open_target(argv[1], NULL);
	for (i = 2; i < argc; i++)
		targets[nr_targets++] = open_target(argv[i], i > 2 ? targets[0] : NULL);

	for (id = 1; id < btf__type_cnt(local); id++) {
		const struct btf_type *type = btf__type_by_id(local, id);
		const char *name = btf__name_by_offset(local, type->name_off);

		/* Maps and the like are anonymous. */
		if (btf_is_struct(type) && *name && !is_own(name))
			check_struct(local, type);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed || !passed;
}
