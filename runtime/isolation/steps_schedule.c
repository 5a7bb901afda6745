/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/sched.h"
#include "runtime/isolation/steps.h"

int step_scheduler(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	return sched_scheduler_apply(step->what, e);
}

int step_io_priority(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	return sched_io_priority_apply(step->what, e);
}

int step_memory_policy(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	return sched_memory_policy_apply(step->what, e);
}

int step_cpu_affinity(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	return sched_affinity_apply(step->what, e);
}
