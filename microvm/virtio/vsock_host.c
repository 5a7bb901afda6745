/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients of the listening Unix socket: "CONNECT <port>\n", the guest's answer, "OK <number>\n", and then they are
 * connected to the guest's port. What follows a client's line is the stream's already.
 */
#include "microvm/virtio/vsock_connection.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_vsock.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { ACCEPT_BATCH = 16, HOST_PORT_FIRST = 1 << 30 };

/* One that no connection has; a number comes back only after 2^30 others, when nothing of its last owner is on its way.
 */
static struct vsock_key fresh_key(struct vsock *v, uint32_t guest_port)
{
	struct vsock_key key = {.guest_port = guest_port};

	do {
		key.host_port = HOST_PORT_FIRST + v->next_host_port++ % HOST_PORT_FIRST;
	} while (vsock_find(v, key) || vsock_port_find(v, key.host_port));
	return key;
}

/* The port of "CONNECT <port>\n". false: the line is something else. */
static bool parse(const char *line, size_t length, uint32_t *ret)
{
	static const char word[] = "CONNECT ";
	const size_t digits = sizeof word - 1;
	uint64_t number = 0;

	if (length < digits + 2 || memcmp(line, word, digits) != 0)
		return false;
	for (size_t i = digits; i < length - 1; i++) {
		if (line[i] < '0' || line[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(line[i] - '0');
		if (number >= UINT32_MAX) /* which stands for any port (vsock(7)) */
			return false;
	}
	*ret = (uint32_t)number;
	return true;
}

static void request(struct vsock_connection *c)
{
	uint32_t port;

	if (!parse(c->line, c->line_length, &port)) {
		vsock_drop(c, false);
		return;
	}
	vsock_enter_key(c, fresh_key(c->vsock, port));
	c->state = VSOCK_REQUESTING;
	c->credit.limit = VSOCK_CREDIT_BYTES;
	c->deadline_ms = 0; /* until the guest has the request: it may still be booting */
	vsock_tell(c, VIRTIO_VSOCK_OP_REQUEST);
}

/* Takes what belongs to the line, and nothing past it. */
void vsock_greet(struct vsock_connection *c)
{
	char *at = c->line + c->line_length;
	ssize_t n = recv(c->end->fd, at, (size_t)(VSOCK_LINE_MAX - c->line_length), MSG_PEEK | MSG_DONTWAIT);
	const char *newline = n > 0 ? memchr(at, '\n', (size_t)n) : NULL;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	n = newline ? newline - at + 1 : n;
	if (n <= 0 || recv(c->end->fd, at, (size_t)n, MSG_DONTWAIT) != n) {
		vsock_drop(c, false);
		return;
	}
	c->line_length = (uint8_t)(c->line_length + n);
	if (newline)
		request(c);
	else if (c->line_length == VSOCK_LINE_MAX)
		vsock_drop(c, false);
}

void vsock_welcome(struct vsock_connection *c)
{
	char line[sizeof "OK 4294967295\n"];
	const int length = snprintf(line, sizeof line, "OK %u\n", c->key.host_port);

	c->state = VSOCK_OPEN;
	c->deadline_ms = 0;
	/* the first bytes of a socket that has room for many: all or an error */
	if (send(c->end->fd, line, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL) != length)
		vsock_stop_writing(c);
}

/* false: nobody else is waiting. */
static bool accept_one(struct vsock *v)
{
	own_fd fd = accept4(v->listener.fd, NULL, NULL, SOCK_CLOEXEC);
	struct vsock_connection *c;

	if (fd < 0) {
		v->short_of = errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
		return false;
	}
	c = vsock_connection_make(v);
	if (!c)
		return false;
	c->client = vsock_end_of_client(give_fd(&fd));
	c->reads = c->writes = true;
	vsock_expire_in(c, v->patience.greeting_ms);
	return true;
}

static void host_ready(struct loop_source *source, uint32_t events)
{
	struct vsock *v = source->self;

	(void)events;
	virtio_lock(&v->device);
	(void)vsock_begin(v); /* it is about no connection */
	for (int i = 0; i < ACCEPT_BATCH && v->connections_n < VSOCK_CONNECTIONS_MAX && accept_one(v); i++)
		continue;
	if (v->short_of)
		vsock_timer_start(v);
	vsock_work(v);
	virtio_unlock(&v->device);
}

void vsock_host_watch(struct vsock *v)
{
	const bool on = v->connections_n < VSOCK_CONNECTIONS_MAX && !v->short_of;
	struct err e;

	if (v->listener.fd < 0 || on == v->listening)
		return;
	if (loop_change(v->device.place.loop, &v->listener, on ? EPOLLIN : 0, &e) == 0)
		v->listening = on;
}

int vsock_host_open(struct vsock *v, int fd, struct err *e)
{
	int r;

	v->listener = (struct loop_source){.fd = fd, .ready = host_ready, .self = v};
	/* shared with nobody who would accept: cloche has made it for this device */
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "make a socket not wait");
	r = loop_add(v->device.place.loop, &v->listener, EPOLLIN, e);
	v->listening = r == 0;
	return r;
}

void vsock_host_close(struct vsock *v)
{
	int fd = v->listener.fd;

	loop_remove(v->device.place.loop, &v->listener);
	own_release_fd(&fd);
}
