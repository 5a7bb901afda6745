/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: resources that an engine sends. See cgroup_update.h. */
#include "runtime/isolation/cgroup_update.h"

#include "runtime/isolation/cgroup_apply.h"
#include "runtime/isolation/cgroup_make.h"

/* As much of the host as the cgroup knows: which controllers there are, and in which version. */
static struct cgroup_host host_of(const struct cgroup *cgroup)
{
	struct cgroup_host host = {.n = cgroup->n, .mode = CGROUP_MODE_V2};

	for (size_t i = 0; i < cgroup->n; i++) {
		const struct cgroup_place *place = &cgroup->places[i];

		host.items[i] = (struct cgroup_hierarchy){.mount = place->dir,
			.own = "/",
			.name = "",
			.controllers = place->controllers,
			.v2 = place->v2};
		if (!place->v2 && place->controllers)
			host.mode = cgroup_find_v2(cgroup) ? CGROUP_MODE_HYBRID : CGROUP_MODE_V1;
	}
	return host;
}

static int plan_devices(const struct cgroup *cgroup, const struct cgroup_update *update, struct arena *arena,
	struct cgroup_changes *ret, struct err *e)
{
	const struct cgroup_device_wanted wanted = {.rules = update->resources->devices,
		.rules_n = update->resources->devices_n,
		.devices = update->devices,
		.devices_n = update->devices_n};
	const struct cgroup_place *place = cgroup_find(cgroup, CGROUP_DEVICES);
	struct cgroup_device_rules rules;
	own_text now = {0};
	int r = cgroup_device_rules(&wanted, arena, &rules, e);

	if (r == 0 && !place)
		return cgroup_device_program(&rules, arena, &ret->program, e);
	if (r == 0)
		r = cgroup_place_read(place, "devices.list", &now, e);
	return r < 0 ? r : cgroup_device_writes(&rules, text_string(&now), arena, &ret->writes, e);
}

int cgroup_update_plan(const struct cgroup *cgroup, const struct cgroup_update *update, struct arena *arena,
	struct cgroup_changes *ret, struct err *e)
{
	const struct cgroup_host host = host_of(cgroup);
	struct cgroup_limits limits = {.resources = update->resources, .host = &host};
	struct cgroup_changes changes = {0};
	int r = cgroup_read_now(cgroup, &limits.now, e);

	if (r == 0)
		r = cgroup_limits_list(&limits, arena, &changes.writes, e);
	if (r == 0 && update->resources->devices_n)
		r = plan_devices(cgroup, update, arena, &changes, e);
	if (r == 0)
		*ret = changes;
	return r;
}

int cgroup_update_apply(const struct cgroup *cgroup, const struct cgroup_changes *changes, struct err *e)
{
	int r;

	cgroup_enable(cgroup, cgroup_writes_controllers(&changes->writes));
	r = cgroup_apply(cgroup, &changes->writes, e);
	return r == 0 && changes->program.n ? cgroup_device_attach(cgroup, &changes->program, e) : r;
}
