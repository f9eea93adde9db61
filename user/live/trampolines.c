// SPDX-License-Identifier: GPL-2.0-only
#include "live/trampolines.h"

#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "live/kernel_btf.h"

/* What to try it with: it is in every kernel that can be traced, and seldom called. */
#define FUNCTION "zpci_mod_fc"

static bool attaches(int id)
{
	/* return 0; */
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = (__u32)id);
	int prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, "ismtrace_try", "GPL", program,
				 sizeof(program) / sizeof(program[0]), &opts);
	int link = prog < 0 ? prog : bpf_link_create(prog, 0, BPF_TRACE_FENTRY, NULL);

	if (link >= 0)
		close(link);
	if (prog >= 0)
		close(prog);
	return link >= 0;
}

static bool try(void)
{
	struct kernel_btf *btf = kernel_btf_open();
	bool work = false;
	int id;

	if (!btf)
		return false;
	id = kernel_btf_function(btf, NULL, FUNCTION);
	if (id > 0)
		work = attaches(id);
	kernel_btf_free(btf);
	return work;
}

bool trampolines_work(void)
{
	static enum { UNTRIED, NO, YES } known;

	if (known == UNTRIED)
		known = try() ? YES : NO;
	return known == YES;
}
