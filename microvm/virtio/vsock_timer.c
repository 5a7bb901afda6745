/* SPDX-License-Identifier: Apache-2.0 */
/* One timer for all connections that wait, which ticks while any does. */
#include "microvm/virtio/vsock_connection.h"

#include "base/clock.h"
#include "base/own.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

void vsock_timer_start(struct vsock *v)
{
	const unsigned int ms = v->patience.tick_ms;
	const struct itimerspec tick = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}};

	if (!v->timing)
		v->timing = timerfd_settime(v->timer.fd, 0, &tick, NULL) == 0;
}

void vsock_expire_in(struct vsock_connection *c, unsigned int ms)
{
	c->deadline_ms = clock_now_ms() + ms;
	vsock_timer_start(c->vsock);
}

static void expire(struct vsock *v)
{
	const int64_t now = clock_now_ms();

	for (struct vsock_link *l = v->all.next; l != &v->all; l = l->next) {
		struct vsock_connection *c = vsock_of(l, all);

		if (c->deadline_ms && c->deadline_ms <= now)
			vsock_drop(c, true);
		else if (c->deadline_ms)
			vsock_timer_start(v);
	}
}

static void timer_ready(struct loop_source *source, uint32_t events)
{
	struct vsock *v = source->self;
	uint64_t ticks;

	(void)events;
	virtio_lock(&v->device);
	if (read(source->fd, &ticks, sizeof ticks) == sizeof ticks) {
		(void)vsock_begin(v); /* it is about whichever connections there are */
		v->timing = v->short_of = false;
		expire(v);
		vsock_work(v);
	}
	virtio_unlock(&v->device);
}

int vsock_timer_open(struct vsock *v, struct err *e)
{
	v->timer = (struct loop_source){
		.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), .ready = timer_ready, .self = v};
	if (v->timer.fd < 0)
		return err_sys(e, "make a timer");
	return loop_add(v->device.place.loop, &v->timer, EPOLLIN, e);
}

void vsock_timer_close(struct vsock *v)
{
	int fd = v->timer.fd;

	loop_remove(v->device.place.loop, &v->timer);
	own_release_fd(&fd);
}
