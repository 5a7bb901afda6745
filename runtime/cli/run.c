/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "runtime/cli/foreground.h"
#include "runtime/cli/make.h"
#include "runtime/cli/verbs.h"

#include <errno.h>

static int run_check(const struct cli_call *call, const struct spec *spec, struct err *e)
{
	const struct cli_make_options *o = call->options;

	if (!spec->process->terminal.value && o->console_socket)
		return err_set(e, EINVAL, "no-terminal",
			"--console-socket is for a service with a terminal, and /process/terminal is false");
	return cli_making_check_terminal(call, spec, !o->detach, e);
}

/* Another cloche may have deleted it already. */
static int run_clean_up(struct service *s, struct err *e)
{
	struct err gone = ERR_NONE;
	int r = service_lock(s, &gone);

	if (r == 0)
		return service_delete(s, true, e);
	if (r == -ENOENT)
		return 0;
	*e = gone;
	return r;
}

/* However it ends, nothing of the service is left; its own exit status is worth more than what fails then. */
static int run_to_the_end(struct service_made *made, const struct cli_make_options *o, struct err *e)
{
	struct err later = ERR_NONE;
	int status, r;

	service_unlock(&made->service); /* exec, pause, update, delete are for others, while we stand by */
	status = foreground_wait((pid_t)made->service.state.pid, &made->console, &made->service, e);
	r = o->keep ? 0 : run_clean_up(&made->service, &later);
	if (status >= 0 && r < 0)
		*e = later;
	return status < 0 ? status : r < 0 ? r : status;
}

static int cli_run_verb(const struct cli_call *call, struct err *e)
{
	const struct cli_make_options *o = call->options;
	__attribute__((cleanup(service_made_close))) struct service_made made = {
		.service = SERVICE_NONE, .console = -1};
	own_making making = {0};
	own_fd signals = -1;
	int r = cli_making_prepare(call, &making, e);

	r = r ? r : run_check(call, &making.loaded.spec, e);
	r = r ? r : foreground_take_size(&making.loaded.spec, e);
	if (r < 0)
		return r;
	signals = foreground_begin(e);
	if (signals < 0)
		return signals;
	making.request.interrupt_fd = signals;
	r = cli_making_make(&making, &made, e);
	if (r < 0)
		return r;
	service_hooks_after(&made.service, &making.loaded.spec, SPEC_HOOK_POSTSTART);
	return o->detach ? 0 : run_to_the_end(&made, o, e);
}

static const struct cli_option run_options[] = {
	CLI_MAKE_OPTIONS,
	CLI_MAKE_OPTION("detach", 'd', CLI_FLAG, detach, NULL, "do not wait for its end"),
	CLI_MAKE_OPTION("keep", 0, CLI_FLAG, keep, NULL, "keep the service's state when it has ended"),
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
