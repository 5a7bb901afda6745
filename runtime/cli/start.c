/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/open.h"
#include "runtime/cli/verbs.h"

static int cli_start(const struct cli_call *call, struct err *e)
{
	own_service s = SERVICE_NONE;
	int r = cli_open(call, true, &s, e);

	return r ? r : service_start(&s, e);
}

const struct cli_verb cli_verb_start = {
	.name = "start",
	.synopsis = "ID",
	.summary = "Let a created service run its program",
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_start,
};
