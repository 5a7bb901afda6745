/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/vsock_connection.h"

#include <errno.h>
#include <linux/virtio_vsock.h>
#include <stdlib.h>

static struct vsock_connection **bucket_of(struct vsock *v, struct vsock_key key)
{
	return &v->buckets[(key.guest_port ^ key.host_port) % VSOCK_BUCKETS];
}

static bool same_key(struct vsock_key a, struct vsock_key b)
{
	return a.guest_port == b.guest_port && a.host_port == b.host_port;
}

struct vsock_connection *vsock_find(struct vsock *v, struct vsock_key key)
{
	struct vsock_connection *c = *bucket_of(v, key);

	while (c && !same_key(c->key, key))
		c = c->next;
	return c;
}

void vsock_enter_key(struct vsock_connection *c, struct vsock_key key)
{
	struct vsock_connection **bucket = bucket_of(c->vsock, key);

	c->key = key;
	c->next = *bucket;
	*bucket = c;
}

/* Does nothing to one that is in no bucket. */
static void leave_key(struct vsock_connection *c)
{
	struct vsock_connection **at = bucket_of(c->vsock, c->key);

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
}

struct vsock_connection *vsock_connection_make(struct vsock *v)
{
	struct vsock_connection *c = v->connections_n < VSOCK_CONNECTIONS_MAX ? calloc(1, sizeof *c) : NULL;

	if (!c)
		return NULL;
	c->vsock = v;
	c->client.fd = c->source.fd = -1;
	c->end = &c->client;
	c->source.ready = vsock_ready;
	c->source.self = c;
	vsock_link_init(&c->all);
	vsock_link_init(&c->changed);
	vsock_link_init(&c->ready);
	vsock_link_append(&v->all, &c->all);
	v->connections_n++;
	vsock_changed(c);
	return c;
}

void vsock_connection_free(struct vsock_connection *c)
{
	loop_remove(c->vsock->device.place.loop, &c->source);
	vsock_end_close(&c->client);
	leave_key(c);
	vsock_link_remove(&c->all);
	vsock_link_remove(&c->changed);
	vsock_link_remove(&c->ready);
	vsock_buffer_free(&c->buffer);
	c->vsock->connections_n--;
	free(c);
}

void vsock_changed(struct vsock_connection *c)
{
	vsock_link_append(&c->vsock->changed, &c->changed);
}

void vsock_tell(struct vsock_connection *c, unsigned int op)
{
	if (c->pending & 1u << op)
		return;
	c->pending |= 1u << op;
	vsock_changed(c);
}

void vsock_tell_shutdown(struct vsock_connection *c, uint32_t flags)
{
	if (c->state != VSOCK_OPEN || (c->told_shutdown & flags) == flags)
		return;
	c->told_shutdown |= flags;
	vsock_tell(c, VIRTIO_VSOCK_OP_SHUTDOWN);
}

void vsock_drop(struct vsock_connection *c, bool tell)
{
	const bool unknown = c->state == VSOCK_GREETING || c->pending & 1u << VIRTIO_VSOCK_OP_REQUEST;

	if (c->state == VSOCK_GONE)
		return;
	c->state = VSOCK_GONE;
	c->pending = tell && !unknown ? 1u << VIRTIO_VSOCK_OP_RST : 0;
	leave_key(c);
	vsock_changed(c);
}

void vsock_stop_reading(struct vsock_connection *c)
{
	c->reads = c->readable = false;
	vsock_tell_shutdown(c, VIRTIO_VSOCK_SHUTDOWN_SEND);
	vsock_changed(c);
}

void vsock_stop_writing(struct vsock_connection *c)
{
	c->writes = false;
	c->credit.taken = c->credit.received;
	vsock_buffer_free(&c->buffer);
	vsock_tell_shutdown(c, VIRTIO_VSOCK_SHUTDOWN_RCV);
	vsock_changed(c);
}

void vsock_flush(struct vsock_connection *c)
{
	struct iovec pieces[2];
	const int n = vsock_buffer_pieces(&c->buffer, pieces);
	ssize_t r = n ? c->end->class->write(c->end, pieces, n) : -EAGAIN;

	if (r == -EAGAIN)
		return;
	if (r < 0) {
		vsock_stop_writing(c);
		return;
	}
	vsock_buffer_drop(&c->buffer, (uint32_t)r);
	c->credit.taken += (uint32_t)r;
	vsock_changed(c);
}

static void sweep_one(struct vsock_connection *c)
{
	/* a client whose request the guest has not seen yet may still be lucky */
	if (c->state == VSOCK_GREETING || c->pending & 1u << VIRTIO_VSOCK_OP_REQUEST)
		return;
	c->keeps_end = c->port != NULL;
	vsock_drop(c, false);
	c->pending = 0;
	vsock_changed(c);
}

void vsock_sweep(struct vsock *v)
{
	for (struct vsock_link *l = v->all.next; l != &v->all; l = l->next)
		sweep_one(vsock_of(l, all));
	for (unsigned int i = 0; i < v->ports_n; i++)
		v->ports[i].used = v->ports[i].used && !v->ports[i].end.self;
	v->resets_n = 0;
	v->status_length = 0;
}
