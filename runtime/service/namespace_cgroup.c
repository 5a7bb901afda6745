/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to a service in namespaces by way of its cgroup. */
#include "runtime/isolation/cgroup_process.h"
#include "runtime/isolation/cgroup_stats.h"
#include "runtime/isolation/cgroup_update.h"
#include "runtime/isolation/systemd_service.h"
#include "runtime/service/namespace.h"

#include <errno.h>

/* The cgroup, which there must be for what is to be done. */
static int namespace_need_cgroup(const struct service *s, struct cgroup *ret, struct err *e)
{
	int r = namespace_cgroup(s, ret, e);

	if (r == 0 && !ret->n)
		return err_set(
			e, EOPNOTSUPP, "no-cgroup", "'%s' was made without a cgroup, which this needs", s->state.id);
	return r;
}

int namespace_pause(struct service *s, bool on, struct err *e)
{
	own_cgroup cgroup = {0};
	int r = namespace_need_cgroup(s, &cgroup, e);

	return r ? r : cgroup_freeze(&cgroup, on, e);
}

/* systemd would undo what it does not know of when it next writes its unit's limits. */
static int namespace_tell_systemd(
	const struct service *s, const struct spec *spec, const struct cgroup_changes *changes, struct err *e)
{
	const struct systemd_service service = {
		.id = s->state.id,
		.cgroups_path = spec->linux ? spec->linux->cgroups_path : NULL,
		.user = s->state.rootless,
	};
	own_cgroup_host host = {0};
	int r = s->state.systemd_cgroup ? cgroup_host_detect(&host, e) : 0;

	if (r < 0 || !s->state.systemd_cgroup)
		return r;
	return systemd_service_set(&service, &(struct systemd_limits){.host = &host, .writes = &changes->writes}, e);
}

int namespace_update(struct service *s, struct spec *spec, const struct spec_resources *resources, struct err *e)
{
	const struct cgroup_update update = {
		.resources = resources,
		.devices = spec->linux ? spec->linux->devices : NULL,
		.devices_n = spec->linux ? spec->linux->devices_n : 0,
	};
	own_arena arena = {0};
	own_cgroup cgroup = {0};
	struct cgroup_changes changes;
	int r = namespace_need_cgroup(s, &cgroup, e);

	r = r ? r : cgroup_update_plan(&cgroup, &update, &arena, &changes, e);
	r = r ? r : cgroup_update_apply(&cgroup, &changes, e);
	return r ? r : namespace_tell_systemd(s, spec, &changes, e);
}

int namespace_stats(struct service *s, struct stats *ret, struct err *e)
{
	own_cgroup cgroup = {0};
	int r = namespace_need_cgroup(s, &cgroup, e);

	return r ? r : cgroup_stats(&cgroup, ret, e);
}

int namespace_oom_kills(struct service *s, uint64_t *ret, struct err *e)
{
	own_cgroup cgroup = {0};
	int r = namespace_need_cgroup(s, &cgroup, e);

	return r ? r : cgroup_oom_kills(&cgroup, ret, e);
}

/* Without a cgroup only the first process is known. */
int namespace_processes(struct service *s, struct pid_list *ret, struct err *e)
{
	own_cgroup cgroup = {0};
	int r = namespace_cgroup(s, &cgroup, e);

	if (r < 0 || cgroup.n)
		return r ? r : cgroup_pids(&cgroup, ret, e);
	return s->pidfd >= 0 ? pid_list_add(ret, (pid_t)s->state.pid, e) : 0;
}
