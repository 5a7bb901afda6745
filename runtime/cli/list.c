/* SPDX-License-Identifier: Apache-2.0 */
#include "config/json_write.h"
#include "runtime/cli/make.h"
#include "runtime/cli/output.h"
#include "runtime/cli/values.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/state_json.h"

#include <inttypes.h>

struct list_options {
	const char *format;
	bool quiet;
};

static void list_row_text(struct text *out, const struct service *s, bool quiet)
{
	enum service_status status = service_status(s);

	if (quiet)
		text_format(out, "%s\n", s->state.id);
	else
		text_format(out, "%-24s %-8" PRId64 " %-9s %-10s %-31s %-8s %s\n", s->state.id,
			status == SERVICE_STOPPED ? 0 : s->state.pid, service_status_name(status), s->state.isolation,
			s->state.created, service_owner(s).text, s->state.bundle);
}

struct list_out {
	const struct list_options *options;
	struct json_writer w;
	bool json;
};

static void list_one(void *context, const struct service *s)
{
	struct list_out *out = context;

	if (out->json)
		service_state_json(&out->w, s);
	else
		list_row_text(out->w.out, s, out->options->quiet);
}

static int cli_list(const struct cli_call *call, struct err *e)
{
	const struct list_options *o = call->options;
	own_arena arena = {0};
	own_text text = {0};
	struct list_out out = {.options = o, .w = {.out = &text}};
	const char *root;
	int r = cli_value_is_json(o->format, &out.json, e);

	r = r ? r : cli_root(call->global, &arena, &root, e);
	if (r < 0)
		return r;
	if (out.json)
		json_write_begin_array(&out.w);
	else if (!o->quiet)
		text_format(&text, "%-24s %-8s %-9s %-10s %-31s %-8s %s\n", "ID", "PID", "STATUS", "ISOLATION",
			"CREATED", "OWNER", "BUNDLE");
	r = service_each(root, list_one, &out, e);
	if (r < 0)
		return r;
	if (out.json) {
		json_write_end_array(&out.w);
		text_add(&text, "\n");
	}
	return cli_print(&text, e);
}

static const struct cli_option list_options[] = {
	{"format", 'f', CLI_TEXT, offsetof(struct list_options, format), "FORMAT", "table or json"},
	{"quiet", 'q', CLI_FLAG, offsetof(struct list_options, quiet), NULL, "ids only"},
};

const struct cli_verb cli_verb_list = {
	.name = "list",
	.synopsis = "[options]",
	.summary = "List the services",
	.options = list_options,
	.options_n = sizeof list_options / sizeof *list_options,
	.options_size = sizeof(struct list_options),
	.arguments_min = 0,
	.arguments_max = 0,
	.failure = 1,
	.run = cli_list,
};
