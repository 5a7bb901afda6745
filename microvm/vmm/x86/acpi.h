/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hardware-reduced ACPI (ACPI 6.4, 4.1): processors, the IOAPIC, the virtio-mmio devices, a power button's place, how
 * to reset and to power off. Nothing of a PC is there that the guest would look for.
 */
#pragma once

#include "microvm/vmm/memory.h"

#include <stdint.h>

/* What the guest writes to the reset register, and what sleep type is "off" (FADT, \\_S5_). */
enum { ACPI_RESET_VALUE = 1, ACPI_SLEEP_TYPE_OFF = 5 };

struct acpi_wish {
	uint32_t vcpus;
	unsigned int devices_n; /* on the virtio-mmio bus */
};

/* Writes the tables and returns where the RSDP is. memory has the first MiB. */
gpa_t acpi_write(const struct acpi_wish *wish, const struct guest_memory *memory);
