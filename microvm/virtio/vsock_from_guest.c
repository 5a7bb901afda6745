/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets from the guest. Faces the guest: a packet that is none costs it the device; one that breaks the
 * rules of its connection costs it that connection.
 */
#include "microvm/virtio/vsock_connection.h"

#include <errno.h>
#include <linux/virtio_vsock.h>

enum { SHUTDOWN_BOTH = VIRTIO_VSOCK_SHUTDOWN_RCV | VIRTIO_VSOCK_SHUTDOWN_SEND };

static struct vsock_key key_of(const struct virtio_vsock_hdr *header)
{
	return (struct vsock_key){.guest_port = header->src_port, .host_port = header->dst_port};
}

/* To what belongs to no connection. There is room: vsock_from_guest() sees to it. */
static void refuse(struct vsock *v, struct vsock_key key)
{
	v->resets[(v->resets_start + v->resets_n++) % VSOCK_RESETS_MAX] = key;
}

static void take_request(struct vsock *v, const struct virtio_vsock_hdr *header)
{
	struct vsock_port *port = vsock_port_find(v, header->dst_port);
	struct vsock_connection *c = port && !port->used ? vsock_connection_make(v) : NULL;

	if (!c) {
		refuse(v, key_of(header));
		return;
	}
	vsock_enter_key(c, key_of(header));
	vsock_port_take(port, c);
	vsock_credit_update(&c->credit, header->buf_alloc, header->fwd_cnt);
	vsock_tell(c, VIRTIO_VSOCK_OP_RESPONSE);
}

static void take_response(struct vsock_connection *c, const struct virtio_vsock_hdr *header)
{
	(void)header;
	if (c->pending & 1u << VIRTIO_VSOCK_OP_REQUEST) /* an answer to what it was not asked */
		vsock_drop(c, true);
	else
		vsock_welcome(c);
}

static void take_reset(struct vsock_connection *c, const struct virtio_vsock_hdr *header)
{
	(void)header;
	vsock_drop(c, false);
}

static void take_shutdown(struct vsock_connection *c, const struct virtio_vsock_hdr *header)
{
	c->guest_shutdown |= header->flags & SHUTDOWN_BOTH;
	if (c->guest_shutdown == SHUTDOWN_BOTH)
		vsock_drop(c, true);
}

/* Straight from the guest's memory to the descriptor, and into the buffer what this does not take. */
static int pass_on(struct vsock_connection *c, uint32_t length)
{
	struct vsock *v = c->vsock;
	const unsigned int n =
		vsock_part(v->chain.readable, v->chain.readable_n, sizeof(struct virtio_vsock_hdr), length, v->part);
	ssize_t taken = c->buffer.length == 0 ? c->end->class->write(c->end, v->part, (int)n) : -EAGAIN;

	if (taken < 0 && taken != -EAGAIN) {
		vsock_stop_writing(c);
		return 0;
	}
	taken = taken < 0 ? 0 : taken;
	c->credit.taken += (uint32_t)taken;
	return (uint32_t)taken < length ? vsock_buffer_add(&c->buffer, v->part, n, (size_t)taken) : 0;
}

static void take_data(struct vsock_connection *c, const struct virtio_vsock_hdr *header)
{
	if (header->len > vsock_credit_room(&c->credit) || c->guest_shutdown & VIRTIO_VSOCK_SHUTDOWN_SEND) {
		vsock_drop(c, true);
		return;
	}
	c->credit.received += header->len;
	if (!c->writes)
		c->credit.taken += header->len; /* it was on its way when we said that nobody takes it */
	else if (header->len > 0 && pass_on(c, header->len) < 0)
		vsock_drop(c, true);
}

static void take_credit(struct vsock_connection *c, const struct virtio_vsock_hdr *header)
{
	if (header->op == VIRTIO_VSOCK_OP_CREDIT_REQUEST)
		vsock_tell(c, VIRTIO_VSOCK_OP_CREDIT_UPDATE);
}

/* What is said of a connection, and when it may be. A request is said of none. */
static const struct op {
	void (*take)(struct vsock_connection *c, const struct virtio_vsock_hdr *header);
	uint32_t states; /* 1 << each */
} ops[] = {
	[VIRTIO_VSOCK_OP_RESPONSE] = {take_response, 1u << VSOCK_REQUESTING},
	[VIRTIO_VSOCK_OP_RST] = {take_reset, 1u << VSOCK_REQUESTING | 1u << VSOCK_OPEN},
	[VIRTIO_VSOCK_OP_SHUTDOWN] = {take_shutdown, 1u << VSOCK_OPEN},
	[VIRTIO_VSOCK_OP_RW] = {take_data, 1u << VSOCK_OPEN},
	[VIRTIO_VSOCK_OP_CREDIT_UPDATE] = {take_credit, 1u << VSOCK_OPEN},
	[VIRTIO_VSOCK_OP_CREDIT_REQUEST] = {take_credit, 1u << VSOCK_OPEN},
};

static void take_known(struct vsock_connection *c, const struct virtio_vsock_hdr *header)
{
	const bool is_op = header->op < sizeof ops / sizeof ops[0] && header->type == VIRTIO_VSOCK_TYPE_STREAM;

	vsock_changed(c);
	vsock_credit_update(&c->credit, header->buf_alloc, header->fwd_cnt);
	if (is_op && ops[header->op].states & 1u << c->state)
		ops[header->op].take(c, header);
	else
		vsock_drop(c, true);
	c->readable |= c->reads && c->end->fd < 0; /* an end without descriptor is asked again when there is credit */
}

static void take_packet(struct vsock *v)
{
	struct virtio_vsock_hdr header;
	struct vsock_connection *c;

	if (virtq_chain_read(&v->chain, 0, &header, sizeof header) < sizeof header ||
		header.len > v->chain.readable_bytes - sizeof header) {
		virtio_needs_reset(&v->device, "a packet that is cut off");
		return;
	}
	if (header.src_cid != v->cid || header.dst_cid != VSOCK_HOST_CID)
		return;
	c = vsock_find(v, key_of(&header));
	if (c)
		take_known(c, &header);
	else if (header.op == VIRTIO_VSOCK_OP_REQUEST && header.type == VIRTIO_VSOCK_TYPE_STREAM)
		take_request(v, &header);
	else if (header.op != VIRTIO_VSOCK_OP_RST)
		refuse(v, key_of(&header));
}

void vsock_from_guest(struct vsock *v)
{
	unsigned int n = 0;

	while (v->budget > 0 && v->resets_n < VSOCK_RESETS_MAX && virtio_take(&v->device, VSOCK_TX, &v->chain) > 0) {
		take_packet(v);
		virtio_give(&v->device, VSOCK_TX, v->chain.head, 0);
		v->budget--;
		n++;
	}
	if (n > 0)
		virtio_interrupt(&v->device, VSOCK_TX);
}
