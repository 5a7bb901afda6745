/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 16550A serial port: what a kernel can write to before it has found any other device, and the terminal of a
 * guest that knows nothing of cloche. Faces the guest: every register takes every value.
 *
 * Bytes leave at once. Without an input nobody but the guest's vCPUs calls it.
 */
#pragma once

#include "microvm/vmm/device.h"

#include <pthread.h>
#include <stdbool.h>

enum { SERIAL_PORT = 0x3f8, SERIAL_PORTS = 8, SERIAL_IRQ = 4, SERIAL_INPUT_BYTES = 64 };

struct serial {
	/* takes what the guest writes; called by vCPU threads, one at a time */
	void (*put)(void *owner, uint8_t byte);
	void *owner;
	struct irq_line irq;

	pthread_mutex_t lock;
	uint8_t interrupt_enable, line_control, modem_control, scratch;
	uint16_t divisor;
	bool transmit_interrupt; /* the guest has not yet seen that there is room */
	uint8_t input[SERIAL_INPUT_BYTES];
	unsigned int input_n;
};

void serial_open(struct serial *serial, void (*put)(void *owner, uint8_t byte), void *owner, struct irq_line irq);
void serial_close(struct serial *serial);

/* Its registers, SERIAL_PORTS of them from SERIAL_PORT on. */
struct device serial_registers(struct serial *serial);

/* Types into the guest. Returns how many of the bytes there was room for. */
size_t serial_receive(struct serial *serial, const uint8_t *bytes, size_t n);
