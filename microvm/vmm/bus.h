/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who answers at which address: one bus for memory-mapped registers, one for ports. Built before the guest runs, and
 * only read from then on, by every vCPU's thread.
 */
#pragma once

#include "base/err.h"
#include "microvm/vmm/device.h"

#include <stddef.h>
#include <stdint.h>

enum { BUS_RANGES_MAX = 32 };

struct bus_range {
	uint64_t start, bytes;
	struct device device;
};

struct bus {
	struct bus_range ranges[BUS_RANGES_MAX]; /* by address, apart from each other */
	size_t n;
};

/* -EEXIST: somebody answers there already; -ENOSPC: the bus is full. */
int bus_add(struct bus *bus, const struct bus_range *range, struct err *e);

/* Sizes of 1, 2, 4 and 8 reach a device, where all of it lies in one range. Nobody there: reads as all ones. */
uint64_t bus_read(const struct bus *bus, uint64_t at, unsigned int size);
void bus_write(const struct bus *bus, uint64_t at, unsigned int size, uint64_t value);
