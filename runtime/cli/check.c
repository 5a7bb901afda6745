/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/check.h"
#include "runtime/cli/output.h"
#include "runtime/cli/source.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/wall.h"

#include <unistd.h>

enum { CHECK_REFUSED = 1 };

struct check_options {
	const char *bundle, *isolation;
	bool json;
};

static void check_host(const struct cli_call *call, const struct source_loaded *loaded, struct report *report)
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

	if (wall_choose(&wish, &wall, &e) < 0)
		report_refuse_err(report, "", &e);
	else
		request.isolation = wall.name;
	service_check_host(&request, report);
}

static int check_print(const struct report *report, bool json, struct err *e)
{
	own_text out = {0};

	if (json) {
		report_json(report, true, &out);
		text_add(&out, "\n");
	} else {
		report_text(report, &out);
	}
	return cli_print(&out, e);
}

static int cli_check(const struct cli_call *call, struct err *e)
{
	const struct check_options *o = call->options;
	const struct cli_source source = {.bundle = o->bundle, .file = call->n ? call->arguments[0] : NULL};
	own_loaded loaded = {0};
	own_report report = {0};
	int r = cli_source_load(&source, &loaded, &report, e);

	if (r < 0 && !report.errors_n)
		return r;
	if (r == 0)
		check_host(call, &loaded, &report);
	r = check_print(&report, o->json, e);
	return r < 0 ? r : report.errors_n ? CHECK_REFUSED : 0;
}

static const struct cli_option check_options[] = {
	{"bundle", 'b', CLI_TEXT, offsetof(struct check_options, bundle), "DIR", "the bundle, with config.json in it"},
	{"isolation", 0, CLI_TEXT, offsetof(struct check_options, isolation), "WALL", "namespace, microvm or auto"},
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
