/* SPDX-License-Identifier: Apache-2.0 */
/* Packets for the guest: each connection that has something for it in turn, one packet at a time. */
#include "microvm/virtio/vsock_connection.h"

#include <errno.h>
#include <linux/virtio_vsock.h>

enum { HEADER_BYTES = sizeof(struct virtio_vsock_hdr) };

static uint32_t put_header(struct vsock *v, struct vsock_key key, struct virtio_vsock_hdr header)
{
	header.src_cid = VSOCK_HOST_CID;
	header.dst_cid = v->cid;
	header.src_port = key.host_port;
	header.dst_port = key.guest_port;
	header.type = VIRTIO_VSOCK_TYPE_STREAM;
	(void)virtq_chain_write(&v->chain, 0, &header, sizeof header); /* it has room: see vsock_to_guest() */
	return HEADER_BYTES + header.len;
}

/* Every packet carries our side of the credit. */
static uint32_t put(struct vsock_connection *c, uint16_t op, uint32_t length)
{
	c->credit.told = c->credit.taken;
	c->pending &= ~(1u << VIRTIO_VSOCK_OP_CREDIT_UPDATE);
	return put_header(c->vsock, c->key,
		(struct virtio_vsock_hdr){
			.op = op,
			.len = length,
			.flags = op == VIRTIO_VSOCK_OP_SHUTDOWN ? c->told_shutdown : 0,
			.buf_alloc = c->credit.limit,
			.fwd_cnt = c->credit.taken,
		});
}

/* In the order of their numbers, which is that of a connection's life. */
static uint32_t put_pending(struct vsock_connection *c)
{
	const uint16_t op = (uint16_t)__builtin_ctz(c->pending);

	c->pending &= c->pending - 1;
	if (op == VIRTIO_VSOCK_OP_REQUEST)
		vsock_expire_in(c, c->vsock->patience.answer_ms);
	return put(c, op, 0);
}

static uint32_t smallest(uint32_t a, uint32_t b, uint32_t c)
{
	const uint32_t smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/* Straight from the descriptor into the guest's memory. 0: there was nothing. */
static uint32_t put_data(struct vsock_connection *c)
{
	struct vsock *v = c->vsock;
	const uint32_t room =
		smallest(vsock_credit_left(&c->credit), VSOCK_PAYLOAD_MAX, v->chain.writable_bytes - HEADER_BYTES);
	const unsigned int rows = vsock_part(v->chain.writable, v->chain.writable_n, HEADER_BYTES, room, v->part);
	ssize_t n = c->end->class->read(c->end, v->part, (int)rows);

	if (n > 0) {
		c->credit.sent += (uint32_t)n;
		return put(c, VIRTIO_VSOCK_OP_RW, (uint32_t)n);
	}
	c->readable = false;
	if (n == -EAGAIN)
		return 0;
	vsock_stop_reading(c);
	if (n < 0)
		vsock_stop_writing(c);
	return 0;
}

static uint32_t put_next(struct vsock *v)
{
	struct vsock_connection *c = vsock_of(v->ready.next, ready);
	uint32_t written = c->pending ? put_pending(c) : put_data(c);

	vsock_link_remove(&c->ready);
	if (written > 0)
		vsock_queue(c);
	vsock_changed(c);
	return written;
}

static uint32_t put_reset(struct vsock *v)
{
	const struct vsock_key key = v->resets[v->resets_start];

	v->resets_start = (v->resets_start + 1) % VSOCK_RESETS_MAX;
	v->resets_n--;
	return put_header(v, key, (struct virtio_vsock_hdr){.op = VIRTIO_VSOCK_OP_RST});
}

static bool has_something(const struct vsock *v)
{
	return v->resets_n > 0 || !vsock_link_is_alone(&v->ready);
}

void vsock_to_guest(struct vsock *v)
{
	struct virtio_device *d = &v->device;
	unsigned int n = 0;

	while (v->budget > 0 && has_something(v) && virtio_take(d, VSOCK_RX, &v->chain) > 0) {
		uint32_t written;

		if (v->chain.writable_bytes <= HEADER_BYTES) {
			virtio_needs_reset(d, "a buffer with no room for a packet");
			return;
		}
		written = v->resets_n > 0 ? put_reset(v) : put_next(v);
		if (written > 0)
			virtio_give(d, VSOCK_RX, v->chain.head, written);
		else
			virtio_untake(d, VSOCK_RX);
		v->budget -= written > 0;
		n += written > 0;
	}
	if (n > 0)
		virtio_interrupt(d, VSOCK_RX);
}
