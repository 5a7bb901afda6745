/* SPDX-License-Identifier: Apache-2.0 */
/* Where boot_load() puts things below 1 MiB. Everything above is the kernel's, then the initrd's, at the top of low
 * memory. */
#pragma once

enum layout {
	LAYOUT_START_INFO = 0x6000, /* PVH: hvm_start_info, its module, its memory map */
	LAYOUT_BOOT_PARAMS = 0x7000,
	LAYOUT_PAGE_TABLES = 0x9000, /* BOOT_PML4, one PDPT, four page directories */
	LAYOUT_COMMAND_LINE = 0x20000,
	LAYOUT_COMMAND_LINE_BYTES = 2048, /* COMMAND_LINE_SIZE of x86 */
	LAYOUT_LOW_END = 0x9fc00,         /* of usable memory below 1 MiB */
	LAYOUT_ACPI = 0xe0000,            /* where a BIOS keeps them, and x86 looks for an RSDP */
	LAYOUT_ACPI_BYTES = 0x10000,
	LAYOUT_MP_TABLE = 0xf0000, /* looked for up to 1 MiB (MultiProcessor Specification 1.4, 4) */
	LAYOUT_MP_TABLE_BYTES = 0x10000,
	LAYOUT_KERNEL_MIN = 0x100000,
};

/* Ports that only an ACPI guest uses (FADT); behind them stands reset.h. */
enum { LAYOUT_PORT_SLEEP_CONTROL = 0x600, LAYOUT_PORT_SLEEP_STATUS, LAYOUT_PORT_RESET, LAYOUT_PORTS_END };

enum { LAYOUT_IOAPIC = 0xfec00000, LAYOUT_LOCAL_APIC = 0xfee00000 };
