/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/open.h"
#include "runtime/cli/values.h"
#include "runtime/cli/verbs.h"

#include <signal.h>

struct kill_options {
	bool all, regex;
};

static int kill_one(const struct cli_call *call, struct err *e)
{
	const struct kill_options *o = call->options;
	own_service s = SERVICE_NONE;
	int signo = SIGTERM;
	int r = call->n > 1 ? cli_value_signal(call->arguments[1], &signo, e) : 0;

	r = r ? r : cli_open(call, false, &s, e);
	return r ? r : service_kill(&s, signo, o->all, e);
}

static int cli_kill(const struct cli_call *call, struct err *e)
{
	const struct kill_options *o = call->options;

	return o->regex ? cli_each_match(call, kill_one, e) : kill_one(call, e);
}

static const struct cli_option kill_options[] = {
	{"all", 'a', CLI_FLAG, offsetof(struct kill_options, all), NULL, "to every process of the service"},
	{"regex", 'r', CLI_FLAG, offsetof(struct kill_options, regex), NULL, "to every service whose id ID matches"},
};

const struct cli_verb cli_verb_kill = {
	.name = "kill",
	.synopsis = "[--all] [--regex] ID [SIGNAL]",
	.summary = "Send a signal (default: TERM) to a service",
	.options = kill_options,
	.options_n = sizeof kill_options / sizeof *kill_options,
	.options_size = sizeof(struct kill_options),
	.arguments_min = 1,
	.arguments_max = 2,
	.failure = 1,
	.run = cli_kill,
};
