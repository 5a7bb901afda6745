/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/probe.h"

#include "base/text.h"
#include "runtime/cli/output.h"
#include "runtime/cli/verbs.h"

#include <string.h>

struct probe_options {
	bool json;
};

static void probe_text(const struct probe_report *report, struct text *out)
{
	const char *wall = "";

	for (size_t i = 0; i < report->n; i++) {
		const struct probe_finding *f = &report->findings[i];

		if (strcmp(f->wall, wall) != 0)
			text_format(out, "%s%s: %s\n", *wall ? "\n" : "", f->wall,
				probe_missing(report, f->wall) ? "cannot be used here" : "can be used here");
		wall = f->wall;
		text_format(out, "  %-16s %-8s %s\n", f->what, probe_verdict_name(f->verdict), f->text);
	}
}

static int cli_probe(const struct cli_call *call, struct err *e)
{
	const struct probe_options *o = call->options;
	own_text out = {0};
	struct json_writer w = {.out = &out, .indented = true};
	struct probe_report report;

	probe_host(&report);
	if (o->json) {
		probe_write_json(&report, &w);
		text_add(&out, "\n");
	} else {
		probe_text(&report, &out);
	}
	return cli_print(&out, e);
}

static const struct cli_option probe_options[] = {
	{"json", 0, CLI_FLAG, offsetof(struct probe_options, json), NULL, "as JSON"},
};

const struct cli_verb cli_verb_probe = {
	.name = "probe",
	.synopsis = "[options]",
	.summary = "Tell what this host can do for each wall, and what is missing",
	.options = probe_options,
	.options_n = sizeof probe_options / sizeof *probe_options,
	.options_size = sizeof(struct probe_options),
	.arguments_min = 0,
	.arguments_max = 0,
	.failure = 1,
	.run = cli_probe,
};
