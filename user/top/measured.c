// SPDX-License-Identifier: GPL-2.0-only
#include "top/measured.h"

#include <errno.h>
#include <string.h>

#include "output/summary_json.h"
#include "output/summary_text.h"
#include "util/message.h"
#include "util/outbuf.h"
#include "util/rlimits.h"

static int write_json(const struct summary *measured, struct outbuf *out)
{
	const struct summary_function *f;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < measured->nr_functions; i++) {
		f = &measured->functions[i];
		if (!f->measure.begun && !f->measure.refused)
			continue;
		err = json_write(json_pack("{s:s, s:o, s:o, s:o}", "type", "measure", "function",
					   json_text(f->fn->address), "fid",
					   json_number(f->fn->k.fid), "measure",
					   measure_json(&f->measure)),
				 out);
	}
	return err;
}

int top_measured(struct gather *gather, bool json)
{
	struct outbuf out;
	int err = gather->ops->end ? gather->ops->end(gather) : 0;

	out_init(&out, stdout);
	if (!err) {
		summary_finish(gather->measured);
		if (json)
			err = write_json(gather->measured, &out);
		else
			summary_measured_text(gather->measured, &out, false);
	}
	if (!err)
		err = out_flush(&out);
	if (!err || err == -EPIPE)
		return EXIT_DONE;
	if (err == -ENOMEM)
		rlimits_no_memory();
	else
		error("cannot write the output");
	return EXIT_OUTPUT;
}
