/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's side of a virtio-mmio device, for tests: memory, a loop, an interrupt line and the device's registers,
 * all in one process and one thread. It does what a driver does, step by step, and can be told to do it wrong.
 *
 * What must hold whatever the device does ends the test (abort).
 */
#pragma once

#include "microvm/virtio/devices.h"
#include "microvm/vmm/guest_log.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	DRIVER_MEMORY_BYTES = 32 << 20,
	DRIVER_RINGS = 0x1000,      /* where queue 0's rings are */
	DRIVER_RING_BYTES = 0x4000, /* for each queue: descriptors, then the driver's, then the device's area */
	DRIVER_RING_DRIVER = 0x2000,
	DRIVER_RING_DEVICE = 0x3000,
	DRIVER_DATA = 0x100000, /* for buffers */
};

struct driver_queue {
	uint16_t size, free, available, used; /* free: the next descriptor to be taken into use, round and round */
};

struct driver {
	struct guest_memory memory;
	struct loop loop;
	struct virtio_made made;
	struct device registers;
	struct device_place place;
	struct guest_log log; /* without a descriptor */
	struct driver_queue queues[VIRTIO_QUEUES_MAX];
	unsigned int failed; /* how often the device ended the machine */
};

struct driver_buffer {
	gpa_t at;
	uint32_t length;
	bool writable;
};

/* The rest of a descriptor. */
struct driver_link {
	uint16_t flags, next;
};

/* Makes the device of wish->kind, with fds of its own. */
void driver_open(struct driver *d, const struct machine_device *wish, int *fds, uint32_t fds_n);
/* The same for a device that the caller makes (it has the place and the loop from here). */
void driver_open_place(struct driver *d);
void driver_adopt(struct driver *d, const struct virtio_made *made);
void driver_close(struct driver *d);

uint32_t driver_read(struct driver *d, uint32_t offset);
void driver_write(struct driver *d, uint32_t offset, uint32_t value);
void driver_read_config(struct driver *d, uint32_t offset, void *to, uint32_t length);

/* ACKNOWLEDGE, DRIVER, those of the features that are offered, FEATURES_OK. */
void driver_negotiate(struct driver *d, uint64_t features);
/* Selects the queue, says its size and its place (see above), makes it ready. */
void driver_set_queue(struct driver *d, unsigned int queue, uint16_t size);
void driver_set_queue_at(struct driver *d, unsigned int queue, gpa_t descriptors, gpa_t driver, gpa_t device);
/* All of it: negotiation, every queue that the device has, DRIVER_OK. */
void driver_start(struct driver *d, uint64_t features, uint16_t size);

bool driver_needs_reset(struct driver *d);
/* Takes what the interrupt line has seen: how often it was raised since. */
uint64_t driver_interrupts(struct driver *d);

void *driver_at(struct driver *d, gpa_t at, uint64_t length);
gpa_t driver_ring(unsigned int queue, unsigned int area);

/* Writes one descriptor as it is. */
void driver_set_descriptor(
	struct driver *d, gpa_t table, uint16_t n, const struct driver_buffer *b, struct driver_link link);
/* A chain of descriptors; returns its head. It is not available yet. */
uint16_t driver_chain(struct driver *d, unsigned int queue, const struct driver_buffer *buffers, unsigned int n);
void driver_offer(struct driver *d, unsigned int queue, uint16_t head);
void driver_kick(struct driver *d, unsigned int queue);
/* Chain, offer, kick and all that the loop then has to do. */
uint16_t driver_put(struct driver *d, unsigned int queue, const struct driver_buffer *buffers, unsigned int n);
/* Runs the loop until nothing is ready for that long. */
void driver_run(struct driver *d, int quiet_ms);

/* The next used chain: its head and how much was written; -1: none. */
int driver_used(struct driver *d, unsigned int queue, uint32_t *ret_written);
