/* SPDX-License-Identifier: Apache-2.0 */
/* The ways by which a guest says that it is done: the keyboard controller's reset line, ACPI's reset and sleep
 * registers. */
#pragma once

#include "microvm/vmm/device.h"

enum { RESET_I8042_PORT = 0x60, RESET_I8042_PORTS = 5 };

struct reset {
	/* called by a vCPU thread, maybe more than once */
	void (*reset)(void *owner);
	void (*power_off)(void *owner);
	void *owner;
};

/* Ports RESET_I8042_PORT on: nothing but the command that pulls the reset line. */
struct device reset_i8042_registers(struct reset *reset);

/* Ports LAYOUT_PORT_SLEEP_CONTROL up to LAYOUT_PORTS_END: the registers that the FADT names. */
struct device reset_acpi_registers(struct reset *reset);
