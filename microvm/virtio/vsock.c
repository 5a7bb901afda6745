/* SPDX-License-Identifier: Apache-2.0 */
/* The socket device (virtio 1.2, 5.10): stream sockets between the guest and descriptors of the host. */
#include "microvm/virtio/vsock.h"

#include "base/own.h"
#include "microvm/virtio/vsock_connection.h"

#include <errno.h>
#include <linux/virtio_vsock.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum { QUEUE_SIZE = 256 };

bool vsock_begin(struct vsock *v)
{
	const bool dropped = v->was_reset;

	v->was_reset = false;
	v->budget = VSOCK_BATCH;
	if (dropped)
		vsock_sweep(v);
	return !dropped;
}

static void take_events(struct vsock_connection *c, uint32_t events)
{
	const bool broken = events & (EPOLLHUP | EPOLLERR);

	vsock_changed(c);
	c->hung_up |= broken;
	if (c->state == VSOCK_GREETING) {
		vsock_greet(c);
	} else if (c->state == VSOCK_REQUESTING) {
		if (broken)
			vsock_drop(c, true);
	} else {
		c->readable |= c->reads && (broken || events & EPOLLIN);
		vsock_flush(c);
	}
}

void vsock_ready(struct loop_source *source, uint32_t events)
{
	struct vsock_connection *c = source->self;
	struct vsock *v = c->vsock;

	virtio_lock(&v->device);
	if (vsock_begin(v))
		take_events(c, events);
	vsock_work(v);
	virtio_unlock(&v->device);
}

/* A reset may come on any thread, but descriptors belong to the loop's. */
static void wake_ready(struct loop_source *source, uint32_t events)
{
	struct vsock *v = source->self;
	uint64_t count;

	(void)events;
	virtio_lock(&v->device);
	if (read(source->fd, &count, sizeof count) == sizeof count) {
		(void)vsock_begin(v); /* what it is about */
		vsock_work(v);
	}
	virtio_unlock(&v->device);
}

static void vsock_reset(struct virtio_device *d)
{
	struct vsock *v = d->self;
	const uint64_t one = 1;
	ssize_t written;

	v->was_reset = true;
	written = write(v->wake.fd, &one, sizeof one);
	(void)written; /* a counter that is full wakes, too */
}

static void vsock_notify(struct virtio_device *d, unsigned int queue)
{
	struct vsock *v = d->self;

	(void)queue;          /* both are looked at; the event queue's buffers wait for an event */
	(void)vsock_begin(v); /* it is about no connection */
	vsock_work(v);
}

static void vsock_config_read(struct virtio_device *d, uint32_t offset, void *to, uint32_t length)
{
	const struct vsock *v = d->self;
	const struct virtio_vsock_config config = {.guest_cid = v->cid};

	memset(to, 0, length);
	if (offset < sizeof config)
		memcpy(to, (const char *)&config + offset,
			length < sizeof config - offset ? length : sizeof config - offset);
}

bool vsock_drained(struct virtio_device *d)
{
	struct vsock *v = d->self;
	bool drained;

	virtio_lock(d);
	(void)vsock_begin(v); /* it is about all connections */
	vsock_work(v);
	drained = v->budget > 0;
	for (struct vsock_link *l = v->all.next; l != &v->all; l = l->next)
		drained = drained && vsock_of(l, all)->buffer.length == 0;
	virtio_unlock(d);
	return drained;
}

static const struct virtio_class vsock_class = {
	.name = "vsock",
	.id = VIRTIO_VSOCK,
	.queue_size = QUEUE_SIZE,
	.config_read = vsock_config_read,
	.reset = vsock_reset,
	.notify = vsock_notify,
};

static int wake_open(struct vsock *v, struct err *e)
{
	v->wake = (struct loop_source){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = wake_ready, .self = v};
	if (v->wake.fd < 0)
		return err_sys(e, "make an eventfd");
	return loop_add(v->device.place.loop, &v->wake, EPOLLIN, e);
}

static void wake_close(struct vsock *v)
{
	int fd = v->wake.fd;

	loop_remove(v->device.place.loop, &v->wake);
	own_release_fd(&fd);
}

static void parts_close(struct vsock *v)
{
	while (!vsock_link_is_alone(&v->all))
		vsock_connection_free(vsock_of(v->all.next, all));
	vsock_ports_close(v);
	vsock_host_close(v);
	vsock_timer_close(v);
	wake_close(v);
}

static void vsock_close(struct virtio_device *d)
{
	parts_close(d->self);
	virtio_close(d);
	free(d->self);
}

static int parts_open(struct vsock *v, const struct virtio_wish *wish, struct err *e)
{
	int listener = virtio_wish_fd(wish, wish->wish->vsock.listen);
	int r = vsock_ports_make(v, wish, e);

	if (listener >= 0 && r == 0)
		r = vsock_host_open(v, give_fd(&listener), e);
	own_release_fd(&listener);
	if (r == 0)
		r = vsock_timer_open(v, e);
	return r < 0 ? r : wake_open(v, e);
}

static struct vsock *vsock_new(uint64_t cid)
{
	struct vsock *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->device = (struct virtio_device){.class = &vsock_class, .self = v, .queues_n = VSOCK_QUEUES};
	v->cid = cid;
	v->patience = (struct vsock_patience){.greeting_ms = 5000, .answer_ms = 10000, .tick_ms = 1000};
	v->listener.fd = v->wake.fd = v->timer.fd = -1;
	vsock_link_init(&v->all);
	vsock_link_init(&v->changed);
	vsock_link_init(&v->ready);
	return v;
}

int vsock_make(const struct virtio_wish *wish, struct virtio_made *ret, struct err *e)
{
	const uint64_t cid = wish->wish->vsock.cid;
	own_mem struct vsock *v = NULL;
	int r;

	if (cid <= VSOCK_HOST_CID || cid >= UINT32_MAX)
		return err_set(
			e, EINVAL, "machine", "a guest cannot have the vsock address %llu", (unsigned long long)cid);
	if (!(v = vsock_new(cid)))
		return err_nomem(e);
	r = virtio_open(&v->device, wish->place, e);
	if (r < 0)
		return r;
	r = parts_open(v, wish, e);
	if (r < 0) {
		parts_close(v);
		virtio_close(&v->device);
		return r;
	}
	*ret = (struct virtio_made){.device = &v->device, .close = vsock_close};
	(void)give_mem(v);
	return 0;
}
