/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/exec_cgroup.h"

#include "base/path.h"
#include "runtime/isolation/cgroup_follow.h"
#include "runtime/service/namespace.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The group below the service's own that the process is to enter. */
static int exec_cgroup_below(struct cgroup *cgroup, const char *below, struct err *e)
{
	if (path_has_dotdot(below))
		return err_set(e, EINVAL, "cgroup-outside", "the cgroup '%s' leads out of the service's own", below);
	for (size_t i = 0; i < cgroup->n; i++) {
		struct cgroup_place *place = &cgroup->places[i];

		place->dir = arena_format(&cgroup->arena, "%s/%s", place->dir, below + strspn(below, "/"));
		if (!place->dir)
			return err_nomem(e);
		if (access(place->dir, F_OK) < 0)
			return err_sys(e, "the cgroup '%s'", place->dir);
	}
	return 0;
}

int exec_cgroup_find(const struct service *s, const char *below, struct cgroup *ret, struct err *e)
{
	int r = namespace_cgroup(s, ret, e);

	if (r == 0 && below && below[strspn(below, "/")])
		return exec_cgroup_below(ret, below, e);
	return r ? r : cgroup_follow(ret, (pid_t)s->state.pid, e);
}
