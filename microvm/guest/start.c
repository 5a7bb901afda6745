/* SPDX-License-Identifier: Apache-2.0 */
/* The network is known when the service starts, and not before; then its program runs. */
#include "base/own.h"
#include "base/unix_socket.h"
#include "microvm/guest/connection.h"
#include "microvm/guest/network.h"
#include "microvm/guest/process.h"
#include "microvm/guest/request.h"
#include "microvm/guest/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

/* In a worker. */
static int start_release(void *self, struct worker_result *ret, struct err *e)
{
	const struct agent *agent = self;
	const struct guest_service *service = &agent->service;
	own_fd directory = open(agent->setting->directory, O_PATH | O_DIRECTORY | O_CLOEXEC), connection = -1;

	(void)ret; /* it has nothing to leave */
	if (directory < 0)
		return err_sys(e, "open '%s'", agent->setting->directory);
	connection = unix_connect(directory, PROCESS_START_SOCKET, SOCK_SEQPACKET, e);
	if (connection < 0)
		return connection;
	return launch_release(&(struct launch_waiting){.spec = &service->spec,
				      .id = service->id,
				      .bundle = service->bundle,
				      .pid = service->pid,
				      .pidfd = service->pidfd,
				      .connection = connection},
		e);
}

static void start_done(void *self, struct worker_result *result, const struct err *e)
{
	struct agent *agent = self;
	struct guest_service *service = &agent->service;

	(void)result; /* there is none */
	if (service->phase == GUEST_STARTING)
		service->phase = GUEST_RUNNING;
	if (e->no)
		connection_refuse(service->waiting, e);
	else
		connection_done(service->waiting);
	connection_resume(service->waiting);
}

int request_start(struct connection *c, const struct frame *frame, struct err *e)
{
	struct agent *agent = c->agent;
	const struct agent_start *start = frame_exact(frame, sizeof *start);
	int r;

	if (agent->service.phase != GUEST_CREATED)
		return err_set(e, EBUSY, "wrong-status", "the guest has no service that waits for its start");
	r = network_configure(start, agent->service.pid, e);
	r = r ? r
	      : worker_start(&agent->workers,
			&(struct worker_job){.run = start_release, .done = start_done, .self = agent}, e);
	if (r < 0)
		return r;
	agent->service.phase = GUEST_STARTING;
	agent->service.waiting = c;
	own_release_fd(&agent->service.start); /* the service listens by its own copy */
	connection_rest(c);
	return 0;
}
