/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in both directions. Faces the guest, and the network behind the tap. */
#include "microvm/virtio/net.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>

static unsigned int net_rx_queue(const struct net_pair *pair)
{
	return 2 * pair->index;
}

static unsigned int net_tx_queue(const struct net_pair *pair)
{
	return 2 * pair->index + 1;
}

/* The loop watches the tap for what is waited for, and for nothing while the driver is not there. */
static void net_watch(struct net_pair *pair)
{
	const bool active = virtio_is_active(&pair->net->device) && pair->index < pair->net->pairs_used;
	const uint32_t events =
		active ? (pair->rx_waits ? 0 : (uint32_t)EPOLLIN) | (pair->tx_waits ? (uint32_t)EPOLLOUT : 0) : 0;
	struct err e;

	if (events == pair->watched)
		return;
	pair->watched = events;
	if (loop_change(pair->net->device.place.loop, &pair->source, events, &e) < 0)
		pair->net->device.place.fail(pair->net->device.place.machine, &e);
}

/* How much room there must be for whatever frame may come: a tap cuts what does not fit. */
static size_t net_room_wanted(const struct net *net)
{
	const bool segments =
		virtio_has(&net->device, VIRTIO_NET_F_GUEST_TSO4) || virtio_has(&net->device, VIRTIO_NET_F_GUEST_TSO6);

	if (!virtio_has(&net->device, VIRTIO_NET_F_MRG_RXBUF))
		return 1; /* one chain for each frame, as large as the driver has found right */
	return segments ? NET_SEGMENT_BYTES
			: (net->config.mtu ? net->config.mtu : NET_MTU_DEFAULT) + (size_t)NET_FRAME_EXTRA;
}

static bool net_hold(struct net_pair *pair, const struct virtq_chain *chain)
{
	if (chain->writable_bytes < NET_HEADER_BYTES || chain->readable_n) {
		virtio_needs_reset(
			&pair->net->device, "a receive buffer has no room for a header, or is not to be written");
		return false;
	}
	memcpy(pair->buffers + pair->buffers_n, chain->writable, chain->writable_n * sizeof *chain->writable);
	pair->held[pair->held_n++] =
		(struct net_chain){.head = chain->head, .buffers_n = chain->writable_n, .bytes = chain->writable_bytes};
	pair->buffers_n += chain->writable_n;
	pair->held_bytes += chain->writable_bytes;
	return true;
}

/* Takes chains until any frame has room, or the driver has no more to give. False: there are not enough of them now. */
static bool net_gather(struct net_pair *pair)
{
	const uint16_t queue_size = pair->net->device.queues[net_rx_queue(pair)].size;
	const size_t wanted = net_room_wanted(pair->net);
	struct virtq_chain *chain = &pair->net->chain;

	while (pair->held_bytes < wanted && pair->held_n < NET_HELD_CHAINS &&
		pair->buffers_n + VIRTQ_BUFFERS_MAX <= NET_HELD_BUFFERS)
		if (virtio_take(&pair->net->device, net_rx_queue(pair), chain) <= 0 || !net_hold(pair, chain))
			return pair->held_n == queue_size;
	return pair->held_n > 0;
}

/* Gives back the chains that a frame of that length has filled; those behind them are kept for the next. */
static void net_give(struct net_pair *pair, size_t length)
{
	size_t chains = 0, buffers = 0, bytes = 0;

	for (size_t left = length; left > 0 && chains < pair->held_n; chains++) {
		const struct net_chain *held = &pair->held[chains];
		const size_t part = left < held->bytes ? left : held->bytes;

		virtio_give(&pair->net->device, net_rx_queue(pair), held->head, (uint32_t)part);
		left -= part;
		buffers += held->buffers_n;
		bytes += held->bytes;
	}
	pair->held_n -= chains;
	pair->buffers_n -= buffers;
	pair->held_bytes -= bytes;
	memmove(pair->held, pair->held + chains, pair->held_n * sizeof *pair->held);
	memmove(pair->buffers, pair->buffers + buffers, pair->buffers_n * sizeof *pair->buffers);
}

