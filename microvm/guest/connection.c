/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/connection.h"

#include "base/own.h"
#include "microvm/guest/request.h"
#include "microvm/guest/state.h"

#include <errno.h>
#include <linux/vm_sockets.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { CONNECTIONS_MAX = 64, CONNECTION_SEND_S = 5 };

/* Those whose process runs for as long as it likes take no place from others, such as the streams of that process. */
static bool connection_is_room(const struct agent *agent)
{
	unsigned int n = 0;

	for (const struct connection *c = agent->connections; c; c = c->next)
		n += !c->exec;
	return n < CONNECTIONS_MAX;
}

/* Who finds no room waits at the listener, and beyond its backlog on the host, which tries again. */
static void connection_watch(struct agent *agent, bool room)
{
	struct err ignored;

	if (agent->listener.fd >= 0)
		(void)loop_change(&agent->loop, &agent->listener, room ? EPOLLIN : 0, &ignored); /* it is in the loop */
}

static void connection_ready(struct loop_source *source, uint32_t events)
{
	struct connection *c = source->self;
	struct err e = ERR_NONE;
	int r = frame_reader_feed(&c->reader, c->fd, FRAME_PAYLOAD_MAX, &e);

	(void)events; /* reading tells */
	if (r < 0)
		connection_close(c);
	if (r <= 0)
		return;
	r = request_handle(c, &c->reader.frame, &e);
	if (r < 0)
		connection_refuse(c, &e);
}

/* By itself the guest has no way to its own port, but a module that someone loads may be one. */
static bool connection_is_from_host(int fd)
{
	struct sockaddr_vm peer = {0};
	socklen_t length = sizeof peer;

	if (getpeername(fd, (struct sockaddr *)&peer, &length) < 0)
		return false;
	return peer.svm_family != AF_VSOCK || peer.svm_cid == VMADDR_CID_HOST;
}

static struct connection *connection_new(struct agent *agent, int fd)
{
	struct connection *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	*c = (struct connection){.agent = agent,
		.next = agent->connections,
		.fd = fd,
		.source = {.fd = fd, .ready = connection_ready, .self = c}};
	agent->connections = c;
	return c;
}

static void connection_greet(struct connection *c)
{
	const struct timeval patience = {.tv_sec = CONNECTION_SEND_S};
	const struct agent_hello hello = {.version = AGENT_VERSION, .boot_ns = c->agent->setting->boot_ns};

	/* an answer that nobody takes must not hold up everybody else; without it, it may */
	(void)setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	connection_answer(c, AGENT_HELLO, &(struct frame_parts){.head = &hello, .head_length = sizeof hello});
}

static void connection_arrived(struct loop_source *source, uint32_t events)
{
	struct agent *agent = source->self;
	own_fd fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC);
	struct connection *c;
	struct err ignored;

	(void)events; /* accept4(2) tells */
	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		connection_watch(agent, false); /* until a connection ends */
	if (fd < 0 || !connection_is_from_host(fd))
		return;
	c = connection_new(agent, fd);
	if (!c)
		return;
	(void)give_fd(&fd);
	if (loop_add(&agent->loop, &c->source, EPOLLIN, &ignored) < 0)
		connection_close(c);
	else
		connection_greet(c);
	connection_watch(agent, connection_is_room(agent));
}

int connection_listen(struct agent *agent, struct err *e)
{
	agent->listener =
		(struct loop_source){.fd = agent->setting->listener, .ready = connection_arrived, .self = agent};
	return loop_add(&agent->loop, &agent->listener, EPOLLIN, e);
}

void connection_answer(struct connection *c, uint16_t type, const struct frame_parts *parts)
{
	struct err ignored;

	if (frame_send(c->fd, type, parts, &ignored) < 0)
		(void)shutdown(c->fd, SHUT_RDWR); /* closed by the loop, when it next looks */
}

void connection_done(struct connection *c)
{
	connection_answer(c, AGENT_DONE, &(struct frame_parts){0});
}

void connection_refuse(struct connection *c, const struct err *e)
{
	connection_answer(c, AGENT_ERROR, &(struct frame_parts){.head = e, .head_length = sizeof *e});
}

void connection_rest(struct connection *c)
{
	loop_remove(&c->agent->loop, &c->source);
}

void connection_resume(struct connection *c)
{
	struct err ignored;

	c->source.fd = c->fd;
	connection_watch(c->agent, connection_is_room(c->agent)); /* it may have a process now */
	if (loop_add(&c->agent->loop, &c->source, EPOLLIN, &ignored) < 0)
		connection_close(c);
}

int connection_give(struct connection *c)
{
	int fd;

	loop_remove(&c->agent->loop, &c->source);
	fd = give_fd(&c->fd);
	connection_close(c);
	return fd;
}

void connection_close(struct connection *c)
{
	struct agent *agent = c->agent;

	if (c->exec)
		exec_forget(c->exec);
	loop_remove(&agent->loop, &c->source);
	for (struct connection **at = &agent->connections; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	frame_reader_free(&c->reader);
	own_release_fd(&c->fd);
	free(c);
	connection_watch(agent, connection_is_room(agent));
}
