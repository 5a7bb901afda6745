/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network device (virtio 1.2, 5.1): frames between the driver's queues and taps, one for each pair of queues.
 *
 * A frame goes straight between the guest's buffers and the tap, in one readv(2) or writev(2), with the header that
 * both have before it (struct virtio_net_hdr_mrg_rxbuf): checksums and segmentation are left to whoever can. The
 * host's kernel checks the header that the guest wrote; whoever made the tap has set its header's size.
 *
 * For net.c and net_queue.c.
 */
#pragma once

#include "microvm/virtio/virtio.h"

#include <linux/virtio_net.h>

enum {
	NET_PAIRS_MAX = 8,
	NET_QUEUE_SIZE = 256,
	NET_HEADER_BYTES = sizeof(struct virtio_net_hdr_mrg_rxbuf),
	NET_SEGMENT_BYTES =
		NET_HEADER_BYTES + 65550,        /* the largest frame that segmentation offload makes (5.1.6.3.1) */
	NET_FRAME_EXTRA = NET_HEADER_BYTES + 18, /* of a frame beside its MTU: Ethernet's header with a VLAN tag */
	NET_HELD_CHAINS = 128,
	NET_HELD_BUFFERS = 1024, /* IOV_MAX */
	NET_MTU_DEFAULT = 1500,
	NET_TURN_FRAMES = 64, /* then other devices have their turn */
};

/* A chain that is ready to receive; its buffers follow those of the chains before it. */
struct net_chain {
	uint16_t head, buffers_n;
	uint32_t bytes;
};

struct net;

/* A pair of queues and its tap. */
struct net_pair {
	struct net *net;
	unsigned int index;
	int tap;
	bool attached;             /* to the tap's device: else the kernel chooses other queues */
	bool tx_waits;             /* the tap took no more */
	bool rx_waits;             /* for the driver's buffers */
	struct loop_source source; /* of tap */
	uint32_t watched;          /* what the loop is told to wait for */
	struct net_chain held[NET_HELD_CHAINS];
	struct iovec buffers[NET_HELD_BUFFERS];
	size_t held_n, buffers_n, held_bytes;
};

struct net {
	struct virtio_device device;
	struct virtq_chain chain, control; /* of a command, which may begin to receive */
	struct virtio_net_config config;
	unsigned int pairs_n, pairs_used;
	bool offloads_set; /* as the driver has agreed to since its last reset */
	struct net_pair *pairs;
};

/* The driver has put chains there, or the tap's state has changed. On the I/O thread, with the lock held. */
void net_receive(struct net_pair *pair);
void net_transmit(struct net_pair *pair);

/* The tap is ready. */
void net_pair_ready(struct loop_source *source, uint32_t events);

/* What was taken is not the driver's any more. On any thread, with the lock held. */
void net_pair_reset(struct net_pair *pair);
