/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroup is made and limited before there is a process, so that no instruction of the service
 * runs outside its limits. systemd is the exception: it makes a scope only around a process.
 *
 * Version 2 is entered by the clone itself (CLONE_INTO_CGROUP), version 1 by the new process before
 * anything else (cgroup_make.h): neither takes the lock that waits for an RCU grace period.
 */
#include "runtime/isolation/cgroup_device_plan.h"
#include "runtime/isolation/planner.h"
#include "runtime/isolation/systemd_service.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>

/* As writes of version 1, or as a program of version 2, whichever has the devices here. */
static int plan_device_translate(struct planner *p, struct cgroup_device_plan *devices, struct err *e)
{
	if (cgroup_host_is_v2(p->setting->cgroups, CGROUP_DEVICES))
		return cgroup_device_program(&devices->rules, &p->plan->arena, &devices->program, e);
	return cgroup_device_writes(&devices->rules, NULL, &p->plan->arena, &devices->writes, e);
}

static int plan_devices_translate(struct planner *p, struct cgroup_device_plan *devices, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;
	const struct spec_resources *resources = l ? l->resources : NULL;
	const struct cgroup_device_wanted wanted = {
		.rules = resources ? resources->devices : NULL,
		.rules_n = resources ? resources->devices_n : 0,
		.devices = l ? l->devices : NULL,
		.devices_n = l ? l->devices_n : 0,
	};
	int r = cgroup_device_rules(&wanted, &p->plan->arena, &devices->rules, e);

	return r ? r : plan_device_translate(p, devices, e);
}

/* What the cgroup is to hold, as this host says it. */
struct plan_limits {
	struct cgroup_writes writes;
	struct cgroup_device_plan devices;
	struct systemd_limits systemd;
};

/* A user namespace can neither make a device nor load the filter: a plain user's service has no device rules. */
static bool plan_has_device_rules(const struct planner *p)
{
	return p->setting->privileged && !p->setting->user_namespace;
}

static int plan_limits_translate(struct planner *p, struct plan_limits **ret, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;
	const struct cgroup_limits limits = {.resources = l ? l->resources : NULL, .host = p->setting->cgroups};
	struct plan_limits *all = arena_alloc(&p->plan->arena, sizeof *all);
	int r;

	if (!all)
		return err_nomem(e);
	all->systemd = (struct systemd_limits){.host = p->setting->cgroups,
		.annotations = &p->spec->annotations,
		.writes = &all->writes,
		.devices = plan_has_device_rules(p) ? &all->devices.rules : NULL};
	r = limits.resources ? cgroup_limits_list(&limits, &p->plan->arena, &all->writes, e) : 0;
	if (r == 0 && plan_has_device_rules(p))
		r = plan_devices_translate(p, &all->devices, e);
	if (r == 0)
		*ret = all;
	return r;
}

static int plan_cgroup_limits(struct planner *p, struct err *e)
{
	struct plan_limits *all = NULL;
	int r = plan_limits_translate(p, &all, e);

	if (r < 0)
		return r;
	const struct step steps[] = {
		{.kind = STEP_SYSTEMD_START,
			.actor = ACTOR_HOST,
			.what = p->setting->systemd_cgroup ? &all->systemd : NULL,
			.pointer = "/linux/cgroupsPath"},
		{.kind = STEP_CGROUP_CREATE, .actor = ACTOR_HOST, .what = &all->writes},
		{.kind = STEP_CGROUP_LIMIT,
			.actor = ACTOR_HOST,
			.what = all->writes.n ? &all->writes : NULL,
			.pointer = "/linux/resources"},
		{.kind = STEP_CGROUP_DEVICES,
			.actor = ACTOR_HOST,
			.what = plan_has_device_rules(p) ? &all->devices : NULL,
			.pointer = "/linux/resources/devices"},
	};
	return plan_add_present(p, steps, sizeof steps / sizeof *steps, e);
}

static bool plan_has_cgroups(const struct planner *p)
{
	return p->setting->cgroup_v1 || p->setting->cgroup_v2;
}

