/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The block device (virtio 1.2, 5.2) over a raw file or a block device of the host.
 *
 * A request lives in one of BLOCK_DEPTH places from when it is taken until it is done; when all are in use, or a rate
 * is used up, the queue stays as it is, and is `waiting`. A reset waits for what is on its way: after it nothing
 * touches the guest's memory on behalf of the driver before.
 */
#include "microvm/virtio/block_request.h"
#include "microvm/virtio/block_size.h"
#include "microvm/virtio/devices.h"
#include "microvm/virtio/rate.h"

#include "base/clock.h"
#include "base/own.h"

#include <errno.h>
#include <linux/virtio_blk.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#define BIT(n) (UINT64_C(1) << (n))

enum {
	BLOCK_DEPTH = 64,
	BLOCK_QUEUE_SIZE = 128,
	BLOCK_BUFFERS = BLOCK_QUEUE_SIZE - 2, /* of data, beside header and status */
	BLOCK_TURN_REQUESTS = 64,             /* then other devices have their turn */
};

struct block {
	struct virtio_device device;
	int fd; /* owned */
	struct block_engine engine;
	struct loop_source completions, timer;
	struct block_shape shape;
	struct virtio_blk_config config;
	struct rate bytes, operations;
	uint32_t waiting;           /* queues, as bits */
	bool forgets;               /* what is done is told to nobody: the driver has gone */
	struct block_request *free; /* places that were used before */
	unsigned int fresh;         /* places that never were: their memory is the host's still */
	struct block_request places[BLOCK_DEPTH];
};

/* True: nothing may be done before the timer has rung. */
static bool block_is_held(struct block *block)
{
	const uint64_t now = (uint64_t)clock_now_ns();
	const uint64_t bytes = rate_wait_ns(&block->bytes, now), operations = rate_wait_ns(&block->operations, now);
	const uint64_t wait = bytes > operations ? bytes : operations;
	const struct itimerspec at = {
		.it_value = {.tv_sec = (time_t)(wait / 1000000000), .tv_nsec = (long)(wait % 1000000000)}};

	if (wait > 0)
		(void)timerfd_settime(block->timer.fd, 0, &at, NULL); /* cannot fail: the time is in range */
	return wait > 0;
}

/* NULL: all are in use. */
static struct block_request *block_place(struct block *block)
{
	struct block_request *place = block->free;

	if (place)
		block->free = place->next;
	else if (block->fresh > 0)
		place = &block->places[BLOCK_DEPTH - block->fresh--];
	return place;
}

static void block_free(struct block *block, struct block_request *request)
{
	request->next = block->free;
	block->free = request;
}

static void block_answer(struct block *block, struct block_request *request, uint8_t status)
{
	const uint32_t written = status == VIRTIO_BLK_S_OK ? request->written + 1 : 1;

	*request->status = status;
	virtio_give(&block->device, request->queue, request->chain.head, written);
	block_free(block, request);
}

static void block_done(void *owner, struct block_io *io, int error)
{
	struct block_request *request = (struct block_request *)(void *)io;
	struct block *block = owner;

	if (block->forgets)
		block_free(block, request);
	else
		block_answer(block, request, block_request_status(error));
}

static void block_begin(struct block *block, struct block_request *request)
{
	uint8_t status;

	switch (block_request_read(request, &block->shape, &status)) {
	case BLOCK_BROKEN:
		virtio_needs_reset(&block->device, "a request without header or status");
		block_free(block, request);
		break;
	case BLOCK_ANSWERED:
		block_answer(block, request, status);
		break;
	case BLOCK_TO_DO:
		rate_spend(&block->operations, 1);
		rate_spend(&block->bytes, request->io.buffers ? request->io.length : 0);
		block_engine_submit(&block->engine, &request->io);
		break;
	}
}

/* False: the queue is empty, or has to wait. */
static bool block_take(struct block *block, uint16_t queue)
{
	struct block_request *request = block_is_held(block) ? NULL : block_place(block);

	if (!request) {
		block->waiting |= 1u << queue;
		return false;
	}
	if (virtio_take(&block->device, queue, &request->chain) == 0) {
		block_free(block, request);
		return false;
	}
	request->queue = queue;
	block_begin(block, request);
	return true;
}

static void block_serve(struct block *block, uint16_t queue)
{
	unsigned int n = 0;
	bool pushed;

	while (n < BLOCK_TURN_REQUESTS && block_take(block, queue))
		n++;
	pushed = block_engine_push(&block->engine);
	virtio_interrupt(&block->device, queue);
	if (n == BLOCK_TURN_REQUESTS || !pushed)
		virtio_notify_later(&block->device, queue);
}

static void block_notify(struct virtio_device *d, unsigned int queue)
{
	block_serve(d->self, (uint16_t)queue);
}

static void block_serve_waiting(struct block *block)
{
	const uint32_t waiting = block->waiting;

	block->waiting = 0;
	for (unsigned int i = 0; i < block->device.queues_n; i++)
		if (waiting & 1u << i)
			virtio_notify_later(&block->device, i);
}

static void block_completions_ready(struct loop_source *source, uint32_t events)
{
	struct block *block = source->self;

	(void)events;
	virtio_lock(&block->device);
	block_engine_collect(&block->engine);
	for (unsigned int i = 0; i < block->device.queues_n; i++)
		virtio_interrupt(&block->device, i);
	block_serve_waiting(block);
	virtio_unlock(&block->device);
}

static void block_timer_ready(struct loop_source *source, uint32_t events)
{
	struct block *block = source->self;
	uint64_t times;

	(void)events;
	(void)!read(source->fd, &times, sizeof times); /* only silences it */
	virtio_lock(&block->device);
	block_serve_waiting(block);
	virtio_unlock(&block->device);
}

