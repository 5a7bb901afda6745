/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A further process in a service that runs.
 *
 * As a rule the new process is cloned into the service's pid namespace at once, and does the rest itself. While it
 * does, it has powers over the host; that it is not dumpable keeps the service's processes off it (ptrace(2)), but for
 * one that has CAP_SYS_PTRACE in the user namespace that cloche is in. Where there may be one, the exec is unseen: the
 * joiner, which has no number in the service, does everything that needs a power, gives all of them up, loads the
 * filter, and only then is the process cloned.
 */
#include "runtime/isolation/plan_for.h"
#include "runtime/isolation/planner.h"

#include <errno.h>
#include <linux/capability.h>
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
	plan_keyring,
	plan_console,
	plan_attributes,
	plan_program_find,
	plan_record,
	plan_privileges,
	plan_program,
};

/* What would be lost by the clone, or seen by whoever traces the process. */
static int plan_unseen_survey(struct planner *p, struct err *e)
{
	const struct spec_scheduler *scheduler = p->spec->process->scheduler;
	const struct spec_seccomp *filter = p->spec->linux ? p->spec->linux->seccomp : NULL;
	const char *pointer = NULL;
	int r = plan_namespaces_survey(p, e);

	p->joiner = true;
	if (scheduler && scheduler->flags.bits >> SPEC_SCHED_FLAG_RESET_ON_FORK & 1)
		pointer = "/process/scheduler/flags";
	if (filter && filter->listener_path)
		pointer = "/linux/seccomp/listenerPath";
	if (r < 0 || !pointer)
		return r;
	(void)err_set(e, ENOTSUP, "exec-unsafe",
		"no further process can be started with it in a service that may trace (CAP_SYS_PTRACE without a user "
		"namespace of its own): it would be in reach before it has given up cloche's powers");
	return err_at(e, "%s", pointer);
}

static int plan_unseen_join(struct planner *p, struct err *e)
{
	return plan_add(p->plan,
		(struct step){.kind = STEP_TARGET_JOIN,
			.actor = ACTOR_JOINER,
			.flags = p->new_namespaces | p->joined_namespaces},
		e);
}

/* What was the first process's until here is the joiner's: there is no first process yet. */
static int plan_unseen_clone(struct planner *p, struct err *e)
{
	for (size_t i = 0; i < p->plan->n; i++)
		if (p->plan->steps[i].actor == ACTOR_INIT)
			p->plan->steps[i].actor = ACTOR_JOINER;
	return plan_add(p->plan, (struct step){.kind = STEP_CLONE, .actor = ACTOR_JOINER}, e);
}

static int plan_unseen_console(struct planner *p, struct err *e)
{
	const struct step step = {.kind = STEP_CONSOLE_TAKE,
		.actor = ACTOR_INIT,
		.what = p->spec->process->terminal.value ? p->spec->process : NULL,
		.pointer = "/process/terminal"};

	return plan_add_present(p, &step, 1, e);
}

static plan_section *const unseen_order[] = {
	plan_unseen_survey, plan_seccomp_get, plan_affinity_initial, plan_cgroup_open,
	/* the joiner, which sees the host's /proc until it joins */
	plan_limits, plan_cgroup_enter, plan_unseen_join, plan_cgroup_move, plan_affinity_final, plan_keyring,
	plan_console, plan_attributes, plan_program_find, plan_privileges,
	/* the process, with the service's powers alone */
	plan_unseen_clone, plan_session, /* in the service's numbers */
	plan_unseen_console, plan_program,
	plan_record, /* it asks nobody any more, so its number is written down once its program runs */
};

bool plan_may_trace(const struct spec *spec)
{
	const struct spec_capabilities *c = spec->process ? spec->process->capabilities : NULL;
	uint64_t all =
		c ? c->bounding.bits | c->permitted.bits | c->effective.bits | c->inheritable.bits | c->ambient.bits
		  : 0;

	return !spec_find_namespace(spec, SPEC_NS_USER) && all >> CAP_SYS_PTRACE & 1;
}

int plan_for_exec(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e)
{
	static const struct plan_order seen = {exec_order, sizeof exec_order / sizeof *exec_order};
	static const struct plan_order unseen = {unseen_order, sizeof unseen_order / sizeof *unseen_order};

	return plan_in_order(setting->unseen ? &unseen : &seen, spec, setting, ret, e);
}
