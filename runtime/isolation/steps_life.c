/* SPDX-License-Identifier: Apache-2.0 */
/* The moments of a start-up that others take part in: hooks, whoever writes the service down, `start`. */
#include "base/own.h"
#include "runtime/isolation/baton.h"
#include "runtime/isolation/hooks.h"
#include "runtime/isolation/steps.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* runtime.md, "Lifecycle": a service is "created" once it waits for its start. */
static const char *step_hook_status(enum spec_hook_moment moment)
{
	return moment == SPEC_HOOK_START_CONTAINER ? "created" : "creating";
}

int step_hooks(struct run *run, const struct step *step, struct err *e)
{
	const struct launch_request *request = run->request;
	const struct spec *spec = request->plan->spec;
	enum spec_hook_moment moment = (enum spec_hook_moment)step->flags;
	const struct hook_call call = {
		.spec = spec,
		.moment = moment,
		.state =
			{
				.oci_version = spec->oci_version,
				.id = request->id,
				.bundle = request->bundle,
				.status = step_hook_status(moment),
				/* as the hook sees it, in its namespaces */
				.pid = run->me == ACTOR_HOST ? run->pid : getpid(),
				.annotations = &spec->annotations,
			},
		.interrupt_fd = run->me == ACTOR_HOST ? request->interrupt_fd : -1,
	};

	return hooks_run(&call, e);
}

int step_record(struct run *run, const struct step *step, struct err *e)
{
	(void)step;
	return run->request->record ? run->request->record(run->request->recorder, run->pid, e) : 0;
}

/*
 * From here on the service belongs to nobody's process: the cloche that made it may end, and the one
 * that starts it connects. What is told on the old baton stays unread, so the new one takes its place.
 */
int step_wait_start(struct run *run, const struct step *step, struct err *e)
{
	int connection, r;

	(void)step;
	r = baton_send(run->baton, &(struct baton){.kind = BATON_RELEASE, .fd = -1}, e);
	if (r < 0)
		return r;
	own_release_fd(&run->baton);
	/* a signal that comes while it waits means what it says */
	r = exec_signals_reset(e);
	if (r < 0)
		return r;
	/* whoever is executed in the service meanwhile could reach the host's directories by /proc/1/fd */
	r = exec_fds_close(run->request->preserve_fds, run->request->start_socket, e);
	if (r < 0)
		return r;
	do
		connection = accept4(run->request->start_socket, NULL, NULL, SOCK_CLOEXEC);
	while (connection < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (connection < 0)
		return err_sys(e, "wait for the start");
	run->baton = connection;
	return 0;
}
