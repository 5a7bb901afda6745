/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/pump.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static bool pump_has_bytes(const struct pump *p)
{
	return p->start < p->end;
}

/* A hung up descriptor wakes a loop even when nothing is asked of it, so what is not wanted is taken out. */
static int pump_want(struct pump *p, struct loop_source *source, int fd, uint32_t events)
{
	struct err ignored; /* whoever cannot be watched is of no use: the pump stops */

	if (!events)
		loop_remove(p->all->loop, source);
	if (!events || source->fd >= 0)
		return 0;
	source->fd = fd;
	return loop_add(p->all->loop, source, events, &ignored);
}

static void pump_close_source(struct pump *p)
{
	loop_remove(p->all->loop, &p->reading);
	own_release_fd(&p->from);
	p->ended = true;
	p->start = p->end = 0;
}

static void pump_close_sink(struct pump *p)
{
	loop_remove(p->all->loop, &p->writing);
	own_release_fd(&p->to);
	p->taken = true;
}

static void pump_stop(struct pump *p)
{
	pump_close_source(p);
	pump_close_sink(p);
}

static void pump_watch(struct pump *p)
{
	bool write = pump_has_bytes(p), read = !write && !p->resting;

	if (p->ended)
		return;
	if (pump_want(p, &p->reading, p->from, read ? EPOLLIN : 0) < 0 ||
		pump_want(p, &p->writing, p->to, write ? EPOLLOUT : 0) < 0)
		pump_stop(p);
}

static void pump_listen(struct loop_source *source, uint32_t events)
{
	struct pump *p = source->self;
	ssize_t n = recv(p->to, p->data, sizeof p->data, MSG_DONTWAIT);

	(void)events; /* whichever it was, recv(2) tells */
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		pump_close_sink(p);
}

/* All is moved. What is no socket says by its end that no more comes. */
static void pump_end(struct pump *p)
{
	pump_close_source(p);
	loop_remove(p->all->loop, &p->writing);
	p->writing.ready = pump_listen;
	if (shutdown(p->to, SHUT_WR) < 0 || pump_want(p, &p->writing, p->to, EPOLLIN) < 0)
		pump_close_sink(p);
}

static void pump_write(struct pump *p)
{
	ssize_t n = write(p->to, p->data + p->start, p->end - p->start);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		pump_stop(p); /* whoever writes to the source learns of it by its being closed */
		return;
	}
	p->start += (size_t)n;
	p->moved = true;
}

static void pump_read(struct pump *p)
{
	ssize_t n = read(p->from, p->data, sizeof p->data);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0 && errno == EIO && !p->closing) {
		p->resting = true;
	} else if (n <= 0) {
		pump_end(p);
	} else {
		p->start = 0;
		p->end = (size_t)n;
		pump_write(p);
	}
}

static void pump_readable(struct loop_source *source, uint32_t events)
{
	(void)events; /* read(2) tells */
	pump_read(source->self);
	pump_watch(source->self);
}

static void pump_writable(struct loop_source *source, uint32_t events)
{
	(void)events; /* write(2) tells */
	pump_write(source->self);
	pump_watch(source->self);
}

void pump_init(struct pump *pump)
{
	*pump = (struct pump){.from = -1, .to = -1, .reading.fd = -1, .writing.fd = -1};
}

static int pump_set_nonblocking(int fd, struct err *e)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_sys(e, "make a stream not wait");
	return 0;
}

int pump_begin(struct pump *pump, struct pumps *all, int from, int to, struct err *e)
{
	int r;

	pump_init(pump);
	pump->all = all;
	pump->next = all->first;
	all->first = pump;
	pump->from = from;
	pump->to = to;
	pump->reading = (struct loop_source){.fd = -1, .ready = pump_readable, .self = pump};
	pump->writing = (struct loop_source){.fd = -1, .ready = pump_writable, .self = pump};
	r = pump_set_nonblocking(from, e);
	r = r ? r : pump_set_nonblocking(to, e);
	if (r < 0)
		pump_free(pump);
	else
		pump_watch(pump);
	return r;
}

void pump_free(struct pump *pump)
{
	if (!pump->all)
		return;
	pump_stop(pump);
	for (struct pump **at = &pump->all->first; *at; at = &(*at)->next)
		if (*at == pump) {
			*at = pump->next;
			break;
		}
	pump_init(pump);
}

void pump_finish(struct pump *pump)
{
	pump->closing = true;
	pump->moved = true; /* one tick from now at the earliest */
}

static bool pump_wants_tick(const struct pump *p)
{
	return !p->ended && (p->resting || p->closing);
}

/* A terminal passes on late what was written to it, so silence alone says that nothing more comes. */
static void pump_tick(struct pump *p)
{
	bool silent = !p->moved && !pump_has_bytes(p);

	p->resting = p->moved = false;
	if (p->closing && silent)
		pump_read(p); /* a loop with much to do may not have come to it */
	if (p->closing && silent && !p->ended && !p->moved && !pump_has_bytes(p))
		pump_end(p);
	pump_watch(p);
}

bool pumps_want_tick(const struct pumps *all)
{
	for (const struct pump *p = all->first; p; p = p->next)
		if (pump_wants_tick(p))
			return true;
	return false;
}

void pumps_tick(struct pumps *all)
{
	for (struct pump *p = all->first; p; p = p->next)
		if (pump_wants_tick(p))
			pump_tick(p);
}