/* How many chains a frame of that length fills: what its header tells the driver (5.1.6.4). */
static void net_tell_chains(const struct net_pair *pair, size_t length)
{
	struct virtq_chain first = {
		.writable = (struct iovec *)(uintptr_t)pair->buffers, .writable_n = pair->held[0].buffers_n};
	uint16_t n = 0;

	for (size_t left = length; left > 0 && n < pair->held_n; n++)
		left -= left < pair->held[n].bytes ? left : pair->held[n].bytes;
	(void)virtq_chain_write(&first, offsetof(struct virtio_net_hdr_mrg_rxbuf, num_buffers), &n, sizeof n);
}

/* One frame: 1; 0: none is there. */
static int net_receive_frame(struct net_pair *pair)
{
	const bool merge = virtio_has(&pair->net->device, VIRTIO_NET_F_MRG_RXBUF);
	const size_t buffers = merge ? pair->buffers_n : pair->held[0].buffers_n;
	ssize_t n = readv(pair->tap, pair->buffers, (int)buffers);

	if (n < NET_HEADER_BYTES)
		return n > 0 || (n < 0 && errno == EINTR);
	net_tell_chains(pair, (size_t)n);
	net_give(pair, (size_t)n);
	return 1;
}

void net_receive(struct net_pair *pair)
{
	int got = 1;

	for (unsigned int i = 0; i < NET_TURN_FRAMES && got; i++) {
		pair->rx_waits = !net_gather(pair);
		got = pair->rx_waits ? 0 : net_receive_frame(pair);
	}
	virtio_interrupt(&pair->net->device, net_rx_queue(pair));
	net_watch(pair);
}

/* One chain to the tap. False: the tap takes no more now. */
static bool net_transmit_frame(struct net_pair *pair, const struct virtq_chain *chain)
{
	ssize_t n;

	/* what is too short for a header, or no frame to the kernel, is lost as on any wire */
	if (chain->readable_bytes <= NET_HEADER_BYTES)
		return true;
	do
		n = writev(pair->tap, chain->readable, chain->readable_n);
	while (n < 0 && errno == EINTR);
	return n >= 0 || errno != EAGAIN;
}

void net_transmit(struct net_pair *pair)
{
	struct virtio_device *d = &pair->net->device;
	struct virtq_chain *chain = &pair->net->chain;
	unsigned int n = 0;

	pair->tx_waits = false;
	while (n < NET_TURN_FRAMES && !pair->tx_waits && virtio_take(d, net_tx_queue(pair), chain) > 0) {
		pair->tx_waits = !net_transmit_frame(pair, chain);
		if (pair->tx_waits)
			virtio_untake(d, net_tx_queue(pair));
		else
			virtio_give(d, net_tx_queue(pair), chain->head, 0);
		n++;
	}
	virtio_interrupt(d, net_tx_queue(pair));
	if (n == NET_TURN_FRAMES && !pair->tx_waits)
		virtio_notify_later(d, net_tx_queue(pair));
	net_watch(pair);
}

void net_pair_ready(struct loop_source *source, uint32_t events)
{
	struct net_pair *pair = source->self;
	struct virtio_device *d = &pair->net->device;

	virtio_lock(d);
	if (!virtio_is_active(d) || pair->index >= pair->net->pairs_used)
		net_watch(pair);
	else if (events & (EPOLLERR | EPOLLHUP))
		d->place.fail(d->place.machine,
			&(struct err){.no = ENODEV, .code = "tap-gone", .text = "the service's tap is gone"});
	else {
		if (events & EPOLLIN)
			net_receive(pair);
		if (events & EPOLLOUT)
			net_transmit(pair);
	}
	virtio_unlock(d);
}

void net_pair_reset(struct net_pair *pair)
{
	pair->held_n = pair->buffers_n = pair->held_bytes = 0;
	pair->rx_waits = true;
	pair->tx_waits = false;
}
