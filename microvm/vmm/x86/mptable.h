/* SPDX-License-Identifier: Apache-2.0 */
/* The table of processors and interrupts for kernels without ACPI (Intel MultiProcessor Specification 1.4). */
#pragma once

#include "microvm/vmm/memory.h"

#include <stdint.h>

/* One ISA bus, one IOAPIC, each of its pins an ISA interrupt of its number. memory has the first MiB. */
void mptable_write(uint32_t vcpus, const struct guest_memory *memory);
