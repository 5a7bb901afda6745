/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/open.h"
#include "runtime/cli/verbs.h"

#include <errno.h>

struct delete_options {
	bool force, regex;
};

/* By force: also what another cloche is still making, whose lock we would wait for. */
static int delete_open(const struct cli_call *call, bool force, struct service *ret, struct err *e)
{
	own_service seen = SERVICE_NONE;
	int r = force ? cli_open(call, false, &seen, e) : 0;

	r = r || !force ? r : service_end_making(&seen, e);
	return r ? r : cli_open(call, true, ret, e);
}

static int delete_one(const struct cli_call *call, struct err *e)
{
	const struct delete_options *o = call->options;
	own_service s = SERVICE_NONE;
	int r = delete_open(call, o->force, &s, e);

	if (r == -ENOENT && o->force)
		return 0; /* engines call it again for what is gone already */
	return r ? r : service_delete(&s, o->force, e);
}

static int cli_delete(const struct cli_call *call, struct err *e)
{
	const struct delete_options *o = call->options;

	return o->regex ? cli_each_match(call, delete_one, e) : delete_one(call, e);
}

static const struct cli_option delete_options[] = {
	{"force", 'f', CLI_FLAG, offsetof(struct delete_options, force), NULL, "kill it first if it runs"},
	{"regex", 'r', CLI_FLAG, offsetof(struct delete_options, regex), NULL, "every service whose id ID matches"},
};

const struct cli_verb cli_verb_delete = {
	.name = "delete",
	.synopsis = "[--force] [--regex] ID",
	.summary = "Remove a service that has ended",
	.options = delete_options,
	.options_n = sizeof delete_options / sizeof *delete_options,
	.options_size = sizeof(struct delete_options),
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_delete,
};
