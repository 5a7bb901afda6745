/* SPDX-License-Identifier: Apache-2.0 */
/* The device, its configuration, and the one command that its control queue takes. */
#include "microvm/virtio/net.h"

#include "base/own.h"
#include "microvm/virtio/devices.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { NET_CONTROL_QUEUE_SINGLE = 2 };

/* With several pairs the control queue stands behind all of them, unless the driver takes only one (5.1.2). */
static unsigned int net_control_queue(const struct net *net)
{
	return virtio_has(&net->device, VIRTIO_NET_F_MQ) ? 2 * net->pairs_n : NET_CONTROL_QUEUE_SINGLE;
}

/* What the tap may leave undone in the frames it gives us: what the driver has agreed to. */
static void net_set_offloads(struct net *net)
{
	static const struct {
		unsigned int feature, flag;
	} offloads[] = {
		{VIRTIO_NET_F_GUEST_CSUM, TUN_F_CSUM},
		{VIRTIO_NET_F_GUEST_TSO4, TUN_F_TSO4},
		{VIRTIO_NET_F_GUEST_TSO6, TUN_F_TSO6},
	};
	unsigned int flags = 0;

	for (size_t i = 0; i < sizeof offloads / sizeof *offloads; i++)
		if (virtio_has(&net->device, offloads[i].feature))
			flags |= offloads[i].flag;
	(void)ioctl(net->pairs[0].tap, TUNSETOFFLOAD, flags); /* what is no tap has none to set */
	net->offloads_set = true;
}

/* Pairs that are not used leave the tap, so that the kernel gives them no frames. */
static void net_attach_pairs(struct net *net)
{
	for (unsigned int i = 0; net->pairs_n > 1 && i < net->pairs_n; i++) {
		struct net_pair *pair = &net->pairs[i];
		const bool attach = i < net->pairs_used;
		struct ifreq request = {.ifr_flags = (short)(attach ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE)};

		if (attach != pair->attached && ioctl(pair->tap, TUNSETQUEUE, &request) == 0)
			pair->attached = attach;
	}
}

static uint8_t net_set_pairs(struct net *net, const struct virtq_chain *chain)
{
	struct {
		uint8_t class, command, pairs[2]; /* little-endian */
	} request;
	unsigned int pairs;

	if (virtq_chain_read(chain, 0, &request, sizeof request) != sizeof request ||
		request.class != VIRTIO_NET_CTRL_MQ || request.command != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET)
		return VIRTIO_NET_ERR;
	pairs = request.pairs[0] | (unsigned int)request.pairs[1] << 8;
	if (!pairs || pairs > net->pairs_n)
		return VIRTIO_NET_ERR;
	net->pairs_used = pairs;
	net_attach_pairs(net);
	for (unsigned int i = 0; i < pairs; i++)
		net_receive(&net->pairs[i]);
	return VIRTIO_NET_OK;
}

static void net_control(struct net *net, unsigned int queue)
{
	struct virtq_chain *chain = &net->control;

	while (virtio_take(&net->device, queue, chain) > 0) {
		const uint8_t answer = net_set_pairs(net, chain);

		virtio_give(&net->device, queue, chain->head,
			(uint32_t)virtq_chain_write(chain, 0, &answer, sizeof answer));
	}
	virtio_interrupt(&net->device, queue);
}

static void net_notify(struct virtio_device *d, unsigned int queue)
{
	struct net *net = d->self;

	if (!net->offloads_set) {
		net_set_offloads(net);
		net_attach_pairs(net);
	}
	if (queue == net_control_queue(net))
		net_control(net, queue);
	else if (queue / 2 < net->pairs_used && queue % 2)
		net_transmit(&net->pairs[queue / 2]);
	else if (queue / 2 < net->pairs_used)
		net_receive(&net->pairs[queue / 2]);
}

static void net_config_read(struct virtio_device *d, uint32_t offset, void *to, uint32_t length)
{
	const struct net *net = d->self;

	virtio_config_copy(&(struct virtio_config){&net->config, sizeof net->config}, offset, to, length);
}

/* The tap is the I/O thread's: it begins there. */
static void net_activate(struct virtio_device *d)
{
	virtio_notify_later(d, 0);
}

static void net_reset(struct virtio_device *d)
{
	struct net *net = d->self;

	net->pairs_used = 1;
	net->offloads_set = false;
	for (unsigned int i = 0; i < net->pairs_n; i++)
		net_pair_reset(&net->pairs[i]);
}

