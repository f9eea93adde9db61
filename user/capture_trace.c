// SPDX-License-Identifier: GPL-2.0-only
#include "capture_trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int traces_init(struct capture_traces *traces)
{
	memset(traces, 0, sizeof(*traces));
	traces->functions = function_table_new();
	traces->traces = calloc(CAPTURE_TRACES_MAX, sizeof(*traces->traces));
	traces->names = calloc(CAPTURE_NAMES_MAX + 1, sizeof(*traces->names));
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
	for (i = 0; i < traces->nr_names; i++)
		free(traces->names[i]);
	free(traces->traces);
	free(traces->names);
	function_table_free(traces->functions);
	memset(traces, 0, sizeof(*traces));
}

const struct function *traces_function(struct capture_traces *traces,
				       const struct function *like)
{
	const struct function *fn;

	if (function_count(traces->functions) >= CAPTURE_FUNCTIONS_MAX) {
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
	size_t i;

	/* There are a few drivers, and whoever calls remembers the last one. */
	for (i = 0; i < traces->nr_names; i++)
		if (!strcmp(traces->names[i], name))
			return traces->names[i];
	if (i > CAPTURE_NAMES_MAX)
		return traces->names[CAPTURE_NAMES_MAX];
	traces->names[i] = strdup(i == CAPTURE_NAMES_MAX ? "(others)" : name);
	if (traces->names[i])
		traces->nr_names++;
	return traces->names[i];
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

/* It is for people, and comes from anywhere. */
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

/* Parts come in order; what does not follow the one before is left out. */
static int take_functions(struct capture_traces *traces, struct trace *trace,
			  const struct account_part *part)
{
	struct account_function function;
	struct trace_function *functions;
	size_t i, nr;
	int err;

	if (part->first != trace->nr_functions || !part->nr)
		return 0;
	if (part->first + part->nr > CAPTURE_FUNCTIONS_MAX)
		return -E2BIG;
	functions = reallocarray(trace->functions, part->first + part->nr, sizeof(*functions));
	if (!functions)
		return -ENOMEM;
	trace->functions = functions;
	for (i = 0; i < part->nr; i++) {
		account_get_function(part, i, &function);
		nr = trace->nr_functions;
		err = take_function(traces, &functions[nr], &function);
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
	apart_add(&to->outside, &from->outside);
	apart_add(&to->filtered, &from->filtered);
	apart_add(&to->lost, &from->lost);
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
