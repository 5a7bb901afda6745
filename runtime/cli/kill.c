/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/open.h"
#include "runtime/cli/verbs.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct kill_options {
	bool all;
};

/* "RTMIN", "RTMIN+3", "RTMAX-1" */
static int kill_realtime(const char *name)
{
	bool from_min = strncasecmp(name, "RTMIN", 5) == 0;
	long offset = name[5] ? strtol(name + 5, NULL, 10) : 0;
	long signo = (from_min ? SIGRTMIN : SIGRTMAX) + offset;

	if (!from_min && strncasecmp(name, "RTMAX", 5) != 0)
		return -1;
	return signo >= SIGRTMIN && signo <= SIGRTMAX ? (int)signo : -1;
}

/* "9", "KILL", "SIGKILL", in any case. Also IOT and the like, which are second names. */
static int kill_signal(const char *text, int *ret, struct err *e)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	char *end;
	long number = strtol(text, &end, 10);

	if (end != text && !*end && number > 0 && number < NSIG) {
		*ret = (int)number;
		return 0;
	}
	for (int signo = 1; signo < NSIG; signo++) {
		const char *known = sigabbrev_np(signo);

		if (known && strcasecmp(known, name) == 0) {
			*ret = signo;
			return 0;
		}
	}
	*ret = strcasecmp(name, "IOT") == 0 ? SIGABRT : strcasecmp(name, "CLD") == 0 ? SIGCHLD : kill_realtime(name);
	return *ret > 0
		       ? 0
		       : err_set(e, EINVAL, "usage", "unknown signal '%s': want a number or a name such as TERM", text);
}

static int cli_kill(const struct cli_call *call, struct err *e)
{
	const struct kill_options *o = call->options;
	own_service s = SERVICE_NONE;
	int signo = SIGTERM;
	int r = call->n > 1 ? kill_signal(call->arguments[1], &signo, e) : 0;

	r = r ? r : cli_open(call, false, &s, e);
	return r ? r : service_kill(&s, signo, o->all, e);
}

static const struct cli_option kill_options[] = {
	{"all", 'a', CLI_FLAG, offsetof(struct kill_options, all), NULL, "to every process of the service"},
};

const struct cli_verb cli_verb_kill = {
	.name = "kill",
	.synopsis = "[--all] ID [SIGNAL]",
	.summary = "Send a signal (default: TERM) to a service",
	.options = kill_options,
	.options_n = sizeof kill_options / sizeof *kill_options,
	.options_size = sizeof(struct kill_options),
	.arguments_min = 1,
	.arguments_max = 2,
	.failure = 1,
	.run = cli_kill,
};
