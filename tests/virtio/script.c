/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/virtio/script.h"

#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SCRIPT_STEPS_MAX = 512,
	SCRIPT_BYTES_MAX = 64, /* of memory that is written or bytes that a peer sends, at once */
	SCRIPT_CHAIN_MAX = 6,
	SCRIPT_LENGTH_UNIT = 64,
};

/* The end of the script reads as zeroes. */
static uint64_t take(struct script *s, unsigned int bytes)
{
	uint64_t value = 0;
	const size_t left = (size_t)(s->end - s->at), n = bytes < left ? bytes : left;

	memcpy(&value, s->at, n);
	s->at += n;
	return value;
}

static size_t take_bytes(struct script *s, uint8_t to[SCRIPT_BYTES_MAX])
{
	const size_t asked = take(s, 1) % (SCRIPT_BYTES_MAX + 1), left = (size_t)(s->end - s->at);
	const size_t n = asked < left ? asked : left;

	memcpy(to, s->at, n);
	s->at += n;
	return n;
}

static unsigned int take_queue(struct script *s)
{
	return (unsigned int)take(s, 1) % VIRTIO_QUEUES_MAX;
}

static void step_start(struct script *s)
{
	const uint64_t features = take(s, 8);
	const uint16_t size = (uint16_t)(1u << take(s, 1) % 8);

	driver_write(s->driver, VIRTIO_MMIO_STATUS, 0);
	driver_start(s->driver, features, size);
}

static void step_write_register(struct script *s)
{
	const uint32_t offset = (uint32_t)take(s, 1) * 4;

	driver_write(s->driver, offset % VIRTIO_MMIO_CONFIG, (uint32_t)take(s, 4));
}

static void step_write_anything(struct script *s)
{
	struct device *r = &s->driver->registers;
	const unsigned int size = 1u << take(s, 1) % 4;
	const uint64_t offset = take(s, 2) % (GUEST_MMIO_BYTES - size + 1);

	r->write(r->self, offset, size, take(s, size));
}

static void step_read_anything(struct script *s)
{
	struct device *r = &s->driver->registers;
	const unsigned int size = 1u << take(s, 1) % 4;

	(void)r->read(r->self, take(s, 2) % (GUEST_MMIO_BYTES - size + 1), size);
}

static void step_write_memory(struct script *s)
{
	const gpa_t at = take(s, 3) % (DRIVER_MEMORY_BYTES - SCRIPT_BYTES_MAX);
	uint8_t bytes[SCRIPT_BYTES_MAX];
	const size_t n = take_bytes(s, bytes);

	if (n > 0)
		memcpy(driver_at(s->driver, at, n), bytes, n);
}

static void step_write_descriptor(struct script *s)
{
	const unsigned int queue = take_queue(s);
	const uint16_t n = (uint16_t)take(s, 1);
	const struct driver_buffer buffer = {.at = take(s, 4), .length = (uint32_t)take(s, 4)};
	const struct driver_link link = {.flags = (uint16_t)take(s, 1), .next = (uint16_t)take(s, 2)};

	driver_set_descriptor(s->driver, driver_ring(queue, 0), n, &buffer, link);
}

static void step_offer(struct script *s)
{
	const unsigned int queue = take_queue(s);
	const uint16_t head = (uint16_t)take(s, 2);

	if (s->driver->queues[queue].size != 0)
		driver_offer(s->driver, queue, head);
}

/* The index in front of the driver's ring, whatever there is in it. */
static void step_jump(struct script *s)
{
	const unsigned int queue = take_queue(s);

	s->driver->queues[queue].available = (uint16_t)take(s, 2);
	if (s->driver->queues[queue].size != 0)
		driver_offer(s->driver, queue, 0);
}

static void step_kick(struct script *s)
{
	driver_kick(s->driver, take_queue(s));
	driver_run(s->driver, 0);
}

/* A good chain: lengths and directions, then what the first buffer begins with. */
static void step_chain(struct script *s)
{
	const unsigned int queue = take_queue(s), n = 1 + (unsigned int)take(s, 1) % SCRIPT_CHAIN_MAX;
	struct driver_buffer buffers[SCRIPT_CHAIN_MAX];
	uint8_t bytes[SCRIPT_BYTES_MAX];
	gpa_t at = DRIVER_DATA + 0x10000 * (gpa_t)queue;
	size_t known;

	if (s->driver->queues[queue].size == 0)
		return;
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t what = (uint8_t)take(s, 1);

		/* a whole number of units, or a few bytes */
		buffers[i] = (struct driver_buffer){.at = at,
			.length = what & 0x40 ? 1 + (what & 0x3fu) : (1 + (what & 0x3fu)) * SCRIPT_LENGTH_UNIT,
			.writable = what & 0x80};
		at += buffers[i].length;
	}
	known = take_bytes(s, bytes);
	memcpy(driver_at(s->driver, buffers[0].at, SCRIPT_BYTES_MAX), bytes, known);
	driver_offer(s->driver, queue, driver_chain(s->driver, queue, buffers, n));
}

static void step_peer_writes(struct script *s)
{
	uint8_t bytes[SCRIPT_BYTES_MAX];
	const size_t n = take_bytes(s, bytes);

	if (s->peer >= 0)
		(void)!write(s->peer, bytes, n); /* a peer that is full, or gone, is one of the cases */
	driver_run(s->driver, 0);
}

static void step_peer_reads(struct script *s)
{
	uint8_t bytes[SCRIPT_BYTES_MAX];

	if (s->peer >= 0)
		(void)!read(s->peer, bytes, sizeof bytes);
	driver_run(s->driver, 0);
}

static void step_reset(struct script *s)
{
	driver_write(s->driver, VIRTIO_MMIO_STATUS, 0);
}

static void (*const steps[])(struct script *s) = {
	step_start,
	step_chain,
	step_kick,
	step_peer_writes,
	step_write_memory,
	step_write_descriptor,
	step_offer,
	step_jump,
	step_write_register,
	step_write_anything,
	step_read_anything,
	step_peer_reads,
	step_reset,
};

void script_run(struct script *s)
{
	const uint32_t id = driver_read(s->driver, VIRTIO_MMIO_DEVICE_ID);

	for (unsigned int i = 0; i < SCRIPT_STEPS_MAX && s->at < s->end; i++)
		steps[take(s, 1) % (sizeof steps / sizeof *steps)](s);
	driver_run(s->driver, 0);
	if (driver_read(s->driver, VIRTIO_MMIO_MAGIC_VALUE) != 0x74726976 ||
		driver_read(s->driver, VIRTIO_MMIO_DEVICE_ID) != id)
		abort();
}
