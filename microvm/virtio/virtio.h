/* SPDX-License-Identifier: Apache-2.0 */
/*
 * virtio-mmio, version 2 (virtio 1.2, 4.2), and what a kind of device adds to it.
 *
 * The transport (mmio.c) has the registers, feature negotiation, status, queues and interrupts; a kind of device is a
 * row of callbacks. Callbacks run with the device's lock held; `notify` and what the device itself puts on the
 * loop run on the I/O thread, the others on whichever vCPU wrote the register. A device's own loop callbacks begin with
 * virtio_lock() and end with virtio_unlock().
 */
#pragma once

#include "base/err.h"
#include "microvm/virtio/queue.h"
#include "microvm/vmm/device.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { VIRTIO_QUEUES_MAX = 18 };

/* virtio 1.2, 5: device IDs */
enum virtio_id {
	VIRTIO_NET = 1,
	VIRTIO_BLOCK = 2,
	VIRTIO_CONSOLE = 3,
	VIRTIO_RNG = 4,
	VIRTIO_BALLOON = 5,
	VIRTIO_VSOCK = 19,
	VIRTIO_FS = 26,
};

struct virtio_device;

struct virtio_class {
	const char *name;
	uint32_t id;
	uint16_t queue_size; /* the largest that is offered */
	/* The device's configuration space; offset + length may lie past its end, which reads as 0. May be NULL. */
	void (*config_read)(struct virtio_device *d, uint32_t offset, void *to, uint32_t length);
	void (*config_write)(struct virtio_device *d, uint32_t offset, const void *from, uint32_t length);
	/* DRIVER_OK was set: the negotiated features stand. May be NULL. */
	void (*activate)(struct virtio_device *d);
	/* Back to the beginning: no chain that was taken may be touched any more. May be NULL. */
	void (*reset)(struct virtio_device *d);
	/* The driver has put chains into the queue. */
	void (*notify)(struct virtio_device *d, unsigned int queue);
};

struct virtio_device {
	/* filled by the device's maker */
	const struct virtio_class *class;
	void *self;
	uint64_t features; /* offered, beside VERSION_1, EVENT_IDX and INDIRECT_DESC, which the transport offers */
	unsigned int queues_n;

	/* the transport's */
	struct device_place place;
	pthread_mutex_t lock;
	struct loop_source doorbells[VIRTIO_QUEUES_MAX]; /* ioeventfds */
	struct virtq queues[VIRTIO_QUEUES_MAX];
	uint64_t driver_features; /* negotiated once FEATURES_OK is set */
	uint32_t status, interrupt_status, config_generation;
	uint32_t device_features_select, driver_features_select, queue_select;
};

/* Readies the transport, makes the doorbells and puts them on the loop. Undone by virtio_close(). */
int virtio_open(struct virtio_device *d, const struct device_place *place, struct err *e);
void virtio_close(struct virtio_device *d);

/* The registers, for the bus. */
struct device virtio_registers(struct virtio_device *d);

void virtio_lock(struct virtio_device *d);
void virtio_unlock(struct virtio_device *d);

/* A configuration space that is one struct, as config_read() wants it copied. */
struct virtio_config {
	const void *bytes;
	uint32_t length;
};

void virtio_config_copy(const struct virtio_config *config, uint32_t offset, void *to, uint32_t length);

/* For classes, with the lock held. */
bool virtio_is_active(const struct virtio_device *d); /* DRIVER_OK and not in need of a reset */
bool virtio_has(const struct virtio_device *d, unsigned int feature_bit);
/* 1, or 0: none is left, and the driver was asked to notify of the next. A broken ring asks for the reset, and is 0. */
int virtio_take(struct virtio_device *d, unsigned int queue, struct virtq_chain *ret);
/* The chain that was taken last is to be taken again. */
void virtio_untake(struct virtio_device *d, unsigned int queue);
void virtio_give(struct virtio_device *d, unsigned int queue, uint16_t head, uint32_t written);
void virtio_interrupt(struct virtio_device *d, unsigned int queue); /* where the driver wants one */
/* Has `notify` called for the queue after what else waits on the loop: for a class that did enough for one turn. */
void virtio_notify_later(struct virtio_device *d, unsigned int queue);
void virtio_config_changed(struct virtio_device *d);
/* The guest broke a rule: DEVICE_NEEDS_RESET, an interrupt, nothing is done until it resets. Logged once per reset. */
void virtio_needs_reset(struct virtio_device *d, const char *what);
