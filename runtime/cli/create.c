/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "runtime/cli/foreground.h"
#include "runtime/cli/make.h"
#include "runtime/cli/notify.h"
#include "runtime/cli/verbs.h"

static int cli_create(const struct cli_call *call, struct err *e)
{
	__attribute__((cleanup(service_made_close))) struct service_made made = {
		.service = SERVICE_NONE, .console = -1};
	own_making making = {0};
	own_fd signals = -1;
	int r = cli_making_prepare(call, &making, e);

	r = r ? r : cli_making_check_terminal(call, &making.loaded.spec, false, e);
	r = r ? r : cli_notify_pass(&making.loaded.spec, making.request.isolation, e);
	if (r < 0)
		return r;
	signals = foreground_begin(e); /* Ctrl-C undoes what was done, and does not leave it */
	if (signals < 0)
		return signals;
	making.request.interrupt_fd = signals;
	making.request.wait_start = true;
	return cli_making_make(&making, &made, e);
}

static const struct cli_option create_options[] = {CLI_MAKE_OPTIONS};

const struct cli_verb cli_verb_create = {
	.name = "create",
	.synopsis = "[options] ID | SPEC.json [-- COMMAND…]",
	.summary = "Make a service that waits for its start",
	.options = create_options,
	.options_n = sizeof create_options / sizeof *create_options,
	.options_size = sizeof(struct cli_make_options),
	.launches = true,
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 1,
	.run = cli_create,
};