static void block_activate(struct virtio_device *d)
{
	struct block *block = d->self;

	block->shape.durable = !virtio_has(d, VIRTIO_BLK_F_FLUSH);
}

static void block_reset(struct virtio_device *d)
{
	struct block *block = d->self;

	block->forgets = true;
	block_engine_drain(&block->engine);
	block->forgets = false;
	block->waiting = 0;
}

static void block_config_read(struct virtio_device *d, uint32_t offset, void *to, uint32_t length)
{
	const struct block *block = d->self;

	virtio_config_copy(&(struct virtio_config){&block->config, sizeof block->config}, offset, to, length);
}

static const struct virtio_class block_class = {
	.name = "block",
	.id = VIRTIO_BLOCK,
	.queue_size = BLOCK_QUEUE_SIZE,
	.config_read = block_config_read,
	.activate = block_activate,
	.reset = block_reset,
	.notify = block_notify,
};

static void block_release(struct block *block)
{
	struct loop *loop = block->device.place.loop;
	int timer = block->timer.fd;

	block->forgets = true;
	loop_remove(loop, &block->completions); /* its descriptor is the engine's */
	loop_remove(loop, &block->timer);
	own_release_fd(&timer);
	block_engine_close(&block->engine);
	own_release_fd(&block->fd);
	free(block);
}

static void block_close(struct virtio_device *d)
{
	virtio_close(d);
	block_release(d->self);
}

static void block_describe(struct block *block, const struct machine_block *wish, uint32_t block_bytes)
{
	const uint64_t write_features = BIT(VIRTIO_BLK_F_DISCARD) | BIT(VIRTIO_BLK_F_WRITE_ZEROES);
	struct virtio_device *d = &block->device;

	d->queues_n = wish->queues == 0 ? 1 : wish->queues;
	d->features = BIT(VIRTIO_BLK_F_SEG_MAX) | BIT(VIRTIO_BLK_F_BLK_SIZE) | BIT(VIRTIO_BLK_F_FLUSH);
	d->features |= wish->read_only ? BIT(VIRTIO_BLK_F_RO) : write_features;
	d->features |= d->queues_n > 1 ? BIT(VIRTIO_BLK_F_MQ) : 0;
	block->config = (struct virtio_blk_config){
		.capacity = block->shape.sectors,
		.seg_max = BLOCK_BUFFERS,
		.blk_size = block_bytes,
		.num_queues = (uint16_t)d->queues_n,
		.max_discard_sectors = BLOCK_RANGE_SECTORS_MAX,
		.max_discard_seg = 1,
		.discard_sector_alignment = block_bytes / BLOCK_SECTOR,
		.max_write_zeroes_sectors = BLOCK_RANGE_SECTORS_MAX,
		.max_write_zeroes_seg = 1,
	};
}

static int block_open_disk(struct block *block, const struct machine_block *wish, struct err *e)
{
	struct block_size size;
	int r = block_size_find(block->fd, wish, &size, e);

	if (r < 0)
		return r;
	block->shape.sectors = size.bytes / BLOCK_SECTOR;
	block->shape.read_only = wish->read_only;
	memcpy(block->shape.serial, wish->serial, sizeof block->shape.serial);
	block_describe(block, wish, size.block_bytes);
	block->bytes = rate_new(wish->bytes_per_s, (uint64_t)clock_now_ns());
	block->operations = rate_new(wish->operations_per_s, (uint64_t)clock_now_ns());
	block->engine = (struct block_engine){.fd = block->fd, .event = -1, .done = block_done, .owner = block};
	return block_engine_open(&block->engine, BLOCK_DEPTH, e);
}

static int block_watch(struct block *block, struct err *e)
{
	struct loop *loop = block->device.place.loop;
	int r = 0;

	block->completions = (struct loop_source){.fd = -1, .ready = block_completions_ready, .self = block};
	block->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (block->timer.fd < 0)
		return err_sys(e, "make a timer");
	r = loop_add(loop, &block->timer, EPOLLIN, e);
	if (r < 0 || block->engine.event < 0)
		return r;
	block->completions.fd = block->engine.event;
	return loop_add(loop, &block->completions, EPOLLIN, e);
}

static int block_open(struct block *block, const struct virtio_wish *wish, struct err *e)
{
	int r;

	if (wish->wish->block.queues > VIRTIO_QUEUES_MAX)
		return err_set(e, EINVAL, "vm-disk", "a disk with %u queues: at most %d", wish->wish->block.queues,
			VIRTIO_QUEUES_MAX);
	block->fresh = BLOCK_DEPTH;
	block->device.place = *wish->place;
	r = block_open_disk(block, &wish->wish->block, e);
	if (r == 0)
		r = block_watch(block, e);
	return r < 0 ? r : virtio_open(&block->device, wish->place, e);
}

int block_make(const struct virtio_wish *wish, struct virtio_made *ret, struct err *e)
{
	struct block *block = calloc(1, sizeof *block);
	int r;

	if (!block)
		return err_nomem(e);
	block->device = (struct virtio_device){.class = &block_class, .self = block};
	block->completions.fd = -1;
	block->timer = (struct loop_source){.fd = -1, .ready = block_timer_ready, .self = block};
	block->fd = virtio_wish_fd(wish, wish->wish->block.fd);
	r = block_open(block, wish, e);
	if (r < 0) {
		block_release(block);
		return r;
	}
	*ret = (struct virtio_made){.device = &block->device, .close = block_close};
	return 0;
}