static const struct virtio_class net_class = {
	.name = "net",
	.id = VIRTIO_NET,
	.queue_size = NET_QUEUE_SIZE,
	.config_read = net_config_read,
	.activate = net_activate,
	.reset = net_reset,
	.notify = net_notify,
};

static uint64_t net_features(const struct net *net)
{
	static const unsigned int always[] = {VIRTIO_NET_F_CSUM, VIRTIO_NET_F_GUEST_CSUM, VIRTIO_NET_F_MAC,
		VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_HOST_TSO6,
		VIRTIO_NET_F_MRG_RXBUF, VIRTIO_NET_F_STATUS};
	uint64_t features = 0;

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		features |= UINT64_C(1) << always[i];
	if (net->config.mtu)
		features |= UINT64_C(1) << VIRTIO_NET_F_MTU;
	if (net->pairs_n > 1)
		features |= UINT64_C(1) << VIRTIO_NET_F_MQ | UINT64_C(1) << VIRTIO_NET_F_CTRL_VQ;
	return features;
}

static void net_free(struct net *net)
{
	for (unsigned int i = 0; net->pairs && i < net->pairs_n; i++)
		own_release_fd(&net->pairs[i].tap);
	free(net->pairs);
	free(net);
}

static void net_close(struct virtio_device *d)
{
	struct net *net = d->self;

	for (unsigned int i = 0; i < net->pairs_n; i++)
		loop_remove(d->place.loop, &net->pairs[i].source);
	virtio_close(d);
	net_free(net);
}

static int net_take_taps(struct net *net, const struct virtio_wish *wish, struct err *e)
{
	const struct machine_net *asked = &wish->wish->net;

	net->pairs = calloc(NET_PAIRS_MAX, sizeof *net->pairs);
	if (!net->pairs)
		return err_nomem(e);
	while (net->pairs_n < NET_PAIRS_MAX && net->pairs_n < sizeof asked->tap &&
		asked->tap[net->pairs_n] != MACHINE_NO_FD) {
		struct net_pair *pair = &net->pairs[net->pairs_n];

		*pair = (struct net_pair){.net = net, .index = net->pairs_n, .attached = true};
		pair->tap = virtio_wish_fd(wish, asked->tap[net->pairs_n]);
		if (pair->tap < 0)
			return err_set(e, EBADF, "no-tap", "a network device without its tap");
		net->pairs_n++;
		net_pair_reset(pair);
	}
	return net->pairs_n ? 0 : err_set(e, EINVAL, "no-tap", "a network device needs a tap");
}

static int net_open(struct net *net, const struct virtio_wish *wish, struct err *e)
{
	const struct machine_net *asked = &wish->wish->net;
	int r = net_take_taps(net, wish, e);

	if (r < 0)
		return r;
	memcpy(net->config.mac, asked->mac, sizeof net->config.mac);
	net->config.mtu = asked->mtu;
	net->config.status = VIRTIO_NET_S_LINK_UP;
	net->config.max_virtqueue_pairs = (uint16_t)net->pairs_n;
	net->pairs_used = 1;
	net->device = (struct virtio_device){.class = &net_class,
		.self = net,
		.features = net_features(net),
		.queues_n = 2 * net->pairs_n + (net->pairs_n > 1)};
	return virtio_open(&net->device, wish->place, e);
}

static int net_watch_taps(struct net *net, struct err *e)
{
	int r = 0;

	for (unsigned int i = 0; i < net->pairs_n; i++)
		net->pairs[i].source = (struct loop_source){.fd = -1};
	for (unsigned int i = 0; i < net->pairs_n && r == 0; i++) {
		struct net_pair *pair = &net->pairs[i];

		pair->source = (struct loop_source){.fd = pair->tap, .ready = net_pair_ready, .self = pair};
		r = loop_add(net->device.place.loop, &pair->source, 0, e);
	}
	return r;
}

int net_make(const struct virtio_wish *wish, struct virtio_made *ret, struct err *e)
{
	struct net *net = calloc(1, sizeof *net);
	int r;

	if (!net)
		return err_nomem(e);
	r = net_open(net, wish, e);
	if (r < 0) {
		net_free(net);
		return r;
	}
	r = net_watch_taps(net, e);
	if (r < 0) {
		net_close(&net->device);
		return r;
	}
	*ret = (struct virtio_made){.device = &net->device, .close = net_close};
	return 0;
}
