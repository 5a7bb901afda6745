/* SPDX-License-Identifier: Apache-2.0 */
/* A further process in a running service in namespaces. */
#include "base/own.h"
#include "runtime/isolation/console.h"
#include "runtime/isolation/fidelity.h"
#include "runtime/isolation/launch.h"
#include "runtime/isolation/plan_for.h"
#include "runtime/service/exec_cgroup.h"
#include "runtime/service/namespace.h"
#include "runtime/service/store.h"

static int exec_plan(const struct service *s, const struct service_exec *request, const struct cgroup *cgroup,
	struct plan *ret, struct err *e)
{
	const struct plan_setting setting = {
		.cgroup_v1 = namespace_has_cgroup(cgroup, false),
		.cgroup_v2 = namespace_has_cgroup(cgroup, true),
		.id = s->state.id,
		.bundle = s->state.bundle,
		.privileged = !s->state.rootless,
		.no_new_keyring = s->state.no_new_keyring,
		.unseen = s->state.may_trace,
		.no_record = !request->pid_file,
	};

	return plan_for_exec(request->spec, &setting, ret, e);
}

static int exec_check(const struct service_exec *request, struct err *e)
{
	const struct fidelity_host host = fidelity_probe_process(request->spec);
	own_report unheard = {0};
	struct report *report = request->report ? request->report : &unheard;

	fidelity_check_process(request->spec, &host, report);
	return report_error(report, e);
}

/* Later ones must keep out of sight of this one, if it may trace (`exec --cap`): so it is written down before it is
 * there. */
static int exec_remember(const struct service *s, const struct spec *spec, struct err *e)
{
	own_service_state state = {0};
	int r;

	if (s->state.may_trace || !plan_may_trace(spec))
		return 0;
	r = store_lock(s->dir, s->state.id, false, e);
	if (r < 0)
		return r;
	r = store_read_state(s->dir, &state, e);
	state.may_trace = true;
	r = r ? r : store_write_state(s->dir, &state, e);
	store_unlock(s->dir);
	return r;
}

static int exec_record(void *recorder, pid_t pid, struct err *e)
{
	return service_write_pid_file(recorder, pid, e);
}

int namespace_exec(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e)
{
	own_cgroup cgroup = {0};
	own_plan plan = {0};
	own_fd console = -1, cache = namespace_seccomp_cache(s->root, request->spec);
	struct launch_result result;
	int r = exec_check(request, e);

	r = r ? r : exec_cgroup_find(s, request->cgroup, &cgroup, e);
	r = r ? r : exec_remember(s, request->spec, e);
	r = r ? r : exec_plan(s, request, &cgroup, &plan, e);
	if (r == 0 && request->console_socket)
		console = console_connect(request->console_socket, e);
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
			.listen_fds = request->listen_fds,
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
