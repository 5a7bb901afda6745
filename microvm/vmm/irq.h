/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt lines: irq_raise() is in device.h, for devices. */
#pragma once

#include "microvm/vmm/device.h"
#include "microvm/vmm/kvm.h"

/* Makes the line of that number. Its eventfd is the caller's: irq_close(). */
int irq_open(const struct kvm *kvm, uint32_t number, struct irq_line *ret, struct err *e);

/* Accepts a line whose eventfd is -1. */
void irq_close(struct irq_line *line);
