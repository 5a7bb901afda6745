/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include "base/own.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

int loop_open(struct loop *ret, struct err *e)
{
	own_fd epoll = epoll_create1(EPOLL_CLOEXEC), stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

	if (epoll < 0 || stop < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, stop, &event) < 0)
		return err_sys(e, "make an event loop");
	*ret = (struct loop){.epoll = give_fd(&epoll), .stop = give_fd(&stop)};
	return 0;
}

void loop_close(struct loop *loop)
{
	own_release_fd(&loop->epoll);
	own_release_fd(&loop->stop);
}

static int loop_control(struct loop *loop, int operation, struct loop_source *source, uint32_t events, struct err *e)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	return epoll_ctl(loop->epoll, operation, source->fd, &event) < 0 ? err_sys(e, "watch a descriptor") : 0;
}

int loop_add(struct loop *loop, struct loop_source *source, uint32_t events, struct err *e)
{
	return loop_control(loop, EPOLL_CTL_ADD, source, events, e);
}

int loop_change(struct loop *loop, struct loop_source *source, uint32_t events, struct err *e)
{
	return loop_control(loop, EPOLL_CTL_MOD, source, events, e);
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
	if (source->fd < 0)
		return;
	(void)epoll_ctl(
		loop->epoll, EPOLL_CTL_DEL, source->fd, NULL); /* one that was never added is as good as removed */
	source->fd = -1;
	for (int i = 0; i < loop->fetched_n; i++)
		if (loop->fetched[i] == source)
			loop->fetched[i] = NULL;
}

static bool loop_take_stop(const struct loop *loop)
{
	uint64_t count;

	return read(loop->stop, &count, sizeof count) == sizeof count;
}

int loop_turn(struct loop *loop, int timeout_ms, struct err *e)
{
	struct epoll_event events[LOOP_EVENTS_MAX];
	bool stopped = false;
	int n = epoll_wait(loop->epoll, events, LOOP_EVENTS_MAX, timeout_ms);

	if (n < 0 && errno != EINTR)
		return err_sys(e, "wait for events");
	loop->fetched_n = n < 0 ? 0 : n;
	for (int i = 0; i < loop->fetched_n; i++)
		loop->fetched[i] = events[i].data.ptr;
	for (int i = 0; i < loop->fetched_n; i++) {
		if (loop->fetched[i])
			loop->fetched[i]->ready(loop->fetched[i], events[i].events);
		else if (!events[i].data.ptr)
			stopped = loop_take_stop(loop);
	}
	loop->fetched_n = 0;
	return stopped;
}

int loop_run(struct loop *loop, struct err *e)
{
	int r = 0;

	while (r == 0)
		r = loop_turn(loop, -1, e);
	return r < 0 ? r : 0;
}

void loop_stop(struct loop *loop)
{
	const uint64_t one = 1;
	ssize_t written = write(loop->stop, &one, sizeof one);

	(void)written; /* a counter that is full has stopped the loop already */
}
