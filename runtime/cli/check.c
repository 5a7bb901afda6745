/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/check.h"
#include "config/keys.h"
#include "config/present.h"
#include "runtime/cli/output.h"
#include "runtime/cli/source.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/microvm_fidelity.h"
#include "runtime/service/wall.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHECK_REFUSED = 1 };

struct check_options {
	const char *bundle, *isolation;
	bool json, fields;
};

/* A line for each property that is set, with what the wall does about it; those that are treated alike have one. */
static void check_fields(const struct spec *spec, const char *wall, struct text *out)
{
	const struct fidelity_row *before = NULL;
	own_text list = {0};

	keys_list(&keys_spec, &list);
	for (char *at = list.data, *path; at && (path = strsep(&at, "\n"));) {
		const struct fidelity_row *row =
			strcmp(wall, "microvm") == 0 ? microvm_fidelity_find(path) : fidelity_find(path);
		own_text pointer = {0};

		if (!row || row == before || !table_has(&keys_spec, spec, path, &pointer))
			continue;
		text_format(out, "%-44s %-10s %s\n", row->path, fidelity_name(row->how), row->by);
		before = row;
	}
}

static void check_host(
	const struct cli_call *call, const struct source_loaded *loaded, struct report *report, struct text *fields)
{
	const struct check_options *o = call->options;
	const struct wall_wish wish = {.option = o->isolation, .program = call->global->program, .spec = &loaded->spec};
	struct service_request request = {
		.root = "/", /* where nothing is made */
		.id = "check",
		.bundle = loaded->bundle,
		.spec = &loaded->spec,
		.privileged = geteuid() == 0,
		.systemd_cgroup = call->global->systemd_cgroup,
		.interrupt_fd = -1,
	};
	struct wall_choice wall;
	struct err e = ERR_NONE;

	if (wall_choose(&wish, &wall, &e) < 0) {
		report_refuse_err(report, "", &e);
	} else {
		request.isolation = wall.name;
		if (o->fields)
			check_fields(&loaded->spec, wall.name, fields);
	}
	service_check_host(&request, report);
}

static int check_print(const struct report *report, bool json, struct text *out, struct err *e)
{
	if (json) {
		report_json(report, true, out);
		text_add(out, "\n");
	} else {
		report_text(report, out);
	}
	return cli_print(out, e);
}

static int cli_check(const struct cli_call *call, struct err *e)
{
	const struct check_options *o = call->options;
	const struct cli_source source = {.bundle = o->bundle, .file = call->n ? call->arguments[0] : NULL};
	own_loaded loaded = {0};
	own_report report = {0};
	own_text out = {0};
	int r = 0;

	if (o->json && o->fields)
		return err_set(e, EINVAL, "usage", "check: found --json and --fields, want one of them");
	r = cli_source_load(&source, &loaded, &report, e);
	if (r < 0 && !report.errors_n)
		return r;
	if (r == 0)
		check_host(call, &loaded, &report, &out);
	r = check_print(&report, o->json, &out, e);
	return r < 0 ? r : report.errors_n ? CHECK_REFUSED : 0;
}

static const struct cli_option check_options[] = {
	{"bundle", 'b', CLI_TEXT, offsetof(struct check_options, bundle), "DIR", "the bundle, with config.json in it"},
	{"isolation", 0, CLI_TEXT, offsetof(struct check_options, isolation), "WALL", "namespace, microvm or auto"},
	{"fields", 0, CLI_FLAG, offsetof(struct check_options, fields), NULL, "also what becomes of each property"},
	{"json", 0, CLI_FLAG, offsetof(struct check_options, json), NULL, "as JSON"},
};

const struct cli_verb cli_verb_check = {
	.name = "check",
	.synopsis = "[options] [SPEC.json]",
	.summary = "Tell whether a service would start here, and all that is wrong with its spec",
	.options = check_options,
	.options_n = sizeof check_options / sizeof *check_options,
	.options_size = sizeof(struct check_options),
	.arguments_min = 0,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_check,
};