/* Without a cgroup there is nothing to hold a limit: what asks for one is refused, never dropped. */
static int plan_cgroup_refuse(const struct planner *p, struct err *e)
{
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);
	const struct cgroup_limits limits = {
		.resources = p->spec->linux ? p->spec->linux->resources : NULL, .host = &host};
	struct cgroup_writes writes = {0};
	int r = limits.resources ? cgroup_limits_list(&limits, &p->plan->arena, &writes, e) : 0;

	if (r < 0 || !writes.n)
		return r;
	(void)err_set(e, EPERM, "cgroup-not-delegated",
		"a limit needs a cgroup, and the caller may make none here: run as root, or have one delegated "
		"(systemd: Delegate=yes on cgroup version 2), or leave the limit out"); /* err_at() returns it */
	return err_at(e, "%s", writes.items[0].pointer);
}

int plan_cgroup_create(struct planner *p, struct err *e)
{
	if (!plan_has_cgroups(p))
		return plan_cgroup_refuse(p, e);
	return p->setting->systemd_cgroup || p->setting->cgroup_made ? 0 : plan_cgroup_limits(p, e);
}

/* In version 1 systemd moves a process into some hierarchies only: what is to hold in the others would not. */
static int plan_systemd_refuse(struct err *e)
{
	(void)err_set(e, ENOTSUP, "systemd-needs-v2",
		"systemd's driver needs cgroup version 2 alone, and this host has controllers in version 1: leave out "
		"--systemd-cgroup, or boot with systemd.unified_cgroup_hierarchy=1"); /* err_at() returns it */
	return err_at(e, "/linux/cgroupsPath");
}

int plan_cgroup_create_systemd(struct planner *p, struct err *e)
{
	if (!p->setting->systemd_cgroup || !plan_has_cgroups(p))
		return 0;
	return p->setting->cgroup_v1 ? plan_systemd_refuse(e) : plan_cgroup_limits(p, e);
}

uint64_t plan_cgroup_clone_flag(const struct planner *p)
{
	return p->setting->cgroup_v2 && !p->setting->systemd_cgroup && !p->joiner ? CLONE_INTO_CGROUP : 0;
}

/* Where systemd makes the cgroup, it moves the process, too. */
static bool plan_enters(const struct planner *p)
{
	return plan_has_cgroups(p) && !p->setting->systemd_cgroup;
}

/* A joiner's child is none of ours to place by the clone. */
static bool plan_moved_by_host(const struct planner *p)
{
	return p->setting->cgroup_v2 && p->joiner;
}

int plan_cgroup_open(struct planner *p, struct err *e)
{
	if (!plan_enters(p) || !p->setting->cgroup_v1 || plan_moved_by_host(p))
		return 0;
	return plan_add(p->plan, (struct step){.kind = STEP_CGROUP_OPEN, .actor = ACTOR_HOST}, e);
}

int plan_cgroup_move(struct planner *p, struct err *e)
{
	if (!plan_enters(p) || !plan_moved_by_host(p))
		return 0;
	return plan_add(p->plan, (struct step){.kind = STEP_CGROUP_MOVE, .actor = ACTOR_HOST}, e);
}

int plan_cgroup_enter(struct planner *p, struct err *e)
{
	if (!plan_enters(p) || !p->setting->cgroup_v1 || plan_moved_by_host(p))
		return 0;
	return plan_add(p->plan, (struct step){.kind = STEP_CGROUP_ENTER, .actor = ACTOR_INIT}, e);
}

int plan_intel_rdt(struct planner *p, struct err *e)
{
	const struct step step = {.kind = STEP_INTEL_RDT,
		.actor = ACTOR_HOST,
		.what = p->spec->linux ? p->spec->linux->intel_rdt : NULL,
		.pointer = "/linux/intelRdt"};

	return plan_add_present(p, &step, 1, e);
}

int plan_cgroup_unshare(struct planner *p, struct err *e)
{
	if (!(p->new_namespaces & CLONE_NEWCGROUP))
		return 0;
	return plan_add(p->plan, (struct step){.kind = STEP_CGROUP_UNSHARE, .actor = ACTOR_INIT}, e);
}
