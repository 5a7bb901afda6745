/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/driver.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void count_failure(void *machine, const struct err *why)
{
	struct driver *d = machine;

	(void)why;
	d->failed++;
}

void driver_open_place(struct driver *d)
{
	struct err e = ERR_NONE;

	*d = (struct driver){0};
	must(guest_memory_make(DRIVER_MEMORY_BYTES, 0, &d->memory, &e) == 0);
	must(loop_open(&d->loop, &e) == 0);
	d->place = (struct device_place){
		.memory = &d->memory,
		.loop = &d->loop,
		.irq.eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.log = &d->log,
		.fail = count_failure,
		.machine = d,
	};
	must(d->place.irq.eventfd >= 0);
	guest_log_open(&d->log, -1);
}

void driver_adopt(struct driver *d, const struct virtio_made *made)
{
	d->made = *made;
	d->registers = virtio_registers(made->device);
}

void driver_open(struct driver *d, const struct machine_device *wish, int *fds, uint32_t fds_n)
{
	struct virtio_made made;
	struct err e = ERR_NONE;

	driver_open_place(d);
	must(virtio_makers[wish->kind]);
	must(virtio_makers[wish->kind](
		     &(struct virtio_wish){.wish = wish, .fds = fds, .fds_n = fds_n, .place = &d->place}, &made, &e) ==
		0);
	driver_adopt(d, &made);
}

void driver_close(struct driver *d)
{
	d->made.close(d->made.device);
	loop_close(&d->loop);
	guest_memory_free(&d->memory);
	guest_log_close(&d->log);
	(void)close(d->place.irq.eventfd);
}

uint32_t driver_read(struct driver *d, uint32_t offset)
{
	return (uint32_t)d->registers.read(d->registers.self, offset, 4);
}

void driver_write(struct driver *d, uint32_t offset, uint32_t value)
{
	d->registers.write(d->registers.self, offset, 4, value);
}

void driver_read_config(struct driver *d, uint32_t offset, void *to, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		((uint8_t *)to)[i] = (uint8_t)d->registers.read(d->registers.self, VIRTIO_MMIO_CONFIG + offset + i, 1);
}

static void add_status(struct driver *d, uint32_t bit)
{
	driver_write(d, VIRTIO_MMIO_STATUS, driver_read(d, VIRTIO_MMIO_STATUS) | bit);
}

static uint32_t offered_half(struct driver *d, uint32_t half)
{
	driver_write(d, VIRTIO_MMIO_DEVICE_FEATURES_SEL, half);
	return driver_read(d, VIRTIO_MMIO_DEVICE_FEATURES);
}

void driver_negotiate(struct driver *d, uint64_t features)
{
	add_status(d, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	add_status(d, VIRTIO_CONFIG_S_DRIVER);
	for (uint32_t half = 0; half < 2; half++) {
		driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES_SEL, half);
		driver_write(d, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(features >> 32 * half) & offered_half(d, half));
	}
	add_status(d, VIRTIO_CONFIG_S_FEATURES_OK);
}

gpa_t driver_ring(unsigned int queue, unsigned int area)
{
	return DRIVER_RINGS + DRIVER_RING_BYTES * (gpa_t)queue + area;
}

void *driver_at(struct driver *d, gpa_t at, uint64_t length)
{
	void *host = guest_slice(&d->memory, at, length);

	must(host);
	return host;
}

static void write_address(struct driver *d, uint32_t low, gpa_t at)
{
	driver_write(d, low, (uint32_t)at);
	driver_write(d, low + 4, (uint32_t)(at >> 32));
}

void driver_set_queue_at(struct driver *d, unsigned int queue, gpa_t descriptors, gpa_t driver, gpa_t device)
{
	driver_write(d, VIRTIO_MMIO_QUEUE_SEL, queue);
	driver_write(d, VIRTIO_MMIO_QUEUE_NUM, d->queues[queue].size);
	write_address(d, VIRTIO_MMIO_QUEUE_DESC_LOW, descriptors);
	write_address(d, VIRTIO_MMIO_QUEUE_AVAIL_LOW, driver);
	write_address(d, VIRTIO_MMIO_QUEUE_USED_LOW, device);
	driver_write(d, VIRTIO_MMIO_QUEUE_READY, 1);
}

