/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a service of images. criu stands where the service's first process would: launched by a plan into the
 * service's cgroup, it restores the processes as our children, and tells of the first before it runs. So the order is
 * that of a service that is started: the intent is on disk before there is anything, the pid before it runs.
 */
#include "runtime/service/namespace_restore.h"
#include "base/own.h"
#include "base/process.h"
#include "runtime/isolation/cgroup_make.h"
#include "runtime/isolation/console.h"
#include "runtime/isolation/criu_program.h"
#include "runtime/isolation/launch.h"
#include "runtime/service/store.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void restoring_release(struct restoring *r)
{
	prepared_free(&r->prepared);
	checkpoint_images_close(&r->images);
	external_namespaces_close(&r->namespaces);
	text_free(&r->options);
	own_release_fd(&r->console);
}

static int restore_check(const struct service_request *request, struct err *e)
{
	if (!request->privileged)
		return err_set(e, EPERM, "checkpoint-rootless",
			"'%s' cannot be restored by a plain user: criu needs root for what it does to processes",
			request->id);
	return criu_program_find(e);
}

/* Both the cgroup and the plan of criu in it. */
static int restore_prepare(struct restoring *r, struct err *e)
{
	int n = prepare_restore(r->request, &r->prepared, e);

	/* what systemd makes, it also removes */
	n = n || r->request->systemd_cgroup ? n : cgroup_survey(&r->prepared.cgroup, e);
	return n ? n : restore_note_cgroup(r, e);
}

int restore_note_cgroup(struct restoring *r, struct err *e)
{
	struct service *s = &r->made->service;
	int n = prepare_cgroup_text(&r->prepared, &s->state, e);

	s->state.may_trace = plan_may_trace(r->request->spec);
	return n ? n : store_write_state(s->dir, &s->state, e);
}

static int restore_launch(struct restoring *r, int socket, struct launch_result *ret, struct err *e)
{
	int pass[1 + EXTERNAL_NAMESPACES_MAX] = {socket};

	memcpy(pass + 1, r->namespaces.fds, r->namespaces.n * sizeof *pass);
	return launch_run(
		&(struct launch_request){
			.plan = &r->prepared.plan,
			.cgroup = r->prepared.host.n ? &r->prepared.cgroup : NULL,
			.target = -1,
			.id = r->request->id,
			.bundle = r->request->bundle,
			.seccomp_cache = -1,
			.start_socket = -1,
			.console_socket = -1,
			.interrupt_fd = r->request->interrupt_fd,
			.lock = r->made->service.dir,
			.pass_fds = pass,
			.pass_n = 1 + (unsigned int)r->namespaces.n,
		},
		ret, e);
}

static int restore_ask(struct restoring *r, int socket, const struct launch_result *criu, struct err *e)
{
	struct criu_response response;
	int n = restore_note_cgroup(r, e); /* again, since now it is known which of its parents are ours to remove */

	n = n ? n : checkpoint_images_enter(&r->images, criu->pid, e);
	n = n ? n : restore_options(r, criu->pid, e);
	n = n ? n
	      : criu_ask(
			&(struct criu_call){
				.type = CRIU_RESTORE,
				.options = &r->options,
				.socket = socket,
				.interrupt_fd = r->request->interrupt_fd,
				.hear = restore_hear,
				.context = r,
			},
			&response, e);
	if (n == 0 && !r->made->service.state.pid)
		return err_set(e, EPROTO, "criu-protocol", "criu has restored something, and did not say what");
	return n;
}

static int restore_run(struct restoring *r, struct err *e)
{
	own_fd ours = -1, theirs = -1, pidfd = -1;
	struct launch_result criu;
	int n = criu_socket(&ours, &theirs, e);

	n = n ? n : restore_launch(r, theirs, &criu, e);
	if (n < 0)
		return n;
	pidfd = criu.pidfd;
	own_release_fd(&theirs);
	n = restore_ask(r, ours, &criu, e);
	if (n < 0)
		(void)process_signal(pidfd, SIGKILL, &(struct err){0}); /* it may have ended */
	while (waitpid(criu.pid, NULL, 0) < 0 && errno == EINTR)
		;
	return n;
}

/* The pidfd of the first process, which is our child. */
static int restore_take(struct service *s, struct err *e)
{
	int fd = process_open((pid_t)s->state.pid, s->state.pid_start_ticks, e);

	if (fd == -ESRCH)
		return 0; /* it has ended already, as one that is started may */
	s->pidfd = fd < 0 ? -1 : fd;
	return fd < 0 ? fd : 0;
}

/* What criu has restored before it failed is in the cgroup. */
static void restore_undo(struct restoring *r)
{
	struct service *s = &r->made->service;
	struct err ignored;

	(void)namespace_destroy(s, &ignored); /* the failure before is the one to tell */
	if (s->state.pid > 0)
		(void)waitpid((pid_t)s->state.pid, NULL, WNOHANG); /* our child, if it was there */
	service_hooks_after(s, r->request->spec, SPEC_HOOK_POSTSTOP);
}

int namespace_restore(const struct service_request *request, struct service_made *made, struct err *e)
{
	__attribute__((cleanup(restoring_release))) struct restoring r = {
		.request = request, .made = made, .images = CHECKPOINT_IMAGES_NONE, .console = -1};
	int n = restore_check(request, e);

	n = n ? n : external_check(request->spec, e);
	n = n ? n : checkpoint_images_open(request->restore, &r.images, e);
	n = n ? n : checkpoint_streams_read(&r.images, r.streams, e);
	n = n ? n : external_namespaces_open(request->spec, &r.namespaces, e);
	if (n == 0 && request->console_socket)
		r.console = console_connect(request->console_socket, e);
	if (n < 0 || (request->console_socket && r.console < 0))
		return -e->no;
	n = restore_prepare(&r, e);
	if (n < 0)
		return n;
	n = restore_run(&r, e);
	n = n ? n : restore_take(&made->service, e);
	if (n == 0)
		return 0;
	n = criu_explain(&r.images, e);
	restore_undo(&r);
	return err_ctx(e, "restore '%s'", request->id);
}
