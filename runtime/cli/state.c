/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/open.h"
#include "runtime/cli/output.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/state_json.h"

static int cli_state(const struct cli_call *call, struct err *e)
{
	own_service s = SERVICE_NONE;
	own_text out = {0};
	struct json_writer w = {.out = &out, .indented = true};
	int r = cli_open(call, false, &s, e);

	if (r < 0)
		return r;
	service_state_json(&w, &s);
	text_add(&out, "\n");
	return cli_print(&out, e);
}

const struct cli_verb cli_verb_state = {
	.name = "state",
	.synopsis = "ID",
	.summary = "Print a service's state as JSON",
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_state,
};
