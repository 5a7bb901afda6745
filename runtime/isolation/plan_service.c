/* SPDX-License-Identifier: Apache-2.0 */
/* The start-up of a service in namespaces: this list, in this order. */
#include "runtime/isolation/plan_for.h"
#include "runtime/isolation/planner.h"

static int plan_hooks(struct planner *p, enum actor actor, enum spec_hook_moment moment, struct err *e)
{
	const struct spec_hooks *hooks = p->spec->hooks;

	if (!hooks || !hooks->at[moment].n)
		return 0;
	return plan_add(
		p->plan, (struct step){.kind = STEP_HOOKS, .actor = actor, .flags = moment, .pointer = "/hooks"}, e);
}

/* runtime.md, "Lifecycle", 4 to 6: the namespaces and mounts are there, pivot_root is not done. */
static int plan_hooks_create(struct planner *p, struct err *e)
{
	int r = plan_hooks(p, ACTOR_HOST, SPEC_HOOK_PRESTART, e);

	r = r ? r : plan_hooks(p, ACTOR_HOST, SPEC_HOOK_CREATE_RUNTIME, e);
	return r ? r : plan_hooks(p, ACTOR_INIT, SPEC_HOOK_CREATE_CONTAINER, e);
}

static int plan_wait(struct planner *p, struct err *e)
{
	if (!p->setting->wait_start)
		return 0;
	return plan_add(p->plan, (struct step){.kind = STEP_WAIT_START, .actor = ACTOR_INIT}, e);
}

static int plan_hooks_start(struct planner *p, struct err *e)
{
	return plan_hooks(p, ACTOR_INIT, SPEC_HOOK_START_CONTAINER, e);
}

static plan_section *const service_order[] = {
	/* outside, before there is a process: what can fail without leaving anything fails first */
	plan_namespaces_survey,
	plan_seccomp_get,
	plan_cgroup_create,
	plan_mount_sources,
	plan_namespaces_open,
	plan_cgroup_open,
	/* the process */
	plan_before_clone,
	plan_clone,
	plan_id_maps,
	plan_cgroup_create_systemd,
	plan_cgroup_move,
	plan_intel_rdt,
	plan_limits,
	plan_cgroup_enter,
	plan_cgroup_unshare, /* once inside the cgroup, which becomes the namespace's root (cgroup_namespaces(7)) */
	plan_after_clone,
	plan_session,
	plan_keyring,
	plan_host_names,
	plan_network,
	/* its files, while the host's are still visible */
	plan_mounts,
	plan_devices,
	plan_console,
	plan_hooks_create,
	plan_root_pivot,
	plan_root_locks,
	/* itself */
	plan_attributes,
	plan_program_find,
	plan_record, /* written down before it may run a single instruction of the service */
	plan_wait,
	plan_hooks_start,
	plan_privileges,
	plan_program,
};

int plan_for_service(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e)
{
	const struct plan_order order = {.sections = service_order, .n = sizeof service_order / sizeof *service_order};

	return plan_in_order(&order, spec, setting, ret, e);
}
