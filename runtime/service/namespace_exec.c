/* SPDX-License-Identifier: Apache-2.0 */
/* A further process in a running service in namespaces. */
#include "base/own.h"
#include "base/path.h"
#include "base/unix_socket.h"
#include "runtime/isolation/launch.h"
#include "runtime/isolation/plan_for.h"
#include "runtime/service/backend.h"
#include "runtime/service/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int exec_plan(const struct service *s, const struct service_exec *request, const struct cgroup *cgroup,
	struct plan *ret, struct err *e)
{
	const struct plan_setting setting = {
		.cgroup_v1 = namespace_has_cgroup(cgroup, false),
		.cgroup_v2 = namespace_has_cgroup(cgroup, true),
		.id = s->state.id,
		.bundle = s->state.bundle,
		.privileged = !s->state.rootless,
		.no_new_keyring = true, /* it is the service's that it joins */
	};

	return plan_for_exec(request->spec, &setting, ret, e);
}

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

static int exec_cgroup(const struct service *s, const char *below, struct cgroup *ret, struct err *e)
{
	int r = namespace_cgroup(s, ret, e);

	return r || !below || !below[strspn(below, "/")] ? r : exec_cgroup_below(ret, below, e);
}

static int exec_record(void *recorder, pid_t pid, struct err *e)
{
	const char *pid_file = recorder;

	return pid_file ? service_write_pid_file(pid_file, pid, e) : 0;
}

int namespace_exec(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e)
{
	own_cgroup cgroup = {0};
	own_plan plan = {0};
	own_fd console = -1, cache = namespace_seccomp_cache(s->root);
	struct launch_result result;
	int r = exec_cgroup(s, request->cgroup, &cgroup, e);

	r = r ? r : exec_plan(s, request, &cgroup, &plan, e);
	if (r == 0 && request->console_socket)
		console = unix_connect(AT_FDCWD, request->console_socket, SOCK_STREAM, e);
	if (r < 0 || (request->console_socket && console < 0))
		return -e->no;
	r = launch_run(
		&(struct launch_request){
			.plan = &plan,
			.cgroup = &cgroup,
			.target = s->pidfd,
			.id = s->state.id,
			.bundle = s->state.bundle,
			.seccomp_cache = cache,
			.start_socket = -1,
			.console_socket = console,
			.interrupt_fd = request->interrupt_fd,
			.lock = s->dir,
			.preserve_fds = request->preserve_fds,
			.record = exec_record,
			/* exec_record() gives it back as it was */
			.recorder = (void *)(uintptr_t)request->pid_file,
		},
		&result, e);
	if (r < 0)
		return r;
	*ret = (struct service_executed){.pid = result.pid, .pidfd = result.pidfd, .console = result.console};
	return 0;
}
