/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/features.h"

#include "runtime/cli/output.h"
#include "runtime/cli/verbs.h"

static int cli_features(const struct cli_call *call, struct err *e)
{
	own_text out = {0};
	struct json_writer w = {.out = &out, .indented = true};
	int r = service_features_write(&w, CLOCHE_COMMIT, e);

	(void)call;
	text_add(&out, "\n");
	return r ? r : cli_print(&out, e);
}

const struct cli_verb cli_verb_features = {
	.name = "features",
	.synopsis = "",
	.summary = "Print what this cloche understands and this kernel has, as JSON",
	.arguments_min = 0,
	.arguments_max = 0,
	.failure = 1,
	.run = cli_features,
};
