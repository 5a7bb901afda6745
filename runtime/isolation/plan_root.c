/* SPDX-License-Identifier: Apache-2.0 */
/* The service's files: mounts, devices, and what is hidden or locked in them. */
#include "runtime/isolation/mount_request.h"
#include "runtime/isolation/planner.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

static bool plan_makes_root(const struct planner *p)
{
	return p->new_namespaces & CLONE_NEWNS;
}

static int plan_mount_request(struct planner *p, size_t i, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;
	const struct mount_setting setting = {
		.bundle = p->setting->bundle,
		.label = l->mount_label,
		.user_namespace = p->user,
		.network_namespace = p->new_namespaces & CLONE_NEWNET,
		.uid_mappings = &l->uid_mappings,
		.gid_mappings = &l->gid_mappings,
	};
	int r = mount_request_from_spec(&p->spec->mounts[i], i, &p->plan->arena, &p->requests[i], e);

	return r ? r : mount_request_settle(&p->requests[i], &setting, &p->plan->arena, e);
}

/*
 * Where the service's root is a stranger outside, the host opens what is bound: it can go where
 * that root cannot. An idmapped mount is the host's business in any case (mount_setattr(2)).
 */
static bool plan_source_by_host(const struct planner *p, const struct mount_request *request)
{
	if (!p->setting->privileged || request->kind != MOUNT_BIND)
		return false;
	return p->user || request->idmap != MOUNT_IDMAP_NONE;
}

/* The files are those of the mount namespace that is joined. With the host's, the service would be at large in them. */
static int plan_without_root(const struct planner *p, struct err *e)
{
	if (p->joined_namespaces & CLONE_NEWNS)
		return 0;
	(void)err_set(e, EINVAL, "no-mount-namespace",
		"the root filesystem and mounts need a mount namespace: add {\"type\": \"mount\"}");
	return err_at(e, "/linux/namespaces");
}

int plan_mount_sources(struct planner *p, struct err *e)
{
	int r = 0;

	if (!plan_makes_root(p))
		return plan_without_root(p, e);
	p->requests = arena_array(&p->plan->arena, p->spec->mounts_n + 1, sizeof *p->requests);
	if (!p->requests)
		return err_nomem(e);
	for (size_t i = 0; i < p->spec->mounts_n && r == 0; i++) {
		r = plan_mount_request(p, i, e);
		if (r == 0 && plan_source_by_host(p, &p->requests[i]))
			r = plan_add(p->plan,
				(struct step){.kind = STEP_MOUNT_SOURCE, .actor = ACTOR_HOST, .what = &p->requests[i]},
				e);
	}
	return r;
}

/* Where another mount lies, the place is in that one, and its own affair. */
static bool plan_place_is_covered(const struct planner *p, size_t at)
{
	const char *place = p->requests[at].destination;

	for (size_t i = 0; i < p->spec->mounts_n; i++) {
		const char *other = p->requests[i].destination;
		size_t length = strlen(other);

		if (i != at && strncmp(place, other, length) == 0 && (place[length] == '/' || !place[length]))
			return true;
	}
	return false;
}

int plan_mount_points(struct planner *p, struct err *e)
{
	int r = 0;

	p->requests = arena_array(&p->plan->arena, p->spec->mounts_n + 1, sizeof *p->requests);
	if (!p->requests)
		return err_nomem(e);
	for (size_t i = 0; i < p->spec->mounts_n && r == 0; i++)
		r = plan_mount_request(p, i, e);
	for (size_t i = 0; i < p->spec->mounts_n && r == 0; i++)
		if (!plan_place_is_covered(p, i))
			r = plan_add(p->plan,
				(struct step){.kind = STEP_MOUNT_POINT, .actor = ACTOR_INIT, .what = &p->requests[i]},
				e);
	return r;
}

/* The step that opened the source of the request, counted from 1; 0: none did. */
static uint64_t plan_source_step(const struct planner *p, const struct mount_request *request)
{
	for (size_t i = 0; i < p->plan->n; i++)
		if (p->plan->steps[i].kind == STEP_MOUNT_SOURCE && p->plan->steps[i].what == request)
			return i + 1;
	return 0;
}

