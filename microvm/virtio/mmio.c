/* SPDX-License-Identifier: Apache-2.0 */
/* What a device of any kind shares: its doorbells, its lock, its interrupt, its queues. The registers: registers.c. */
#include "microvm/virtio/virtio.h"

#include "base/log.h"
#include "base/own.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

static void doorbell_ready(struct loop_source *doorbell, uint32_t events)
{
	struct virtio_device *d = doorbell->self;
	const unsigned int queue = (unsigned int)(doorbell - d->doorbells);
	uint64_t rings;

	(void)events;
	if (read(doorbell->fd, &rings, sizeof rings) != sizeof rings)
		return;
	virtio_lock(d);
	if (virtio_is_active(d) && d->queues[queue].ready)
		d->class->notify(d, queue);
	virtio_unlock(d);
}

static int doorbell_open(struct virtio_device *d, unsigned int queue, struct err *e)
{
	struct loop_source *doorbell = &d->doorbells[queue];

	*doorbell =
		(struct loop_source){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = doorbell_ready, .self = d};
	if (doorbell->fd < 0)
		return err_sys(e, "make the doorbell of the device '%s'", d->class->name);
	return loop_add(d->place.loop, doorbell, EPOLLIN, e);
}

static void doorbell_close(struct virtio_device *d, unsigned int queue)
{
	int fd = d->doorbells[queue].fd;

	loop_remove(d->place.loop, &d->doorbells[queue]);
	own_release_fd(&fd);
}

int virtio_open(struct virtio_device *d, const struct device_place *place, struct err *e)
{
	int r = 0;

	d->place = *place;
	d->status = d->interrupt_status = 0;
	for (unsigned int i = 0; i < VIRTIO_QUEUES_MAX; i++) {
		d->doorbells[i] = (struct loop_source){.fd = -1};
		virtq_reset(&d->queues[i]);
	}
	(void)pthread_mutex_init(&d->lock, NULL); /* cannot fail with the default attributes */
	for (unsigned int i = 0; i < d->queues_n && r == 0; i++)
		r = doorbell_open(d, i, e);
	if (r < 0)
		virtio_close(d);
	return r;
}

void virtio_close(struct virtio_device *d)
{
	for (unsigned int i = 0; i < d->queues_n; i++)
		doorbell_close(d, i);
	(void)pthread_mutex_destroy(&d->lock); /* nobody holds it: the machine has stopped */
}

void virtio_lock(struct virtio_device *d)
{
	(void)pthread_mutex_lock(&d->lock); /* fails only for a lock that is not one */
}

void virtio_unlock(struct virtio_device *d)
{
	(void)pthread_mutex_unlock(&d->lock);
}

bool virtio_is_active(const struct virtio_device *d)
{
	const uint32_t dead = VIRTIO_CONFIG_S_NEEDS_RESET | VIRTIO_CONFIG_S_FAILED;

	return (d->status & (VIRTIO_CONFIG_S_DRIVER_OK | dead)) == VIRTIO_CONFIG_S_DRIVER_OK;
}

bool virtio_has(const struct virtio_device *d, unsigned int feature_bit)
{
	return d->driver_features >> feature_bit & 1;
}

static void interrupt_raise(struct virtio_device *d, uint32_t reason)
{
	d->interrupt_status |= reason;
	irq_raise(&d->place.irq);
}

void virtio_needs_reset(struct virtio_device *d, const char *what)
{
	if (d->status & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;
	log_debug("the guest broke the device '%s': %s", d->class->name, what);
	d->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	if (d->status & VIRTIO_CONFIG_S_DRIVER_OK)
		interrupt_raise(d, VIRTIO_MMIO_INT_CONFIG);
}

void virtio_config_copy(const struct virtio_config *config, uint32_t offset, void *to, uint32_t length)
{
	const uint32_t left = offset < config->length ? config->length - offset : 0;
	const uint32_t n = length < left ? length : left;

	memset(to, 0, length);
	memcpy(to, (const uint8_t *)config->bytes + (n ? offset : 0), n);
}

void virtio_config_changed(struct virtio_device *d)
{
	d->config_generation++;
	if (virtio_is_active(d))
		interrupt_raise(d, VIRTIO_MMIO_INT_CONFIG);
}

static bool queue_runs(const struct virtio_device *d, unsigned int queue)
{
	return queue < d->queues_n && d->queues[queue].ready && virtio_is_active(d);
}

int virtio_take(struct virtio_device *d, unsigned int queue, struct virtq_chain *ret)
{
	struct virtq *q = &d->queues[queue];
	int r = queue_runs(d, queue) ? virtq_take(q, d->place.memory, ret) : 0;

	if (r == 0 && queue_runs(d, queue) && virtq_ask_notification(q, d->place.memory, true))
		r = virtq_take(q, d->place.memory, ret);
	if (r >= 0)
		return r;
	virtio_needs_reset(d, "a ring that makes no sense");
	return 0;
}

void virtio_untake(struct virtio_device *d, unsigned int queue)
{
	if (queue_runs(d, queue))
		virtq_untake(&d->queues[queue]);
}

void virtio_give(struct virtio_device *d, unsigned int queue, uint16_t head, uint32_t written)
{
	if (queue_runs(d, queue) && virtq_give(&d->queues[queue], d->place.memory, head, written) < 0)
		virtio_needs_reset(d, "a used ring that is gone");
}

void virtio_interrupt(struct virtio_device *d, unsigned int queue)
{
	if (queue_runs(d, queue) && virtq_wants_interrupt(&d->queues[queue], d->place.memory))
		interrupt_raise(d, VIRTIO_MMIO_INT_VRING);
}

void virtio_notify_later(struct virtio_device *d, unsigned int queue)
{
	const uint64_t one = 1;
	ssize_t written = write(d->doorbells[queue].fd, &one, sizeof one);

	(void)written; /* a doorbell that is full rings already */
}
