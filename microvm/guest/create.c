/* SPDX-License-Identifier: Apache-2.0 */
/* A service that waits for its start. */
#include "base/own.h"
#include "base/unix_socket.h"
#include "microvm/guest/connection.h"
#include "microvm/guest/prepare.h"
#include "microvm/guest/process.h"
#include "microvm/guest/request.h"
#include "microvm/guest/state.h"
#include "runtime/isolation/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

/* In a worker. */
static int create_launch(void *self, struct worker_result *ret, struct err *e)
{
	struct agent *agent = self;
	struct guest_service *service = &agent->service;
	struct launch_request request = process_launch_request(service, &service->plan);

	request.mount_cgroups = &service->mount_cgroups;
	request.start_socket = service->start;
	return process_launch(&request, &service->streams, ret, e);
}

/* The host's ends go to the service, whose streams they are from here on. */
static int create_attach(struct agent *agent, struct err *e)
{
	static const struct {
		enum agent_stream stream;
		enum agent_host_port port;
	} ends[] = {
		{AGENT_STREAM_STDIN, AGENT_HOST_STDIN},
		{AGENT_STREAM_STDOUT, AGENT_HOST_STDOUT},
		{AGENT_STREAM_STDERR, AGENT_HOST_STDERR},
	};
	struct streams *streams = &agent->service.streams;
	int r = 0;

	for (size_t i = 0; i < sizeof ends / sizeof *ends && r == 0; i++) {
		bool wanted = streams->ours[ends[i].stream] >= 0;
		own_fd host = wanted ? give_fd(&agent->host[ends[i].port]) : -1;

		if (wanted && host < 0 && ends[i].stream != AGENT_STREAM_STDIN)
			host = open("/dev/null", O_WRONLY | O_CLOEXEC); /* what nobody wants must not fill the pipe */
		if (host >= 0)
			r = streams_attach(streams, ends[i].stream, &agent->pumps, give_fd(&host), e);
	}
	return r;
}

static int create_finish(struct agent *agent, struct worker_result *result, struct err *e)
{
	struct guest_service *service = &agent->service;
	int r;

	service->pid = result->pid;
	service->pidfd = process_pidfd(result->pid, e);
	r = service->pidfd < 0 ? service->pidfd : streams_launched(&service->streams, give_fd(&result->console), e);
	r = r ? r : create_attach(agent, e);
	if (r == 0)
		service->phase = GUEST_CREATED;
	return r;
}

static void create_done(void *self, struct worker_result *result, const struct err *why)
{
	struct agent *agent = self;
	struct guest_service *service = &agent->service;
	struct connection *c = service->waiting;
	struct err e = *why;
	const uint32_t pid = (uint32_t)result->pid;

	if (e.no == 0)
		(void)create_finish(agent, result, &e); /* e tells */
	if (e.no == 0) {
		connection_answer(c, AGENT_CREATED, &(struct frame_parts){.head = &pid, .head_length = sizeof pid});
	} else {
		process_abandon(result->pid);
		guest_service_free(service);
		connection_refuse(c, &e);
	}
	connection_resume(c);
}

static int create_begin(struct connection *c, const struct agent_create *create, struct err *e)
{
	struct agent *agent = c->agent;
	struct guest_service *service = &agent->service;
	const struct streams_wanted wanted = {.terminal = service->spec.process->terminal.value,
		.input = create->flags & AGENT_CREATE_STDIN && agent->host[AGENT_HOST_STDIN] >= 0};
	own_fd directory = open(agent->setting->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = streams_open(&service->streams, &wanted, e);

	if (r < 0)
		return r;
	if (directory < 0)
		return err_sys(e, "open '%s'", agent->setting->directory);
	(void)unlinkat(directory, PROCESS_START_SOCKET, 0); /* of an earlier try; mostly there is none */
	service->start = unix_listen(directory, PROCESS_START_SOCKET, SOCK_SEQPACKET, e);
	if (service->start < 0)
		return service->start;
	service->waiting = c;
	return worker_start(
		&agent->workers, &(struct worker_job){.run = create_launch, .done = create_done, .self = agent}, e);
}

int request_create(struct connection *c, const struct frame *frame, struct err *e)
{
	struct guest_service *service = &c->agent->service;
	const struct agent_create *create = frame_head(frame, sizeof *create);
	const struct text json = {
		.data = frame->payload.data + sizeof *create, .length = frame->payload.length - sizeof *create};
	int r;

	if (service->phase != GUEST_EMPTY)
		return err_set(e, EBUSY, "wrong-status", "the guest has its service already");
	r = guest_prepare(c->agent, create, &json, e);
	r = r ? r : create_begin(c, create, e);
	if (r < 0) {
		guest_service_free(service);
		return r;
	}
	service->phase = GUEST_CREATING;
	connection_rest(c);
	return 0;
}
