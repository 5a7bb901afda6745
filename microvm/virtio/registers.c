/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of virtio-mmio, version 2 (virtio 1.2, 4.2.2), and the handshake (3.1.1).
 *
 * Faces the guest: a write that the state of the device does not allow changes nothing. One that leaves the device
 * without sense (a queue that is no memory) asks for a reset.
 */
#include "microvm/virtio/virtio.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <stddef.h>

enum { REGISTERS_END = VIRTIO_MMIO_CONFIG, MMIO_MAGIC = 0x74726976, MMIO_VERSION = 2, VENDOR = 0x63686c63 };

#define BIT(n) (UINT64_C(1) << (n))

static const uint64_t transport_features =
	BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_RING_F_EVENT_IDX) | BIT(VIRTIO_RING_F_INDIRECT_DESC);

struct reg {
	uint32_t constant; /* what it reads as, where there is no `read` */
	uint32_t (*read)(const struct virtio_device *d);
	void (*write)(struct virtio_device *d, const struct reg *reg, uint32_t value);
	size_t field;       /* of the selected queue, for queue_address_write() */
	unsigned int shift; /* which half of it */
};

static bool status_is(const struct virtio_device *d, uint32_t on, uint32_t off)
{
	return (d->status & on) == on && !(d->status & off);
}

static uint64_t half_put(uint64_t whole, unsigned int shift, uint32_t half)
{
	return (whole & ~(UINT64_C(0xffffffff) << shift)) | (uint64_t)half << shift;
}

static uint32_t device_id_read(const struct virtio_device *d)
{
	return d->class->id;
}

/* features */

static uint32_t device_features_read(const struct virtio_device *d)
{
	const uint64_t offered = d->features | transport_features;

	return d->device_features_select < 2 ? (uint32_t)(offered >> 32 * d->device_features_select) : 0;
}

static void device_features_select_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	(void)reg;
	d->device_features_select = value;
}

static void driver_features_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	(void)reg;
	if (status_is(d, VIRTIO_CONFIG_S_DRIVER, VIRTIO_CONFIG_S_FEATURES_OK) && d->driver_features_select < 2)
		d->driver_features = half_put(d->driver_features, 32 * d->driver_features_select, value);
}

static void driver_features_select_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	(void)reg;
	d->driver_features_select = value;
}

static bool features_are_good(const struct virtio_device *d)
{
	const uint64_t offered = d->features | transport_features;

	return (d->driver_features & ~offered) == 0 && virtio_has(d, VIRTIO_F_VERSION_1);
}

/* queues */

static struct virtq *queue_selected(struct virtio_device *d)
{
	return d->queue_select < d->queues_n ? &d->queues[d->queue_select] : NULL;
}

/* The selected queue, where the driver may change it: between FEATURES_OK and DRIVER_OK, while it is not ready. */
static struct virtq *queue_to_change(struct virtio_device *d)
{
	const uint32_t past = VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_NEEDS_RESET | VIRTIO_CONFIG_S_FAILED;
	struct virtq *q = queue_selected(d);

	return q && !q->ready && status_is(d, VIRTIO_CONFIG_S_FEATURES_OK, past) ? q : NULL;
}

static void queue_select_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	(void)reg;
	d->queue_select = value;
}

static uint32_t queue_size_max_read(const struct virtio_device *d)
{
	return d->queue_select < d->queues_n ? d->class->queue_size : 0;
}

static void queue_size_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	struct virtq *q = queue_to_change(d);

	(void)reg;
	if (q)
		q->size = value <= d->class->queue_size ? (uint16_t)value : 0; /* 0 is found when it is made ready */
}

static uint32_t queue_ready_read(const struct virtio_device *d)
{
	return d->queue_select < d->queues_n && d->queues[d->queue_select].ready;
}

static void queue_ready_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	struct virtq *selected = queue_selected(d), *q = queue_to_change(d);

	(void)reg;
	if (value == 0 && selected)
		selected->ready = false;
	if (value != 1 || !q)
		return;
	q->event_idx = virtio_has(d, VIRTIO_RING_F_EVENT_IDX);
	if (virtq_enable(q, d->place.memory) < 0)
		virtio_needs_reset(d, "a queue whose size or place makes no sense");
}

