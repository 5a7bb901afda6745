/* SPDX-License-Identifier: Apache-2.0 */
/* Making a service in namespaces, and letting it go. */
#include "base/own.h"
#include "base/unix_socket.h"
#include "runtime/isolation/cgroup_make.h"
#include "runtime/isolation/console.h"
#include "runtime/isolation/launch.h"
#include "runtime/service/namespace.h"
#include "runtime/service/prepare.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECCOMP_CACHE_DIR ".seccomp"

int namespace_seccomp_cache(int root, const struct spec *spec)
{
	if (!spec->linux || !spec->linux->seccomp)
		return -1;
	if (mkdirat(root, SECCOMP_CACHE_DIR, 0700) < 0 && errno != EEXIST)
		return -1;
	return openat(root, SECCOMP_CACHE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

struct namespace_recorder {
	struct service *service;
	const struct prepared *prepared;
	const char *pid_file;
};

static int namespace_record(void *recorder, pid_t pid, struct err *e)
{
	struct namespace_recorder *r = recorder;
	/* again, since making the cgroup has told which of its parents are ours to remove */
	int n = prepare_cgroup_text(r->prepared, &r->service->state, e);

	return n ? n : service_record(r->service, r->pid_file, pid, e);
}

static int namespace_launch(
	const struct service_request *request, struct prepared *prepared, struct service_made *made, struct err *e)
{
	struct service *s = &made->service;
	struct namespace_recorder recorder = {.service = s, .prepared = prepared, .pid_file = request->pid_file};
	own_fd start = request->wait_start ? unix_listen(s->dir, STORE_START_SOCKET, SOCK_SEQPACKET, e) : -1;
	own_fd console = -1, cache = namespace_seccomp_cache(s->root, request->spec);
	struct launch_result result;
	int r;

	if (request->wait_start && start < 0)
		return start;
	if (request->console_socket)
		console = console_connect(request->console_socket, e);
	if (request->console_socket && console < 0)
		return console;
	r = launch_run(
		&(struct launch_request){
			.plan = &prepared->plan,
			.cgroup = prepared->host.n ? &prepared->cgroup : NULL,
			.mount_cgroups = &prepared->mount_cgroups,
			.target = -1,
			.id = request->id,
			.bundle = request->bundle,
			.seccomp_cache = cache,
			.start_socket = start,
			.console_socket = console,
			.interrupt_fd = request->interrupt_fd,
			.lock = s->dir,
			.preserve_fds = request->preserve_fds,
			.listen_fds = request->listen_fds,
			.trace = request->trace,
			.record = namespace_record,
			.recorder = &recorder,
		},
		&result, e);
	if (r < 0)
		return r;
	s->pidfd = result.pidfd;
	made->console = result.console;
	return 0;
}

int namespace_create(const struct service_request *request, struct service_made *made, struct err *e)
{
	__attribute__((cleanup(prepared_free))) struct prepared prepared = {0};
	struct service *s = &made->service;
	int64_t start_us = clock_now_us();
	int r = prepare_service(request, &prepared, e);

	/* what systemd makes, it also removes */
	r = r || request->systemd_cgroup ? r : cgroup_survey(&prepared.cgroup, e);
	r = r ? r : prepare_cgroup_text(&prepared, &s->state, e);
	s->state.may_trace = plan_may_trace(request->spec);
	r = r ? r : store_write_state(s->dir, &s->state, e);
	trace_lap(request->trace, "prepare", &start_us);
	if (r < 0)
		return r;
	r = namespace_launch(request, &prepared, made, e);
	trace_span(request->trace, "launch", start_us);
	if (r < 0) /* runtime.md, "Lifecycle", 13: what earlier hooks have begun, these end */
		service_hooks_after(s, request->spec, SPEC_HOOK_POSTSTOP);
	return r;
}

int namespace_start(struct service *s, const struct spec *spec, struct err *e)
{
	own_fd connection = unix_connect(s->dir, STORE_START_SOCKET, SOCK_SEQPACKET, e);
	int r;

	if (connection < 0)
		return connection;
	r = launch_release(&(struct launch_waiting){.spec = spec,
				   .id = s->state.id,
				   .bundle = s->state.bundle,
				   .pid = (pid_t)s->state.pid,
				   .pidfd = s->pidfd,
				   .connection = connection},
		e);
	if (r < 0)
		return r;
	if (unlinkat(s->dir, STORE_START_SOCKET, 0) < 0)
		return err_sys(e, "remove the start socket");
	return 0;
}
