/* SPDX-License-Identifier: Apache-2.0 */
/* pause and resume: the same, in two directions. */
#include "runtime/cli/open.h"
#include "runtime/cli/verbs.h"
#include "runtime/service/running.h"

static int pause_set(const struct cli_call *call, bool on, struct err *e)
{
	own_service s = SERVICE_NONE;
	int r = cli_open(call, true, &s, e);

	return r ? r : service_pause(&s, on, e);
}

static int cli_pause(const struct cli_call *call, struct err *e)
{
	return pause_set(call, true, e);
}

static int cli_resume(const struct cli_call *call, struct err *e)
{
	return pause_set(call, false, e);
}

const struct cli_verb cli_verb_pause = {
	.name = "pause",
	.synopsis = "ID",
	.summary = "Hold all processes of a service still",
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_pause,
};

const struct cli_verb cli_verb_resume = {
	.name = "resume",
	.synopsis = "ID",
	.summary = "Let a paused service go on",
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_resume,
};