int plan_mounts(struct planner *p, struct err *e)
{
	int r;

	if (!plan_makes_root(p))
		return 0;
	r = plan_add(p->plan,
		(struct step){.kind = STEP_ROOT_OPEN, .actor = ACTOR_INIT, .what = p->spec, .pointer = "/root/path"},
		e);
	for (size_t i = 0; i < p->spec->mounts_n && r == 0; i++)
		r = plan_add(p->plan,
			(struct step){.kind = STEP_MOUNT,
				.actor = ACTOR_INIT,
				.what = &p->requests[i],
				.flags = plan_source_step(p, &p->requests[i])},
			e);
	return r;
}

/* /dev from outside is complete as it is, and not ours to write into. */
static bool plan_dev_is_bound(const struct planner *p)
{
	for (size_t i = 0; i < p->spec->mounts_n; i++)
		if (p->requests[i].kind == MOUNT_BIND && strcmp(p->requests[i].destination, "/dev") == 0)
			return true;
	return false;
}

int plan_devices(struct planner *p, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;
	/* mknod(2) is for the initial user namespace */
	bool bind = p->user || !p->setting->privileged || p->setting->user_namespace;
	int r;

	if (!plan_makes_root(p) || plan_dev_is_bound(p) || p->setting->bare)
		return 0;
	r = plan_add(p->plan, (struct step){.kind = STEP_DEVICES_DEFAULT, .actor = ACTOR_INIT, .flags = bind}, e);
	for (size_t i = 0; i < l->devices_n && r == 0; i++)
		r = plan_add(p->plan,
			(struct step){.kind = STEP_DEVICE,
				.actor = ACTOR_INIT,
				.what = &l->devices[i],
				.flags = bind,
				.pointer = arena_format(&p->plan->arena, "/linux/devices/%zu", i)},
			e);
	return r;
}

int plan_root_pivot(struct planner *p, struct err *e)
{
	if (!plan_makes_root(p))
		return 0;
	return plan_add(
		p->plan, (struct step){.kind = STEP_ROOT_PIVOT, .actor = ACTOR_INIT, .flags = p->setting->no_pivot}, e);
}

static int plan_seals(struct planner *p, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < p->spec->mounts_n && r == 0; i++)
		if (mount_request_is_sealed_late(&p->requests[i]))
			r = plan_add(p->plan,
				(struct step){.kind = STEP_MOUNT_SEAL, .actor = ACTOR_INIT, .what = &p->requests[i]},
				e);
	return r;
}

/* After pivot_root, when nothing is made below these paths any more. */
int plan_root_locks(struct planner *p, struct err *e)
{
	const struct spec_linux *l = p->spec->linux;
	const struct step sysctl = {.kind = STEP_SYSCTL,
		.actor = ACTOR_INIT,
		.what = l && l->sysctl.n ? &l->sysctl : NULL,
		.pointer = "/linux/sysctl"};
	const struct step locks[] = {
		{.kind = STEP_READONLY_PATHS,
			.actor = ACTOR_INIT,
			.what = l && l->readonly_paths.n ? &l->readonly_paths : NULL,
			.pointer = "/linux/readonlyPaths"},
		{.kind = STEP_MASKED_PATHS,
			.actor = ACTOR_INIT,
			.what = l && l->masked_paths.n ? &l->masked_paths : NULL,
			.pointer = "/linux/maskedPaths"},
		{.kind = STEP_ROOT_READONLY,
			.actor = ACTOR_INIT,
			.what = p->spec->root && p->spec->root->readonly.value ? p->spec : NULL,
			.pointer = "/root/readonly"},
		{.kind = STEP_ROOT_PROPAGATION,
			.actor = ACTOR_INIT,
			.what = l && l->rootfs_propagation ? p->spec : NULL,
			.pointer = "/linux/rootfsPropagation"},
	};
	int r = plan_add_present(p, &sysctl, 1, e);

	if (r < 0 || !plan_makes_root(p))
		return r;
	r = plan_seals(p, e);
	return r ? r : plan_add_present(p, locks, sizeof locks / sizeof *locks, e);
}