static void queue_address_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	struct virtq *q = queue_to_change(d);
	gpa_t *at = q ? (gpa_t *)(void *)((char *)q + reg->field) : NULL;

	if (at)
		*at = half_put(*at, reg->shift, value);
}

/* Where KVM has no ioeventfd for it, the doorbell is rung here: its work is the I/O thread's. */
static void queue_notify_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	(void)reg;
	if (value < d->queues_n)
		virtio_notify_later(d, value);
}

/* interrupts */

static uint32_t interrupt_status_read(const struct virtio_device *d)
{
	return d->interrupt_status;
}

static void interrupt_acknowledge_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	(void)reg;
	d->interrupt_status &= ~value;
}

/* status */

static void device_reset(struct virtio_device *d)
{
	if (d->class->reset)
		d->class->reset(d);
	for (unsigned int i = 0; i < d->queues_n; i++)
		virtq_reset(&d->queues[i]);
	d->driver_features = 0;
	d->status = d->interrupt_status = 0;
	d->device_features_select = d->driver_features_select = d->queue_select = 0;
}

static void device_activate(struct virtio_device *d)
{
	if (d->class->activate)
		d->class->activate(d);
}

/* In the order of virtio 1.2, 3.1.1: each bit stands on those before it. */
static const struct status_step {
	uint32_t bit, needs;
	bool (*allowed)(const struct virtio_device *d);
	void (*then)(struct virtio_device *d);
} status_steps[] = {
	{.bit = VIRTIO_CONFIG_S_FAILED},
	{.bit = VIRTIO_CONFIG_S_ACKNOWLEDGE},
	{.bit = VIRTIO_CONFIG_S_DRIVER, .needs = VIRTIO_CONFIG_S_ACKNOWLEDGE},
	{.bit = VIRTIO_CONFIG_S_FEATURES_OK, .needs = VIRTIO_CONFIG_S_DRIVER, .allowed = features_are_good},
	{.bit = VIRTIO_CONFIG_S_DRIVER_OK, .needs = VIRTIO_CONFIG_S_FEATURES_OK, .then = device_activate},
};

static void status_step_take(struct virtio_device *d, const struct status_step *step)
{
	if (!status_is(d, step->needs, step->bit) || (step->allowed && !step->allowed(d)))
		return;
	d->status |= step->bit;
	if (step->then)
		step->then(d);
}

static uint32_t status_read(const struct virtio_device *d)
{
	return d->status;
}

/* 0 resets; else bits are only added: a driver that drops one has made a mistake, and keeps it. */
static void status_write(struct virtio_device *d, const struct reg *reg, uint32_t value)
{
	(void)reg;
	if (value == 0)
		device_reset(d);
	for (size_t i = 0; i < sizeof status_steps / sizeof *status_steps; i++)
		if (value & status_steps[i].bit)
			status_step_take(d, &status_steps[i]);
}

static uint32_t config_generation_read(const struct virtio_device *d)
{
	return d->config_generation;
}

#define QUEUE_ADDRESS(name, half)                                                                                      \
	{                                                                                                              \
		.write = queue_address_write, .field = offsetof(struct virtq, name), .shift = half                     \
	}

