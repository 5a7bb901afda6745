/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine asks of a device: registers on a bus, an interrupt, an event loop to work on.
 *
 * Registers are read and written by vCPU threads, several at once; a device that has state takes its own lock.
 * All other work of a device is done by the one I/O thread, from its loop.
 */
#pragma once

#include "base/err.h"
#include "base/loop.h"
#include "microvm/vmm/memory.h"
#include "runtime/proto/agent.h"

#include <stdint.h>

struct device {
	const char *name; /* for messages */
	void *self;
	/* size: 1, 2, 4 or 8; offset + size is within the device's range. What no register answers reads as 0. */
	uint64_t (*read)(void *self, uint64_t offset, unsigned int size);
	void (*write)(void *self, uint64_t offset, unsigned int size, uint64_t value);
};

/* An edge-triggered interrupt of the guest: an eventfd that is KVM's irqfd. Borrowed. */
struct irq_line {
	int eventfd;
};

/* From any thread. */
void irq_raise(const struct irq_line *line);

struct guest_log;

/* What a device on the virtio-mmio bus is given. Borrowed. */
struct device_place {
	const struct guest_memory *memory;
	struct loop *loop;
	struct irq_line irq;
	struct guest_log *log; /* for what the guest's console says (guest_log.h) */
	/* the machine ends with this reason (from any thread); the device stays safe to call */
	void (*fail)(void *machine, const struct err *why);
	/* what the guest's first process tells over vsock, on the I/O thread; NULL: nobody asks */
	void (*booted)(void *machine); /* it has connected to AGENT_HOST_STATUS */
	void (*status)(void *machine, const struct agent_status *status);
	void *machine;
};
