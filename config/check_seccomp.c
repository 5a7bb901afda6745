/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of config-linux.md, "Seccomp". */
#include "config/check_rules.h"

#include <string.h>

enum { SYSCALL_ARG_LAST = 5, ERRNO_MAX = 4095 };

typedef void seccomp_rule(const struct spec_seccomp *seccomp, struct report *report);

static void names_are_there(const struct spec_seccomp *seccomp, struct report *report)
{
	for (size_t i = 0; i < seccomp->syscalls_n; i++)
		if (seccomp->syscalls[i].names.n == 0)
			report_refuse(report, "spec-missing", check_at("/linux/seccomp/syscalls/%zu/names", i).text,
				"want at least one name");
}

static void arg_fits(const struct spec_seccomp_arg *arg, const char *at, struct report *report)
{
	if (arg->index > SYSCALL_ARG_LAST)
		report_refuse(report, "spec-range", check_at("%s/index", at).text, "want an integer from 0 to %d",
			SYSCALL_ARG_LAST);
	if (arg->value_two != 0 && arg->op != SPEC_CMP_MASKED_EQ)
		report_warn(report, "spec-conflict", check_at("%s/valueTwo", at).text,
			"has an effect only with SCMP_CMP_MASKED_EQ");
}

static void args_fit(const struct spec_seccomp *seccomp, struct report *report)
{
	for (size_t i = 0; i < seccomp->syscalls_n; i++)
		for (size_t j = 0; j < seccomp->syscalls[i].args_n; j++)
			arg_fits(&seccomp->syscalls[i].args[j],
				check_at("/linux/seccomp/syscalls/%zu/args/%zu", i, j).text, report);
}

static void errno_fits(
	enum spec_seccomp_action action, const struct opt_uint *number, const char *at, struct report *report)
{
	if (number->value > ERRNO_MAX)
		report_refuse(report, "spec-range", at, "want an integer from 0 to %d", ERRNO_MAX);
	else if (number->value != 0 && action != SPEC_ACT_ERRNO && action != SPEC_ACT_TRACE)
		report_refuse(report, "spec-conflict", at, "only with SCMP_ACT_ERRNO and SCMP_ACT_TRACE");
}

static void errnos_fit(const struct spec_seccomp *seccomp, struct report *report)
{
	errno_fits(seccomp->default_action, &seccomp->default_errno_ret, "/linux/seccomp/defaultErrnoRet", report);
	for (size_t i = 0; i < seccomp->syscalls_n; i++)
		errno_fits(seccomp->syscalls[i].action, &seccomp->syscalls[i].errno_ret,
			check_at("/linux/seccomp/syscalls/%zu/errnoRet", i).text, report);
}

static bool rule_names(const struct spec_seccomp_rule *rule, const char *name)
{
	for (size_t i = 0; i < rule->names.n; i++)
		if (strcmp(rule->names.items[i], name) == 0)
			return true;
	return false;
}

/* The filter is on before its descriptor is passed to the agent: what passing needs cannot wait for the agent. */
static void notify_leaves_a_way_out(const struct spec_seccomp *seccomp, struct report *report)
{
	if (seccomp->default_action == SPEC_ACT_NOTIFY)
		report_refuse(report, "spec-conflict", "/linux/seccomp/defaultAction",
			"the listener could not be passed on, name the system calls");
	for (size_t i = 0; i < seccomp->syscalls_n; i++)
		if (seccomp->syscalls[i].action == SPEC_ACT_NOTIFY && rule_names(&seccomp->syscalls[i], "write"))
			report_refuse(report, "spec-conflict", check_at("/linux/seccomp/syscalls/%zu/action", i).text,
				"not for 'write', without which the service cannot be started");
}

static bool seccomp_notifies(const struct spec_seccomp *seccomp)
{
	for (size_t i = 0; i < seccomp->syscalls_n; i++)
		if (seccomp->syscalls[i].action == SPEC_ACT_NOTIFY)
			return true;
	return seccomp->default_action == SPEC_ACT_NOTIFY;
}

static void listener_is_there(const struct spec_seccomp *seccomp, struct report *report)
{
	bool listener = seccomp->listener_path && *seccomp->listener_path;
	uint64_t killable = UINT64_C(1) << SPEC_SECCOMP_WAIT_KILLABLE_RECV;

	if (seccomp_notifies(seccomp) && !listener)
		report_refuse(report, "spec-missing", "/linux/seccomp/listenerPath", "required for SCMP_ACT_NOTIFY");
	if (seccomp->listener_metadata && *seccomp->listener_metadata && !listener)
		report_refuse(report, "spec-conflict", "/linux/seccomp/listenerMetadata", "needs 'listenerPath'");
	if (listener && !seccomp_notifies(seccomp))
		report_warn(report, "spec-conflict", "/linux/seccomp/listenerPath", "no rule uses SCMP_ACT_NOTIFY");
	if (seccomp->flags.bits & killable && !seccomp_notifies(seccomp))
		report_warn(report, "spec-conflict", "/linux/seccomp/flags",
			"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV has an effect only with SCMP_ACT_NOTIFY");
}

static seccomp_rule *const seccomp_rules[] = {
	names_are_there,
	args_fit,
	errnos_fit,
	notify_leaves_a_way_out,
	listener_is_there,
};

static void seccomp_is_consistent(const struct spec *spec, struct report *report)
{
	if (!spec->linux || !spec->linux->seccomp)
		return;
	for (size_t i = 0; i < sizeof seccomp_rules / sizeof *seccomp_rules; i++)
		seccomp_rules[i](spec->linux->seccomp, report);
}

static check_rule *const rules[] = {
	seccomp_is_consistent,
};
const struct check_rules check_seccomp_rules = CHECK_RULES(rules);
