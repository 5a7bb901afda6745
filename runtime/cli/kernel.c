/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/kernel.h"

#include "base/text.h"
#include "config/json_write.h"
#include "runtime/cli/output.h"
#include "runtime/cli/verbs.h"

struct kernel_options {
	bool json;
};

/* The kernel of a service whose spec names none; NULL: there is none, and *ret_why says what to do. */
static const struct kernel *kernel_chosen(const struct kernel_list *list, struct err *ret_why)
{
	const struct kernel *chosen = NULL;

	return kernel_choose(list, &chosen, ret_why) < 0 ? NULL : chosen;
}

static void kernel_text(const struct kernel_list *list, struct text *out)
{
	struct err why = ERR_NONE;
	const struct kernel *chosen = kernel_chosen(list, &why);

	for (size_t i = 0; i < list->n; i++) {
		const struct kernel *k = &list->items[i];

		text_format(out, "%s %-12s %s", k == chosen ? "*" : " ", kernel_source_name(k->source), k->path);
		if (k->unusable)
			text_format(out, ": %s", k->unusable);
		else if (k->modules)
			text_format(out, ", with modules from %s", k->modules);
		text_add(out, "\n");
	}
	if (chosen)
		text_add(out, "* is chosen: the first that can be used\n");
	else
		text_format(out, "%s\n", why.text);
}

static void kernel_json(const struct kernel_list *list, struct json_writer *w)
{
	struct err why = ERR_NONE;
	const struct kernel *chosen = kernel_chosen(list, &why);

	json_write_begin_array(w);
	for (size_t i = 0; i < list->n; i++) {
		const struct kernel *k = &list->items[i];

		json_write_begin_object(w);
		json_write_member_string(w, "source", kernel_source_name(k->source));
		json_write_member_string(w, "path", k->path);
		if (k->modules)
			json_write_member_string(w, "modules", k->modules);
		if (k->unusable)
			json_write_member_string(w, "unusable", k->unusable);
		json_write_member_bool(w, "chosen", k == chosen);
		json_write_end_object(w);
	}
	json_write_end_array(w);
}

static int cli_kernel(const struct cli_call *call, struct err *e)
{
	const struct kernel_options *o = call->options;
	own_kernel_list list = {0};
	own_text out = {0};
	struct json_writer w = {.out = &out, .indented = true};
	int r = kernel_list(NULL, &list, e);

	if (r < 0)
		return r;
	if (o->json) {
		kernel_json(&list, &w);
		text_add(&out, "\n");
	} else {
		kernel_text(&list, &out);
	}
	return cli_print(&out, e);
}

static const struct cli_option kernel_options[] = {
	{"json", 0, CLI_FLAG, offsetof(struct kernel_options, json), NULL, "as JSON"},
};

const struct cli_verb cli_verb_kernel = {
	.name = "kernel",
	.synopsis = "[options]",
	.summary = "List the kernels that a guest could get, and which one it gets",
	.options = kernel_options,
	.options_n = sizeof kernel_options / sizeof *kernel_options,
	.options_size = sizeof(struct kernel_options),
	.arguments_min = 0,
	.arguments_max = 0,
	.failure = 1,
	.run = cli_kernel,
};
