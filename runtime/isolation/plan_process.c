/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is applied to the process itself, from the host's side (limits) to its program.
 * Shared by a service's first process and by exec.
 */
#include "runtime/isolation/planner.h"

/* Compiled or found in the cache by the host, before there is anything to undo. */
int plan_seccomp_get(struct planner *p, struct err *e)
{
	const struct step step = {.kind = STEP_SECCOMP_GET,
		.actor = ACTOR_HOST,
		.what = p->spec->linux ? p->spec->linux->seccomp : NULL,
		.pointer = "/linux/seccomp"};

	return plan_add_present(p, &step, 1, e);
}

int plan_limits(struct planner *p, struct err *e)
{
	const struct spec_process *process = p->spec->process;
	/* by the host where a user namespace would not have its power over limits */
	enum actor actor = p->user ? ACTOR_HOST : ACTOR_INIT;
	int r = 0;

	for (size_t i = 0; i < process->rlimits_n && r == 0; i++)
		r = plan_add(p->plan,
			(struct step){.kind = STEP_RLIMIT,

				.actor = actor,
				.what = &process->rlimits[i],
				.pointer = arena_format(&p->plan->arena, "/process/rlimits/%zu", i)},
			e);
	if (r < 0 || !process->oom_score_adj.set)
		return r;
	return plan_add(p->plan,
		(struct step){.kind = STEP_OOM_SCORE,

			.actor = actor,
			.what = &process->oom_score_adj,
			.pointer = "/process/oomScoreAdj"},
		e);
}

int plan_session(struct planner *p, struct err *e)
{
	return plan_add(p->plan, (struct step){.kind = STEP_SESSION, .actor = ACTOR_INIT}, e);
}

int plan_keyring(struct planner *p, struct err *e)
{
	if (p->setting->no_new_keyring)
		return 0;
	return plan_add(p->plan, (struct step){.kind = STEP_KEYRING, .actor = ACTOR_INIT, .flags = p->user}, e);
}

int plan_console(struct planner *p, struct err *e)
{
	const struct spec_process *process = p->spec->process;

	if (!process->terminal.value)
		return 0;
	return plan_add(p->plan,
		(struct step){.kind = STEP_CONSOLE,
			.actor = ACTOR_INIT,
			.what = process,
			.flags = p->setting->unseen,
			.pointer = "/process/terminal"},
		e);
}

int plan_attributes(struct planner *p, struct err *e)
{
	const struct spec_process *process = p->spec->process;
	const struct spec_linux *l = p->spec->linux;
	const struct step steps[] = {
		{.kind = STEP_PERSONALITY,
			.actor = ACTOR_INIT,
			.what = l ? l->personality : NULL,
			.pointer = "/linux/personality"},
		{.kind = STEP_SCHEDULER,
			.actor = ACTOR_INIT,
			.what = process->scheduler,
			.pointer = "/process/scheduler"},
		{.kind = STEP_IO_PRIORITY,
			.actor = ACTOR_INIT,
			.what = process->io_priority,
			.pointer = "/process/ioPriority"},
		{.kind = STEP_MEMORY_POLICY,
			.actor = ACTOR_INIT,
			.what = l ? l->memory_policy : NULL,
			.pointer = "/linux/memoryPolicy"},
	};
	int r = plan_add_present(p, steps, sizeof steps / sizeof *steps, e);

	return r ? r
		 : plan_add(p->plan, (struct step){.kind = STEP_UMASK, .actor = ACTOR_INIT, .what = &process->user}, e);
}

/* Before the service waits for its start, so that `create` already tells of a program that is not there. */
int plan_program_find(struct planner *p, struct err *e)
{
	const struct spec_process *process = p->spec->process;
	int r = plan_add(p->plan,
		(struct step){.kind = STEP_CWD, .actor = ACTOR_INIT, .what = process, .pointer = "/process/cwd"}, e);

	return r ? r
		 : plan_add(p->plan,
			   (struct step){.kind = STEP_EXEC_FIND,
				   .actor = ACTOR_INIT,
				   .what = process,
				   .pointer = "/process/args/0"},
			   e);
}

int plan_record(struct planner *p, struct err *e)
{
	if (p->setting->no_record)
		return 0;
	return plan_add(p->plan, (struct step){.kind = STEP_RECORD, .actor = ACTOR_HOST}, e);
}

static bool plan_has_label(const struct spec_process *process)
{
	return process->apparmor_profile || process->selinux_label;
}

/*
 * Loading a filter needs CAP_SYS_ADMIN or no_new_privs (seccomp(2)). With no_new_privs it is the
 * last thing before the program, so that it need not allow what we do; without, it comes
 * before the capabilities go.
 */
int plan_privileges(struct planner *p, struct err *e)
{
	const struct spec_process *process = p->spec->process;
	const struct spec_seccomp *filter = p->spec->linux ? p->spec->linux->seccomp : NULL;
	bool late = process->no_new_privileges.value;
	const struct step steps[] = {
		{.kind = STEP_LSM,
			.actor = ACTOR_INIT,
			.what = plan_has_label(process) ? process : NULL,
			.pointer = "/process"},
		{.kind = STEP_FDS_CLOSE, .actor = ACTOR_INIT, .what = process},
		{.kind = STEP_SECCOMP, .actor = ACTOR_INIT, .what = late ? NULL : filter, .pointer = "/linux/seccomp"},
		{.kind = STEP_CAPS_BOUNDING,
			.actor = ACTOR_INIT,
			.what = process,
			.pointer = "/process/capabilities/bounding"},
		{.kind = STEP_IDS, .actor = ACTOR_INIT, .what = process, .pointer = "/process/user"},
		{.kind = STEP_CAPS, .actor = ACTOR_INIT, .what = process, .pointer = "/process/capabilities"},
		{.kind = STEP_NO_NEW_PRIVS,
			.actor = ACTOR_INIT,
			.what = late ? process : NULL,
			.pointer = "/process/noNewPrivileges"},
		{.kind = STEP_SECCOMP, .actor = ACTOR_INIT, .what = late ? filter : NULL, .pointer = "/linux/seccomp"},
	};

	return plan_add_present(p, steps, sizeof steps / sizeof *steps, e);
}

int plan_program(struct planner *p, struct err *e)
{
	return plan_add(p->plan,
		(struct step){
			.kind = STEP_EXEC, .actor = ACTOR_INIT, .what = p->spec->process, .pointer = "/process/args"},
		e);
}
