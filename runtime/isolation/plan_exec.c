/* SPDX-License-Identifier: Apache-2.0 */
/* A further process in a service that runs. */
#include "runtime/isolation/plan_for.h"
#include "runtime/isolation/planner.h"

#include <sched.h>

static int plan_exec_survey(struct planner *p, struct err *e)
{
	int r = plan_namespaces_survey(p, e);

	p->joiner = !p->setting->privileged; /* who has no power before it is in the user namespace */
	return r;
}

static int plan_affinity(struct planner *p, enum actor actor, const char *cpus, struct err *e)
{
	const struct step step = {
		.kind = STEP_CPU_AFFINITY, .actor = actor, .what = cpus, .pointer = "/process/execCPUAffinity"};

	return plan_add_present(p, &step, 1, e);
}

/* By the host, and inherited: with version 2 the clone itself enters the cgroup. */
static int plan_affinity_initial(struct planner *p, struct err *e)
{
	const struct spec_exec_cpu_affinity *affinity = p->spec->process->exec_cpu_affinity;

	return plan_affinity(p, ACTOR_HOST, affinity ? affinity->initial : NULL, e);
}

static int plan_affinity_final(struct planner *p, struct err *e)
{
	const struct spec_exec_cpu_affinity *affinity = p->spec->process->exec_cpu_affinity;

	return plan_affinity(p, ACTOR_INIT, affinity ? affinity->final : NULL, e);
}

/*
 * The pid namespace counts for children only (pid_namespaces(7)), so the host enters that one
 * before the clone. The rest the new process enters by itself, with one setns(2) on the pidfd
 * of the service's first process.
 */
static int plan_target_pid(struct planner *p, struct err *e)
{
	uint64_t all = p->new_namespaces | p->joined_namespaces;
	struct step join = {.kind = STEP_TARGET_JOIN, .actor = ACTOR_HOST, .flags = CLONE_NEWPID};
	int r;

	if (!p->joiner)
		return all & CLONE_NEWPID ? plan_add(p->plan, join, e) : 0;
	join.actor = ACTOR_JOINER;
	join.flags = all;
	r = plan_add(p->plan, join, e);
	return r ? r : plan_add(p->plan, (struct step){.kind = STEP_USER_BECOME_ROOT, .actor = ACTOR_JOINER}, e);
}

static int plan_target_clone(struct planner *p, struct err *e)
{
	return plan_add(p->plan,
		(struct step){.kind = STEP_CLONE,
			.actor = p->joiner ? ACTOR_JOINER : ACTOR_HOST,
			.flags = plan_cgroup_clone_flag(p)},
		e);
}

static int plan_target_rest(struct planner *p, struct err *e)
{
	uint64_t all = p->new_namespaces | p->joined_namespaces;
	uint64_t rest = all & ~(uint64_t)CLONE_NEWPID;
	int r = 0;

	if (p->joiner)
		return 0;
	if (rest)
		r = plan_add(p->plan, (struct step){.kind = STEP_TARGET_JOIN, .actor = ACTOR_INIT, .flags = rest}, e);
	if (r < 0 || !(all & CLONE_NEWUSER))
		return r;
	return plan_add(p->plan, (struct step){.kind = STEP_USER_BECOME_ROOT, .actor = ACTOR_INIT}, e);
}

static plan_section *const exec_order[] = {
	plan_exec_survey,
	plan_seccomp_get,
	plan_affinity_initial,
	plan_target_pid,
	plan_cgroup_open,
	plan_target_clone,
	plan_cgroup_move,
	plan_limits,
	plan_cgroup_enter,
	plan_target_rest,
	plan_affinity_final,
	plan_session,
	plan_console,
	plan_attributes,
	plan_program_find,
	plan_record,
	plan_program,
};

int plan_for_exec(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e)
{
	const struct plan_order order = {.sections = exec_order, .n = sizeof exec_order / sizeof *exec_order};

	return plan_in_order(&order, spec, setting, ret, e);
}
