/* SPDX-License-Identifier: Apache-2.0 */
#include "config/json_write.h"
#include "runtime/cli/open.h"
#include "runtime/cli/output.h"
#include "runtime/cli/ps_row.h"
#include "runtime/cli/values.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/running.h"

#include <stdlib.h>

struct ps_options {
	const char *format;
};

static int ps_compare(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;

	return (left > right) - (left < right);
}

static void ps_json(const struct pid_list *pids, struct text *out)
{
	struct json_writer w = {.out = out};

	json_write_begin_array(&w);
	for (size_t i = 0; i < pids->n; i++)
		json_write_int(&w, pids->items[i]);
	json_write_end_array(&w);
	text_add(out, "\n");
}

static int ps_table(const struct pid_list *pids, struct text *out, struct err *e)
{
	struct ps_clock clock;
	int r = ps_clock_read(&clock, e);

	ps_row_head(out);
	for (size_t i = 0; i < pids->n && r == 0; i++)
		ps_row_add(pids->items[i], &clock, out);
	return r;
}

static int cli_ps(const struct cli_call *call, struct err *e)
{
	const struct ps_options *o = call->options;
	own_service s = SERVICE_NONE;
	own_pid_list pids = {0};
	own_text out = {0};
	bool json;
	int r = cli_value_is_json(o->format, &json, e);

	r = r ? r : cli_open(call, false, &s, e);
	r = r ? r : service_processes(&s, &pids, e);
	if (r < 0)
		return r;
	if (pids.n)
		qsort(pids.items, pids.n, sizeof *pids.items, ps_compare);
	if (json)
		ps_json(&pids, &out);
	else
		r = ps_table(&pids, &out, e);
	return r ? r : cli_print(&out, e);
}

static const struct cli_option ps_options[] = {
	{"format", 'f', CLI_TEXT, offsetof(struct ps_options, format), "FORMAT", "table or json"},
};

const struct cli_verb cli_verb_ps = {
	.name = "ps",
	.synopsis = "[options] ID",
	.summary = "List the processes of a service, with their numbers on the host",
	.options = ps_options,
	.options_n = sizeof ps_options / sizeof *ps_options,
	.options_size = sizeof(struct ps_options),
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_ps,
};
