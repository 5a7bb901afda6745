/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "runtime/cli/foreground.h"
#include "runtime/cli/notify.h"
#include "runtime/cli/standby.h"
#include "runtime/cli/verbs.h"

static int run_traced(const struct cli_call *call, const struct trace *trace, struct err *e)
{
	const struct cli_make_options *o = call->options;
	int64_t start_us = clock_now_us();
	__attribute__((cleanup(service_made_close))) struct service_made made = {
		.service = SERVICE_NONE, .console = -1};
	own_making making = {0};
	own_fd signals = -1;
	int r = cli_making_prepare(call, &making, e);

	r = r ? r : standby_check(call, &making.loaded.spec, e);
	r = r ? r : cli_notify_pass(&making.loaded.spec, making.request.isolation, e);
	r = r ? r : foreground_take_size(&making.loaded.spec, e);
	if (r < 0)
		return r;
	signals = foreground_begin(e);
	if (signals < 0)
		return signals;
	making.request.interrupt_fd = signals;
	making.request.trace = trace;
	trace_lap(trace, "read", &start_us);
	r = cli_making_make(&making, &made, e);
	trace_span(trace, "make", start_us);
	if (r < 0)
		return r;
	service_hooks_after(&made.service, &making.loaded.spec, SPEC_HOOK_POSTSTART);
	return o->detach ? 0 : standby(&made, o, trace, e);
}

static int cli_run_verb(const struct cli_call *call, struct err *e)
{
	const struct cli_make_options *o = call->options;
	own_trace trace = TRACE_NONE;
	const int64_t start_us = clock_now_us();
	int r = o->trace ? trace_create(o->trace, &trace, e) : 0;

	r = r ? r : run_traced(call, &trace, e);
	if (r < 0 || !o->detach) /* else a machine may write on */
		trace_end(&trace, "run", start_us);
	return r;
}

static const struct cli_option run_options[] = {
	CLI_MAKE_OPTIONS,
	CLI_MAKE_OPTION("detach", 'd', CLI_FLAG, detach, NULL, "do not wait for its end"),
	CLI_MAKE_OPTION("keep", 0, CLI_FLAG, keep, NULL, "keep the service's state when it has ended"),
	CLI_MAKE_OPTION("trace", 0, CLI_TEXT, trace, "FILE", "write to FILE where the time goes"),
};

const struct cli_verb cli_verb_run = {
	.name = "run",
	.synopsis = "[options] SPEC.json | ID [-- COMMAND…]",
	.summary = "Run a service, and end with its exit status",
	.options = run_options,
	.options_n = sizeof run_options / sizeof *run_options,
	.options_size = sizeof(struct cli_make_options),
	.launches = true,
	.arguments_min = 1,
	.arguments_max = 1,
	.failure = 125,
	.run = cli_run_verb,
};
