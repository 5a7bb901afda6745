/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/echo.h"

#include <stdlib.h>
#include <string.h>

static void echo_activate(struct virtio_device *d)
{
	((struct echo *)d->self)->activated++;
}

static void echo_reset(struct virtio_device *d)
{
	((struct echo *)d->self)->reset++;
}

static void echo_config_read(struct virtio_device *d, uint32_t offset, void *to, uint32_t length)
{
	const struct echo *echo = d->self;

	if (offset < ECHO_CONFIG_BYTES && length <= ECHO_CONFIG_BYTES - offset)
		memcpy(to, echo->config + offset, length);
}

static void echo_config_write(struct virtio_device *d, uint32_t offset, const void *from, uint32_t length)
{
	struct echo *echo = d->self;

	if (offset < ECHO_CONFIG_BYTES && length <= ECHO_CONFIG_BYTES - offset)
		memcpy(echo->config + offset, from, length);
}

static uint32_t echo_chain(const struct virtq_chain *chain)
{
	uint8_t bytes[512];
	uint32_t written = 0;
	size_t n;

	while ((n = virtq_chain_read(chain, written, bytes, sizeof bytes)) > 0) {
		const size_t took = virtq_chain_write(chain, written, bytes, n);

		written += (uint32_t)took;
		if (took < n)
			break;
	}
	return written;
}

static void echo_notify(struct virtio_device *d, unsigned int queue)
{
	struct echo *echo = d->self;

	echo->notified++;
	while (!echo->holds && virtio_take(d, queue, &echo->chain) > 0)
		virtio_give(d, queue, echo->chain.head, echo_chain(&echo->chain));
	virtio_interrupt(d, queue);
}

static const struct virtio_class echo_class = {
	.name = "echo",
	.id = ECHO_ID,
	.queue_size = ECHO_QUEUE_SIZE,
	.config_read = echo_config_read,
	.config_write = echo_config_write,
	.activate = echo_activate,
	.reset = echo_reset,
	.notify = echo_notify,
};

static void echo_open(struct echo *echo, struct driver *d)
{
	struct err e = ERR_NONE;

	driver_open_place(d);
	*echo = (struct echo){.device = {.class = &echo_class,
				      .self = echo,
				      .features = UINT64_C(1) << ECHO_FEATURE,
				      .queues_n = ECHO_QUEUES}};
	if (virtio_open(&echo->device, &d->place, &e) < 0)
		abort();
	driver_adopt(d, &(struct virtio_made){.device = &echo->device, .close = virtio_close});
}

int echo_set_up(void **state)
{
	struct echo_test *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	echo_open(&t->echo, &t->driver);
	*state = t;
	return 0;
}

int echo_tear_down(void **state)
{
	struct echo_test *t = *state;

	driver_close(&t->driver);
	free(t);
	return 0;
}
