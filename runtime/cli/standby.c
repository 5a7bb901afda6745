/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/standby.h"

#include "runtime/cli/foreground.h"

#include <errno.h>

int standby_check(const struct cli_call *call, const struct spec *spec, struct err *e)
{
	const struct cli_make_options *o = call->options;

	if (!spec->process->terminal.value && o->console_socket)
		return err_set(e, EINVAL, "no-terminal",
			"--console-socket is for a service with a terminal, and /process/terminal is false");
	return cli_making_check_terminal(call, spec, !o->detach, e);
}

/* Another cloche may have deleted it already. */
static int standby_clean_up(struct service *s, struct err *e)
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

/* Its own exit status is worth more than what fails then. */
int standby(struct service_made *made, const struct cli_make_options *o, const struct trace *trace, struct err *e)
{
	struct err later = ERR_NONE;
	int64_t start_us = clock_now_us();
	int status, r;

	service_unlock(&made->service); /* exec, pause, update, delete are for others, while we stand by */
	status = foreground_wait((pid_t)made->service.state.pid, &made->console, &made->service, e);
	trace_lap(trace, "service", &start_us);
	r = o->keep ? 0 : standby_clean_up(&made->service, &later);
	trace_span(trace, "delete", start_us);
	if (status >= 0 && r < 0)
		*e = later;
	return status < 0 ? status : r < 0 ? r : status;
}
