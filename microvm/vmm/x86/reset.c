/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/reset.h"

#include "microvm/vmm/x86/acpi.h"
#include "microvm/vmm/x86/layout.h"

enum {
	I8042_COMMAND = 4, /* 0x64: commands when written, status when read */
	I8042_PULSE_RESET = 0xfe,
	SLEEP_ENABLE = 1 << 5, /* ACPI 6.4, 4.8.3.7 */
	SLEEP_TYPE_SHIFT = 2,
	SLEEP_TYPE_MASK = 7,
};

static uint64_t reset_read_nothing(void *self, uint64_t offset, unsigned int size)
{
	(void)self;
	(void)offset;
	(void)size;
	return 0;
}

static void reset_i8042_write(void *self, uint64_t offset, unsigned int size, uint64_t value)
{
	const struct reset *reset = self;

	if (offset == I8042_COMMAND && size == 1 && value == I8042_PULSE_RESET)
		reset->reset(reset->owner);
}

static void reset_acpi_write(void *self, uint64_t offset, unsigned int size, uint64_t value)
{
	const struct reset *reset = self;

	if (size != 1)
		return;
	if (offset == LAYOUT_PORT_RESET - LAYOUT_PORT_SLEEP_CONTROL && value == ACPI_RESET_VALUE)
		reset->reset(reset->owner);
	if (offset == 0 && value & SLEEP_ENABLE && (value >> SLEEP_TYPE_SHIFT & SLEEP_TYPE_MASK) == ACPI_SLEEP_TYPE_OFF)
		reset->power_off(reset->owner);
}

struct device reset_i8042_registers(struct reset *reset)
{
	return (struct device){.name = "i8042", .self = reset, .read = reset_read_nothing, .write = reset_i8042_write};
}

struct device reset_acpi_registers(struct reset *reset)
{
	return (struct device){.name = "acpi", .self = reset, .read = reset_read_nothing, .write = reset_acpi_write};
}
