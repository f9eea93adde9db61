// SPDX-License-Identifier: GPL-2.0-only
#include "capture/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int traces_init(struct capture_traces *traces)
{
	memset(traces, 0, sizeof(*traces));
	traces->functions = function_table_new();
	traces->traces = calloc(CAPTURE_TRACES_MAX, sizeof(*traces->traces));
	traces->names = names_new();
	if (traces->functions && traces->traces && traces->names)
		return 0;
	traces_free(traces);
	return -ENOMEM;
}

void traces_free(struct capture_traces *traces)
{
	size_t i;

	for (i = 0; i < traces->nr_traces; i++) {
		free(traces->traces[i]->functions);
		free(traces->traces[i]);
	}
	free(traces->traces);
	names_drop(traces->names);
	function_table_free(traces->functions);
	memset(traces, 0, sizeof(*traces));
}

const struct function *traces_function(struct capture_traces *traces, const struct function *like)
{
	size_t nr = function_count(traces->functions);
	const struct function *fn = function_known(traces->functions, like);

	if (fn)
		return fn;
	if (nr >= CAPTURE_FUNCTIONS_MAX) {
		errno = E2BIG;
		return NULL;
	}
	fn = function_enter(traces->functions, like);
	if (!fn)
		errno = ENOMEM;
	return fn;
}

const char *traces_name(struct capture_traces *traces, const char *name)
{
	return names_get(traces->names, name);
}

static struct trace *trace_find(struct capture_traces *traces, uint64_t id)
{
	struct trace *trace;
	size_t i;

	for (i = 0; i < traces->nr_traces; i++)
		if (traces->traces[i]->account.trace == id)
			return traces->traces[i];
	if (i == CAPTURE_TRACES_MAX) {
		errno = E2BIG;
		return NULL;
	}
	trace = calloc(1, sizeof(*trace));
	if (!trace)
		return NULL;
	trace->account.trace = id;
	traces->traces[traces->nr_traces++] = trace;
	trace->number = (uint32_t)traces->nr_traces;
	return trace;
}

/* Make a note printable ASCII: it is shown to people, and comes from a file. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static int take_function(struct capture_traces *traces, struct trace_function *to,
			 struct account_function *from)
{
	to->fn = traces_function(traces, &from->fn);
	if (!to->fn)
		return -errno;
	to->sum = from->sum;
	to->sum.fn = to->fn;
	if (!from->note[0])
		return 0;
	make_printable(from->note);
	to->sum.fmb_note = traces_name(traces, from->note);
	return to->sum.fmb_note ? 0 : -ENOMEM;
}

/* Room for so many entries more.  0, -ENOMEM, or -E2BIG. */
static int entries_grow(struct capture_traces *traces, struct trace *trace, size_t nr)
{
	size_t need = trace->nr_functions + nr, room = trace->room;
	struct trace_function *functions;

	if (need > CAPTURE_FUNCTIONS_MAX)
		return -E2BIG;
	while (room < need)
		room = room ? 2 * room : 2;
	if (room == trace->room)
		return 0;
	if (traces->nr_entries + room - trace->room > CAPTURE_ENTRIES_MAX)
		return -E2BIG;
	functions = reallocarray(trace->functions, room, sizeof(*functions));
	if (!functions)
		return -ENOMEM;
	traces->nr_entries += room - trace->room;
	trace->functions = functions;
	trace->room = room;
	return 0;
}

/* Parts come in order; what does not follow the one before is left out. */
static int take_functions(struct capture_traces *traces, struct trace *trace,
			  const struct account_part *part)
{
	struct account_function function;
	size_t i, nr;
	int err;

	if (part->first != trace->nr_functions || !part->nr)
		return 0;
	err = entries_grow(traces, trace, part->nr);
	if (err)
		return err;
	for (i = 0; i < part->nr; i++) {
		account_get_function(part, i, &function);
		nr = trace->nr_functions;
		err = take_function(traces, &trace->functions[nr], &function);
		if (err)
			return err;
		trace->nr_functions++;
	}
	return 0;
}

struct trace *traces_account(struct capture_traces *traces, const struct account_part *part)
{
	struct trace *trace = trace_find(traces, part->account.trace);
	int err;

	/* Files may be read in any order: the latest account holds. */
	if (!trace || (trace->known && part->account.serial < trace->account.serial))
		return trace;
	if (!trace->known || part->account.serial > trace->account.serial)
		trace->nr_functions = 0;
	err = take_functions(traces, trace, part);
	if (err) {
		errno = -err;
		return NULL;
	}
	trace->account = part->account;
	trace->known = true;
	return trace;
}

static int add_function(struct summary *summary, const struct trace_function *function)
{
	const struct summary_function *from = &function->sum;
	struct summary_function *to = summary_function(summary, function->fn);

	if (!to)
		return -ENOMEM;
	unattr_add(&to->outside, &from->outside);
	unattr_add(&to->filtered, &from->filtered);
	unattr_add(&to->lost, &from->lost);
	measure_add(&to->measure, &from->measure);
	if (!from->has_fmb) {
		to->fmb_note = to->has_fmb ? NULL : from->fmb_note;
		return 0;
	}
	to->has_fmb = true;
	to->fmb_note = NULL;
	to->fmb_loads += from->fmb_loads;
	to->fmb_stores += from->fmb_stores;
	to->fmb_blocks += from->fmb_blocks;
	if (from->fmb_age_ns > to->fmb_age_ns)
		to->fmb_age_ns = from->fmb_age_ns;
	return 0;
}

int traces_sum(const struct capture_traces *traces, struct summary *summary)
{
	size_t i, f;

	for (i = 0; i < traces->nr_traces; i++) {
		const struct trace *trace = traces->traces[i];
		const struct account *account = &trace->account;

		losses_add(&summary->lost, &account->lost);
		summary->filtered += account->filtered;
		summary->unopened += account->unopened;
		for (f = 0; f < trace->nr_functions; f++)
			if (add_function(summary, &trace->functions[f]))
				return -ENOMEM;
	}
	return 0;
}