void driver_set_queue(struct driver *d, unsigned int queue, uint16_t size)
{
	d->queues[queue] = (struct driver_queue){.size = size};
	memset(driver_at(d, driver_ring(queue, 0), DRIVER_RING_BYTES), 0, DRIVER_RING_BYTES);
	driver_set_queue_at(d, queue, driver_ring(queue, 0), driver_ring(queue, DRIVER_RING_DRIVER),
		driver_ring(queue, DRIVER_RING_DEVICE));
}

void driver_start(struct driver *d, uint64_t features, uint16_t size)
{
	driver_negotiate(d, features | UINT64_C(1) << VIRTIO_F_VERSION_1);
	for (unsigned int queue = 0; queue < d->made.device->queues_n; queue++)
		driver_set_queue(d, queue, size);
	add_status(d, VIRTIO_CONFIG_S_DRIVER_OK);
}

bool driver_needs_reset(struct driver *d)
{
	return driver_read(d, VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET;
}

uint64_t driver_interrupts(struct driver *d)
{
	uint64_t n = 0;

	return read(d->place.irq.eventfd, &n, sizeof n) == sizeof n ? n : 0;
}

void driver_set_descriptor(
	struct driver *d, gpa_t table, uint16_t n, const struct driver_buffer *b, struct driver_link link)
{
	struct vring_desc *desc = driver_at(d, table + sizeof *desc * n, sizeof *desc);

	*desc = (struct vring_desc){
		.addr = b->at,
		.len = b->length,
		.flags = (uint16_t)(link.flags | (b->writable ? VRING_DESC_F_WRITE : 0)),
		.next = link.next,
	};
}

uint16_t driver_chain(struct driver *d, unsigned int queue, const struct driver_buffer *buffers, unsigned int n)
{
	struct driver_queue *q = &d->queues[queue];
	const uint16_t head = q->free, mask = (uint16_t)(q->size - 1);

	for (unsigned int i = 0; i < n; i++) {
		const uint16_t this = q->free;

		q->free = (uint16_t)(this + 1) & mask;
		driver_set_descriptor(d, driver_ring(queue, 0), this, &buffers[i],
			(struct driver_link){.flags = i + 1 < n ? VRING_DESC_F_NEXT : 0, .next = q->free});
	}
	return head;
}

void driver_offer(struct driver *d, unsigned int queue, uint16_t head)
{
	struct driver_queue *q = &d->queues[queue];
	struct vring_avail *ring = driver_at(d, driver_ring(queue, DRIVER_RING_DRIVER), sizeof *ring + 2u * q->size);

	ring->ring[q->available & (q->size - 1)] = head;
	__atomic_store_n(&ring->idx, ++q->available, __ATOMIC_RELEASE);
}

void driver_kick(struct driver *d, unsigned int queue)
{
	driver_write(d, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

void driver_run(struct driver *d, int quiet_ms)
{
	struct pollfd ready = {.fd = d->loop.epoll, .events = POLLIN};
	struct err e = ERR_NONE;

	for (unsigned int turns = 0; poll(&ready, 1, quiet_ms) > 0; turns++) {
		must(turns < 100000); /* a device that never comes to rest */
		must(loop_turn(&d->loop, 0, &e) == 0);
	}
}

uint16_t driver_put(struct driver *d, unsigned int queue, const struct driver_buffer *buffers, unsigned int n)
{
	const uint16_t head = driver_chain(d, queue, buffers, n);

	driver_offer(d, queue, head);
	driver_kick(d, queue);
	driver_run(d, 0);
	return head;
}

int driver_used(struct driver *d, unsigned int queue, uint32_t *ret_written)
{
	struct driver_queue *q = &d->queues[queue];
	struct vring_used *ring = driver_at(d, driver_ring(queue, DRIVER_RING_DEVICE), sizeof *ring + 8u * q->size);

	if (__atomic_load_n(&ring->idx, __ATOMIC_ACQUIRE) == q->used)
		return -1;
	*ret_written = ring->ring[q->used & (q->size - 1)].len;
	return (int)ring->ring[q->used++ & (q->size - 1)].id;
}
