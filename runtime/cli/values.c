/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/values.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int cli_value_id(const char *option, const char *begin, const char *end, uint64_t *ret, struct err *e)
{
	char *stop;
	unsigned long value;

	errno = 0;
	value = strtoul(begin, &stop, 10);
	/* the last number stands for "leave it" in setuid(2) */
	if (errno || stop == begin || stop != end || *begin < '0' || *begin > '9' || value >= UINT32_MAX)
		return err_set(
			e, EINVAL, "usage", "%s: found '%.*s', want a number", option, (int)(end - begin), begin);
	*ret = value;
	return 0;
}

int cli_value_env(const struct cli_list *env, struct err *e)
{
	for (size_t i = 0; i < env->n; i++)
		if (strcspn(env->items[i], "=") == 0 || !strchr(env->items[i], '='))
			return err_set(e, EINVAL, "usage", "--env: found '%s', want NAME=VALUE", env->items[i]);
	return 0;
}

/* "RTMIN", "RTMIN+3", "RTMAX-1"; -1: none of them */
static int value_realtime(const char *name)
{
	bool from_min = strncasecmp(name, "RTMIN", 5) == 0;
	long offset = 0, signo;
	char *end;

	if (!from_min && strncasecmp(name, "RTMAX", 5) != 0)
		return -1;
	if (name[5]) {
		offset = strtol(name + 5, &end, 10);
		if (name[5] != (from_min ? '+' : '-') || end == name + 5 || *end || offset < -NSIG || offset > NSIG)
			return -1;
	}
	signo = (from_min ? SIGRTMIN : SIGRTMAX) + offset;
	return signo >= SIGRTMIN && signo <= SIGRTMAX ? (int)signo : -1;
}

/* -1: unknown. IOT and the like are second names. */
static int value_signal_of_name(const char *name)
{
	static const struct {
		const char *name;
		int signo;
	} seconds[] = {{"IOT", SIGABRT}, {"CLD", SIGCHLD}, {"POLL", SIGIO}};

	for (int signo = 1; signo < NSIG; signo++) {
		const char *known = sigabbrev_np(signo);

		if (known && strcasecmp(known, name) == 0)
			return signo;
	}
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
		if (strcasecmp(seconds[i].name, name) == 0)
			return seconds[i].signo;
	return value_realtime(name);
}

int cli_value_signal(const char *text, int *ret, struct err *e)
{
	char *end;
	long number = strtol(text, &end, 10);
	int signo;

	if (end != text && !*end)
		signo = number >= 0 && number < NSIG ? (int)number : -1;
	else
		signo = value_signal_of_name(strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text);
	if (signo < 0)
		return err_set(e, EINVAL, "usage", "unknown signal '%s': want a number or a name such as TERM", text);
	*ret = signo;
	return 0;
}

int cli_value_duration(const char *option, const char *text, int64_t *ret_ms, struct err *e)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	char *unit;
	long number;

	errno = 0;
	number = strtol(text, &unit, 10);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (!errno && number > 0 && strcmp(unit, units[i].name) == 0 && number <= INT32_MAX / units[i].ms) {
			*ret_ms = number * units[i].ms;
			return 0;
		}
	return err_set(e, EINVAL, "usage", "%s: found '%s', want a time such as 5s", option, text);
}

int cli_value_is_json(const char *format, bool *ret, struct err *e)
{
	*ret = format && strcmp(format, "json") == 0;
	if (format && !*ret && strcmp(format, "table") != 0)
		return err_set(e, EINVAL, "usage", "--format: found '%s', want table or json", format);
	return 0;
}
