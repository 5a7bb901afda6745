/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of sched_setattr(2) for process.scheduler. */
#include "config/check_rules.h"

enum { NICE_MIN = -20, NICE_MAX = 19, PRIORITY_MAX = 99, DEADLINE_RUNTIME_MIN_NS = 1024 };

/* `at` is the JSON pointer of the scheduler. */
typedef void scheduler_rule(const struct spec_scheduler *s, const char *at, struct report *report);

static void policy_exists(const struct spec_scheduler *s, const char *at, struct report *report)
{
	if (s->policy == SPEC_SCHED_ISO)
		report_refuse(report, "spec-value", check_at("%s/policy", at).text, "which Linux does not have");
}

static void nice_fits(const struct spec_scheduler *s, const char *at, struct report *report)
{
	if (s->nice.value < NICE_MIN || s->nice.value > NICE_MAX)
		report_refuse(report, "spec-range", check_at("%s/nice", at).text, "want an integer from %d to %d",
			NICE_MIN, NICE_MAX);
	else if (s->nice.value != 0 && s->policy != SPEC_SCHED_OTHER && s->policy != SPEC_SCHED_BATCH)
		report_warn(report, "spec-conflict", check_at("%s/nice", at).text,
			"has an effect only with SCHED_OTHER and SCHED_BATCH");
}

static void priority_fits(const struct spec_scheduler *s, const char *at, struct report *report)
{
	bool realtime = s->policy == SPEC_SCHED_FIFO || s->policy == SPEC_SCHED_RR;
	int64_t priority = s->priority.value;

	if (realtime && (priority < 1 || priority > PRIORITY_MAX))
		report_refuse(report, "spec-range", check_at("%s/priority", at).text, "want an integer from 1 to %d",
			PRIORITY_MAX);
	else if (!realtime && priority != 0)
		report_refuse(
			report, "spec-conflict", check_at("%s/priority", at).text, "only with SCHED_FIFO and SCHED_RR");
}

static void times_are_for_deadline(const struct spec_scheduler *s, const char *at, struct report *report)
{
	const struct {
		const char *name;
		uint64_t value;
	} times[] = {
		{"runtime", s->runtime_ns.value}, {"deadline", s->deadline_ns.value}, {"period", s->period_ns.value}};

	for (size_t i = 0; i < sizeof times / sizeof *times && s->policy != SPEC_SCHED_DEADLINE; i++)
		if (times[i].value != 0)
			report_refuse(report, "spec-conflict", check_at("%s/%s", at, times[i].name).text,
				"only with SCHED_DEADLINE");
}

/* A period of 0 is the deadline. */
static void deadline_can_be_met(const struct spec_scheduler *s, const char *at, struct report *report)
{
	uint64_t runtime = s->runtime_ns.value, deadline = s->deadline_ns.value, period = s->period_ns.value;

	if (s->policy != SPEC_SCHED_DEADLINE)
		return;
	if (runtime < DEADLINE_RUNTIME_MIN_NS)
		report_refuse(report, "spec-range", check_at("%s/runtime", at).text,
			"want at least %d nanoseconds for SCHED_DEADLINE", DEADLINE_RUNTIME_MIN_NS);
	if (deadline < runtime || deadline == 0)
		report_refuse(report, "spec-conflict", check_at("%s/deadline", at).text, "want no less than 'runtime'");
	if (period != 0 && period < deadline)
		report_refuse(report, "spec-conflict", check_at("%s/period", at).text, "want no less than 'deadline'");
}

static scheduler_rule *const rules[] = {
	policy_exists,
	nice_fits,
	priority_fits,
	times_are_for_deadline,
	deadline_can_be_met,
};

void check_scheduler(const struct spec_process *process, const char *at, struct report *report)
{
	for (size_t i = 0; process->scheduler && i < sizeof rules / sizeof *rules; i++)
		rules[i](process->scheduler, check_at("%s/scheduler", at).text, report);
}
