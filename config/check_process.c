/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of config.md, "Process". */
#include "config/check_rules.h"

#include "config/names.h"

#include <string.h>

enum { CONSOLE_SIZE_MAX = 65535 /* struct winsize */, OOM_SCORE_MAX = 1000, IO_PRIORITY_MAX = 7 };

typedef void process_rule(const struct spec_process *process, const char *at, struct report *report);

static void args_are_there(const struct spec_process *process, const char *at, struct report *report)
{
	if (process->args.n == 0)
		report_refuse(report, "spec-missing", check_at("%s/args", at).text, "want at least the program's name");
	else if (!*process->args.items[0])
		report_refuse(report, "spec-value", check_at("%s/args/0", at).text, "want the program's name");
}

static void cwd_is_absolute(const struct spec_process *process, const char *at, struct report *report)
{
	if (!process->cwd)
		report_refuse(report, "spec-missing", check_at("%s/cwd", at).text, "required");
	else
		check_absolute(process->cwd, check_at("%s/cwd", at).text, report);
}

static void nothing_is_for_windows(const struct spec_process *process, const char *at, struct report *report)
{
	if (process->command_line)
		report_refuse(
			report, "spec-foreign", check_at("%s/commandLine", at).text, "only for windows, use 'args'");
	if (process->user.username)
		report_refuse(report, "spec-foreign", check_at("%s/user/username", at).text,
			"only for windows, use 'uid' and 'gid'");
}

static void env_has_names(const struct spec_process *process, const char *at, struct report *report)
{
	for (size_t i = 0; i < process->env.n; i++)
		if (strcspn(process->env.items[i], "=") == 0 || !strchr(process->env.items[i], '='))
			report_warn(report, "spec-value", check_at("%s/env/%zu", at, i).text, "want NAME=value");
}

static void console_has_a_size(const struct spec_process *process, const char *at, struct report *report)
{
	const struct spec_console_size *size = process->console_size;

	/* engines write 0 by 0 for "none" */
	if (!size || (size->height == 0 && size->width == 0))
		return;
	if (!process->terminal.value)
		report_warn(report, "spec-conflict", check_at("%s/consoleSize", at).text, "ignored without 'terminal'");
	else if (size->height > CONSOLE_SIZE_MAX || size->width > CONSOLE_SIZE_MAX)
		report_refuse(report, "spec-range", check_at("%s/consoleSize", at).text, "want at most %d characters",
			CONSOLE_SIZE_MAX);
}

static void umask_is_permissions(const struct spec_process *process, const char *at, struct report *report)
{
	if (process->user.umask.value > 0777)
		report_warn(report, "spec-range", check_at("%s/user/umask", at).text,
			"bits past the permissions (511) have no effect");
}

static void rlimits_are_ordered(const struct spec_process *process, const char *at, struct report *report)
{
	for (size_t i = 0; i < process->rlimits_n; i++)
		if (process->rlimits[i].soft > process->rlimits[i].hard)
			report_refuse(report, "spec-conflict", check_at("%s/rlimits/%zu/soft", at, i).text,
				"want no more than 'hard' (%llu)", (unsigned long long)process->rlimits[i].hard);
}

static void rlimits_stand_once(const struct spec_process *process, const char *at, struct report *report)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < process->rlimits_n; i++) {
		uint64_t bit = UINT64_C(1) << process->rlimits[i].resource;

		if (seen & bit)
			report_refuse(report, "spec-duplicate", check_at("%s/rlimits/%zu/type", at, i).text,
				"want each type once");
		seen |= bit;
	}
}

static void oom_score_is_in_range(const struct spec_process *process, const char *at, struct report *report)
{
	int64_t score = process->oom_score_adj.value;

	if (score < -OOM_SCORE_MAX || score > OOM_SCORE_MAX)
		report_refuse(report, "spec-range", check_at("%s/oomScoreAdj", at).text,
			"want an integer from %d to %d", -OOM_SCORE_MAX, OOM_SCORE_MAX);
}

static void io_priority_is_in_range(const struct spec_process *process, const char *at, struct report *report)
{
	const struct spec_io_priority *io = process->io_priority;

	if (io && (io->priority.value < 0 || io->priority.value > IO_PRIORITY_MAX))
		report_refuse(report, "spec-range", check_at("%s/ioPriority/priority", at).text,
			"want an integer from 0 to %d", IO_PRIORITY_MAX);
}

static void cpu_affinity_is_a_list(const struct spec_process *process, const char *at, struct report *report)
{
	const struct spec_exec_cpu_affinity *affinity = process->exec_cpu_affinity;

	if (affinity && affinity->initial && !check_is_number_list(affinity->initial))
		report_refuse(report, "spec-value", check_at("%s/execCPUAffinity/initial", at).text,
			"want a list of CPUs like '0-3,7'");
	if (affinity && affinity->final && !check_is_number_list(affinity->final))
		report_refuse(report, "spec-value", check_at("%s/execCPUAffinity/final", at).text,
			"want a list of CPUs like '0-3,7'");
}

/* capabilities(7): what a set can hold depends on others. What cannot be granted is left out at the start, not refused.
 */
struct capability_need {
	const char *set, *needed;
	uint64_t bits, held;
};

static void capabilities_can_be_granted(const struct spec_process *process, const char *at, struct report *report)
{
	const struct spec_capabilities *c = process->capabilities;

	if (!c)
		return;
	const struct capability_need needs[] = {
		{"effective", "permitted", c->effective.bits, c->permitted.bits},
		{"inheritable", "bounding", c->inheritable.bits, c->bounding.bits},
		{"ambient", "permitted", c->ambient.bits, c->permitted.bits},
		{"ambient", "inheritable", c->ambient.bits, c->inheritable.bits},
	};

	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
		uint64_t lost = needs[i].bits & ~needs[i].held;

		if (lost)
			report_warn(report, "spec-conflict", check_at("%s/capabilities/%s", at, needs[i].set).text,
				"'%s' cannot be granted without being in '%s'",
				names_of(&names_capability, (size_t)__builtin_ctzll(lost)), needs[i].needed);
	}
}

static process_rule *const rules[] = {
	args_are_there,
	cwd_is_absolute,
	nothing_is_for_windows,
	env_has_names,
	console_has_a_size,
	umask_is_permissions,
	rlimits_are_ordered,
	rlimits_stand_once,
	oom_score_is_in_range,
	io_priority_is_in_range,
	cpu_affinity_is_a_list,
	capabilities_can_be_granted,
	check_scheduler,
};

void process_check(const struct spec_process *process, const char *at, struct report *report)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		rules[i](process, at, report);
}