static const struct reg registers[REGISTERS_END / 4] = {
	[VIRTIO_MMIO_MAGIC_VALUE / 4] = {.constant = MMIO_MAGIC},
	[VIRTIO_MMIO_VERSION / 4] = {.constant = MMIO_VERSION},
	[VIRTIO_MMIO_DEVICE_ID / 4] = {.read = device_id_read},
	[VIRTIO_MMIO_VENDOR_ID / 4] = {.constant = VENDOR},
	[VIRTIO_MMIO_DEVICE_FEATURES / 4] = {.read = device_features_read},
	[VIRTIO_MMIO_DEVICE_FEATURES_SEL / 4] = {.write = device_features_select_write},
	[VIRTIO_MMIO_DRIVER_FEATURES / 4] = {.write = driver_features_write},
	[VIRTIO_MMIO_DRIVER_FEATURES_SEL / 4] = {.write = driver_features_select_write},
	[VIRTIO_MMIO_QUEUE_SEL / 4] = {.write = queue_select_write},
	[VIRTIO_MMIO_QUEUE_NUM_MAX / 4] = {.read = queue_size_max_read},
	[VIRTIO_MMIO_QUEUE_NUM / 4] = {.write = queue_size_write},
	[VIRTIO_MMIO_QUEUE_READY / 4] = {.read = queue_ready_read, .write = queue_ready_write},
	[VIRTIO_MMIO_QUEUE_NOTIFY / 4] = {.write = queue_notify_write},
	[VIRTIO_MMIO_INTERRUPT_STATUS / 4] = {.read = interrupt_status_read},
	[VIRTIO_MMIO_INTERRUPT_ACK / 4] = {.write = interrupt_acknowledge_write},
	[VIRTIO_MMIO_STATUS / 4] = {.read = status_read, .write = status_write},
	[VIRTIO_MMIO_QUEUE_DESC_LOW / 4] = QUEUE_ADDRESS(descriptors, 0),
	[VIRTIO_MMIO_QUEUE_DESC_HIGH / 4] = QUEUE_ADDRESS(descriptors, 32),
	[VIRTIO_MMIO_QUEUE_AVAIL_LOW / 4] = QUEUE_ADDRESS(driver, 0),
	[VIRTIO_MMIO_QUEUE_AVAIL_HIGH / 4] = QUEUE_ADDRESS(driver, 32),
	[VIRTIO_MMIO_QUEUE_USED_LOW / 4] = QUEUE_ADDRESS(device, 0),
	[VIRTIO_MMIO_QUEUE_USED_HIGH / 4] = QUEUE_ADDRESS(device, 32),
	/* no shared memory: each region has the length of none (virtio 1.2, 4.2.2) */
	[VIRTIO_MMIO_SHM_LEN_LOW / 4] = {.constant = UINT32_MAX},
	[VIRTIO_MMIO_SHM_LEN_HIGH / 4] = {.constant = UINT32_MAX},
	[VIRTIO_MMIO_SHM_BASE_LOW / 4] = {.constant = UINT32_MAX},
	[VIRTIO_MMIO_SHM_BASE_HIGH / 4] = {.constant = UINT32_MAX},
	[VIRTIO_MMIO_CONFIG_GENERATION / 4] = {.read = config_generation_read},
};

/* Registers are words, read and written as such (virtio 1.2, 4.2.2.2). */
static const struct reg *register_find(uint64_t offset, unsigned int size)
{
	return size == 4 && offset % 4 == 0 ? &registers[offset / 4] : NULL;
}

static uint64_t config_value(struct virtio_device *d, uint64_t offset, unsigned int size)
{
	uint64_t value = 0;

	if (d->class->config_read)
		d->class->config_read(d, (uint32_t)offset, &value, size);
	return value;
}

static uint64_t registers_read(void *self, uint64_t offset, unsigned int size)
{
	const struct reg *reg = offset < REGISTERS_END ? register_find(offset, size) : NULL;
	struct virtio_device *d = self;
	uint64_t value = 0;

	virtio_lock(d);
	if (reg)
		value = reg->read ? reg->read(d) : reg->constant;
	else if (offset >= REGISTERS_END)
		value = config_value(d, offset - REGISTERS_END, size);
	virtio_unlock(d);
	return value;
}

static void registers_write(void *self, uint64_t offset, unsigned int size, uint64_t value)
{
	const struct reg *reg = offset < REGISTERS_END ? register_find(offset, size) : NULL;
	struct virtio_device *d = self;

	virtio_lock(d);
	if (reg && reg->write)
		reg->write(d, reg, (uint32_t)value);
	else if (offset >= REGISTERS_END && d->class->config_write)
		d->class->config_write(d, (uint32_t)(offset - REGISTERS_END), &value, size);
	virtio_unlock(d);
}

struct device virtio_registers(struct virtio_device *d)
{
	return (struct device){.name = d->class->name, .self = d, .read = registers_read, .write = registers_write};
}
