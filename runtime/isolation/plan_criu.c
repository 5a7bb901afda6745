/* SPDX-License-Identifier: Apache-2.0 */
/* CRIU run as a program: beside a service to dump it, in the place of one to restore it. These lists, in this order. */
#include "runtime/isolation/criu_program.h"
#include "runtime/isolation/planner.h"

#include <sched.h>

static int plan_dump_clone(struct planner *p, struct err *e)
{
	return plan_add(p->plan, (struct step){.kind = STEP_CLONE, .actor = ACTOR_HOST}, e);
}

static int plan_restore_clone(struct planner *p, struct err *e)
{
	return plan_add(p->plan,
		(struct step){
			.kind = STEP_CLONE, .actor = ACTOR_HOST, .flags = CLONE_NEWNS | plan_cgroup_clone_flag(p)},
		e);
}

static int plan_root_settle(struct planner *p, struct err *e)
{
	return plan_add(p->plan,
		(struct step){.kind = STEP_ROOT_SETTLE, .actor = ACTOR_INIT, .what = p->spec, .pointer = "/root/path"},
		e);
}

/* The service's standard streams are to be its user's, whose number says nothing outside a user namespace. */
static const struct spec_process *plan_stream_owner(const struct planner *p, const struct spec_process *criu)
{
	const struct spec_linux *l = p->spec->linux;

	for (size_t i = 0; l && i < l->namespaces_n; i++)
		if (l->namespaces[i].type == SPEC_NS_USER)
			return criu;
	return p->spec->process;
}

static int plan_criu_program(struct planner *p, bool restore, struct err *e)
{
	const struct spec_process *criu = criu_program(&p->plan->arena);

	if (!criu)
		return err_nomem(e);
	const struct step steps[] = {
		{.kind = STEP_EXEC_FIND, .actor = ACTOR_INIT, .what = criu},
		{.kind = STEP_FDS_CLOSE, .actor = ACTOR_INIT, .what = restore ? plan_stream_owner(p, criu) : criu},
		{.kind = STEP_EXEC, .actor = ACTOR_INIT, .what = criu},
	};
	return plan_add_present(p, steps, sizeof steps / sizeof *steps, e);
}

static int plan_dump_program(struct planner *p, struct err *e)
{
	return plan_criu_program(p, false, e);
}

static int plan_restore_program(struct planner *p, struct err *e)
{
	return plan_criu_program(p, true, e);
}

static plan_section *const dump_order[] = {
	plan_dump_clone,
	plan_session,
	plan_dump_program,
};

static plan_section *const restore_order[] = {
	plan_cgroup_create,
	plan_cgroup_open,
	plan_restore_clone,
	plan_cgroup_create_systemd,
	plan_intel_rdt,
	plan_cgroup_enter,
	plan_root_settle,
	plan_mount_points,
	plan_restore_program,
};

int plan_for_dump(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e)
{
	const struct plan_order order = {.sections = dump_order, .n = sizeof dump_order / sizeof *dump_order};

	return plan_in_order(&order, spec, setting, ret, e);
}

int plan_for_restore(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e)
{
	const struct plan_order order = {.sections = restore_order, .n = sizeof restore_order / sizeof *restore_order};

	return plan_in_order(&order, spec, setting, ret, e);
}
