/* SPDX-License-Identifier: Apache-2.0 */
/* The wall of namespaces: a service is a process on the host's kernel. */
#include "runtime/service/namespace.h"

#include "base/own.h"
#include "base/process.h"
#include "runtime/isolation/cgroup_make.h"
#include "runtime/isolation/cgroup_process.h"
#include "runtime/isolation/resctrl.h"
#include "runtime/isolation/systemd_service.h"
#include "runtime/service/backend.h"

#include <errno.h>
#include <signal.h>

enum { NAMESPACE_END_TIMEOUT_MS = 10000 };

int namespace_cgroup(const struct service *s, struct cgroup *ret, struct err *e)
{
	return cgroup_load(s->state.cgroup ? s->state.cgroup : "", ret, e);
}

bool namespace_has_cgroup(const struct cgroup *cgroup, bool v2)
{
	for (size_t i = 0; i < cgroup->n; i++)
		if (cgroup->places[i].v2 == v2)
			return true;
	return false;
}

/* A process that version 1's freezer holds dies of nothing until it is let go. */
static void namespace_thaw_dying(const struct service *s)
{
	own_cgroup cgroup = {0};
	struct err ignored;

	/* one that cannot be read or thawed is one that is gone */
	if (namespace_cgroup(s, &cgroup, &ignored) == 0 && cgroup_is_frozen(&cgroup))
		(void)cgroup_freeze(&cgroup, false, &ignored);
}

static int namespace_kill(struct service *s, int signo, bool all, struct err *e)
{
	own_cgroup cgroup = {0};
	int r;

	if (!all && s->pidfd < 0)
		return err_set(e, ESRCH, "no-process", "container not running");
	if (!all) {
		r = process_signal(s->pidfd, signo, e);
		if (r == 0 && signo == SIGKILL)
			namespace_thaw_dying(s);
		return r;
	}
	r = namespace_cgroup(s, &cgroup, e);
	return r ? r : cgroup_signal(&cgroup, signo, e);
}

bool namespace_paused(const struct service *s)
{
	own_cgroup cgroup = {0};
	struct err ignored;

	/* a cgroup that cannot be read is not a paused one */
	return namespace_cgroup(s, &cgroup, &ignored) == 0 && cgroup_is_frozen(&cgroup);
}

/* What the host has lent beside the cgroup. The spec is read only where the host has any of it. */
static void namespace_return_shares(const struct service *s)
{
	struct err ignored;
	own_spec spec = {0};
	own_fd root = resctrl_is_mounted() ? resctrl_open(&ignored) : -1;

	/* a service without a spec was never started */
	if (root < 0 || service_spec(s, &spec, &ignored) < 0 || !spec.linux || !spec.linux->intel_rdt)
		return;
	resctrl_remove(&(struct resctrl){.root = root, .id = s->state.id, .rdt = spec.linux->intel_rdt});
}

int namespace_destroy(struct service *s, struct err *e)
{
	own_cgroup cgroup = {0};
	int r = namespace_cgroup(s, &cgroup, e);

	if (r < 0)
		return r;
	r = cgroup.n ? cgroup_signal(&cgroup, SIGKILL, e) : 0;
	if (s->pidfd >= 0)
		(void)process_signal(s->pidfd, SIGKILL, &(struct err){0}); /* it may just have ended */
	if (r == 0 && s->pidfd >= 0)
		r = process_wait_end(s->pidfd, NAMESPACE_END_TIMEOUT_MS, e);
	if (r == 0)
		namespace_return_shares(s);
	if (r == 0 && s->state.systemd_cgroup)
		r = systemd_service_stop(&(struct systemd_service){.id = s->state.id,
						 .cgroups_path = *s->state.cgroups_path ? s->state.cgroups_path : NULL,
						 .user = s->state.rootless},
			e);
	return r || !cgroup.n ? r : cgroup_remove(&cgroup, e);
}

const struct isolation isolation_namespace = {
	.name = "namespace",
	.create = namespace_create,
	.start = namespace_start,
	.exec = namespace_exec,
	.kill = namespace_kill,
	.paused = namespace_paused,
	.pause = namespace_pause,
	.update = namespace_update,
	.stats = namespace_stats,
	.oom_kills = namespace_oom_kills,
	.processes = namespace_processes,
	.checkpoint = namespace_checkpoint,
	.restore = namespace_restore,
	.destroy = namespace_destroy,
};
