/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from a change of a connection, in the order in which it follows. */
#include "microvm/virtio/vsock_connection.h"

#include <errno.h>
#include <linux/virtio_vsock.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { SHUTDOWN_BOTH = VIRTIO_VSOCK_SHUTDOWN_RCV | VIRTIO_VSOCK_SHUTDOWN_SEND };

/* A port's socket belongs to others, too: they would lose it. */
static void shut(const struct vsock_connection *c, int how)
{
	if (!c->port)
		vsock_end_shut(c->end, how);
}

/* Which directions are over now: one that the guest has ended, or both when a client has gone away. */
static void settle_directions(struct vsock_connection *c)
{
	const bool gone = c->state == VSOCK_GONE;

	if (c->reads && (gone || c->guest_shutdown & VIRTIO_VSOCK_SHUTDOWN_RCV)) {
		c->reads = c->readable = false;
		shut(c, SHUT_RD);
	}
	if (c->writes && c->buffer.length == 0 && (gone || c->guest_shutdown & VIRTIO_VSOCK_SHUTDOWN_SEND)) {
		c->writes = false;
		shut(c, SHUT_WR);
	}
	if (c->writes && !c->reads && c->hung_up && c->end->class->is_socket)
		vsock_stop_writing(c);
}

static void settle_end(struct vsock_connection *c)
{
	if (c->closed || c->reads || c->writes)
		return;
	c->closed = true;
	loop_remove(c->vsock->device.place.loop, &c->source);
	if (c->keeps_end)
		c->port->used = false;
	else
		vsock_end_close(c->end);
	vsock_tell_shutdown(c, SHUTDOWN_BOTH);
}

static void settle_credit(struct vsock_connection *c)
{
	struct vsock_credit *credit = &c->credit;

	if (c->state != VSOCK_OPEN)
		return;
	if (vsock_credit_is_news(credit))
		vsock_tell(c, VIRTIO_VSOCK_OP_CREDIT_UPDATE);
	if (c->reads && credit->sent > 0 && vsock_credit_left(credit) == 0 && !credit->asked) {
		credit->asked = true;
		vsock_tell(c, VIRTIO_VSOCK_OP_CREDIT_REQUEST);
	}
}

static uint32_t events_wanted(const struct vsock_connection *c)
{
	const bool in = c->state == VSOCK_OPEN && c->reads && !c->readable && vsock_credit_left(&c->credit) > 0;
	const bool out = c->writes && c->buffer.length > 0;

	return (in || c->state == VSOCK_GREETING ? EPOLLIN : 0u) | (out ? EPOLLOUT : 0u);
}

/* Files and the like cannot be watched (EPERM) and are always ready. A connection whose socket cannot be is dropped. */
static void watch_failed(struct vsock_connection *c, int r)
{
	c->source.fd = -1;
	if (r != -EPERM) {
		vsock_stop_writing(c);
		vsock_drop(c, true);
	}
	c->unwatched = true;
	c->readable = c->reads;
	vsock_flush(c);
}

/* A socket is watched for its client's going away even when nothing is to be read or written. */
static void watch(struct vsock_connection *c)
{
	struct loop *loop = c->vsock->device.place.loop;
	const uint32_t events = events_wanted(c);
	const bool wanted = events || (c->end->class->is_socket && !c->hung_up), watched = c->source.fd >= 0;
	struct err e;
	int r = 0;

	if (wanted == watched && events == c->watched)
		return;
	c->watched = events;
	if (!wanted) {
		loop_remove(loop, &c->source);
		return;
	}
	c->source.fd = c->end->fd;
	r = watched ? loop_change(loop, &c->source, events, &e) : loop_add(loop, &c->source, events, &e);
	if (r < 0)
		watch_failed(c, r);
}

static void settle_watch(struct vsock_connection *c)
{
	if (c->unwatched)
		vsock_flush(c);
	else if (!c->closed && c->end->fd >= 0)
		watch(c);
}

void vsock_queue(struct vsock_connection *c)
{
	const bool data = c->state == VSOCK_OPEN && c->reads && c->readable && vsock_credit_left(&c->credit) > 0;

	if (!c->pending && !data)
		vsock_link_remove(&c->ready);
	else if (vsock_link_is_alone(&c->ready))
		vsock_link_append(&c->vsock->ready, &c->ready);
}

static void settle_one(struct vsock_connection *c)
{
	vsock_link_remove(&c->changed);
	settle_directions(c);
	settle_end(c);
	settle_credit(c);
	settle_watch(c);
	vsock_queue(c);
	if (c->state == VSOCK_GONE && c->closed && !c->pending)
		vsock_connection_free(c);
}

static void settle_all(struct vsock *v)
{
	while (!vsock_link_is_alone(&v->changed))
		settle_one(vsock_of(v->changed.next, changed));
}

/* Where there is no room: a connection that only waits for the guest to read to its end. */
static void reclaim(struct vsock *v)
{
	struct vsock_link *l = v->all.next;

	while (l != &v->all && !(vsock_of(l, all)->state == VSOCK_OPEN && vsock_of(l, all)->closed))
		l = l->next;
	if (l != &v->all)
		vsock_drop(vsock_of(l, all), true);
}

void vsock_work(struct vsock *v)
{
	bool full;

	if (v->connections_n == VSOCK_CONNECTIONS_MAX)
		reclaim(v);
	do {
		settle_all(v);
		vsock_from_guest(v);
		full = v->resets_n == VSOCK_RESETS_MAX;
		vsock_to_guest(v);
	} while (!vsock_link_is_alone(&v->changed) || (full && v->resets_n < VSOCK_RESETS_MAX));
	if (v->budget == 0)
		virtio_notify_later(&v->device, VSOCK_TX);
	vsock_host_watch(v);
}
