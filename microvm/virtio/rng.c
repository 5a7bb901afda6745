/* SPDX-License-Identifier: Apache-2.0 */
/* The entropy device (virtio 1.2, 5.4): fills what the driver gives with random bytes of the host. */
#include "microvm/virtio/devices.h"

#include <stdlib.h>
#include <sys/random.h>

enum {
	RNG_QUEUE_SIZE = 64,
	RNG_CHAIN_BYTES = 1024, /* of a larger buffer only the beginning is filled, which the driver is told */
	RNG_TURN_CHAINS = 16,   /* then other devices have their turn */
};

struct rng {
	struct virtio_device device;
	struct virtq_chain chain;
};

/* Returns how many bytes of the chain were written. The pool of a host that runs virtual machines is ready. */
static uint32_t rng_fill(const struct virtq_chain *chain)
{
	uint8_t bytes[RNG_CHAIN_BYTES];
	ssize_t n = getrandom(bytes, sizeof bytes, GRND_NONBLOCK);

	return n > 0 ? (uint32_t)virtq_chain_write(chain, 0, bytes, (size_t)n) : 0;
}

static void rng_notify(struct virtio_device *d, unsigned int queue)
{
	struct rng *rng = d->self;
	unsigned int n = 0;

	while (n < RNG_TURN_CHAINS && virtio_take(d, queue, &rng->chain) > 0) {
		virtio_give(d, queue, rng->chain.head, rng_fill(&rng->chain));
		n++;
	}
	virtio_interrupt(d, queue);
	if (n == RNG_TURN_CHAINS)
		virtio_notify_later(d, queue);
}

static const struct virtio_class rng_class = {
	.name = "rng",
	.id = VIRTIO_RNG,
	.queue_size = RNG_QUEUE_SIZE,
	.notify = rng_notify,
};

static void rng_close(struct virtio_device *d)
{
	virtio_close(d);
	free(d->self);
}

int rng_make(const struct virtio_wish *wish, struct virtio_made *ret, struct err *e)
{
	struct rng *rng = calloc(1, sizeof *rng);
	int r;

	if (!rng)
		return err_nomem(e);
	rng->device = (struct virtio_device){.class = &rng_class, .self = rng, .queues_n = 1};
	r = virtio_open(&rng->device, wish->place, e);
	if (r < 0) {
		free(rng);
		return r;
	}
	*ret = (struct virtio_made){.device = &rng->device, .close = rng_close};
	return 0;
}
