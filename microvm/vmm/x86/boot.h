/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel, its initrd, its command line and the tables that describe the machine to it, put into a guest's memory.
 *
 * The kernel's image is hostile: a service may bring its own. Low memory holds, beside what Linux expects to be free
 * for the first processor's real-mode code (MP start-up, below 640 KiB):
 *
 *	BOOT_GDT	null, null, 64-bit code (BOOT_CODE), data (BOOT_DATA): LINUX64 only
 *	BOOT_PML4	page tables that map the first GiB to itself, up to BOOT_PAGE_TABLES_END: LINUX64 only
 */
#pragma once

#include "base/err.h"
#include "microvm/vmm/memory.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	BOOT_GDT = 0x500,
	BOOT_GDT_BYTES = 32,
	BOOT_CODE = 0x10, /* selectors: Documentation/arch/x86/boot.rst, "64-bit boot protocol" */
	BOOT_DATA = 0x18,
	BOOT_INFO = 0x7000, /* boot_params, or hvm_start_info and what it points to */
	BOOT_PML4 = 0x9000,
	BOOT_PAGE_TABLES_END = 0xc000,
};

/* Descriptors are borrowed and may be closed afterwards. */
struct boot_wish {
	int kernel;               /* an ELF vmlinux with a PVH note, or a bzImage */
	int initrd;               /* -1: none */
	const char *command_line; /* without acpi, virtio_mmio.device= is added for each device */
	uint32_t vcpus;
	unsigned int devices_n; /* on the virtio-mmio bus: GUEST_MMIO_START + n pages, interrupt GUEST_IRQ_FIRST + n */
	bool acpi;              /* ACPI tables; else an MP table */
};

struct boot_entry {
	enum boot_protocol { BOOT_PVH, BOOT_LINUX64 } protocol;
	gpa_t rip;  /* PVH: the first instruction of 32-bit protected mode; LINUX64: of 64-bit mode */
	gpa_t info; /* PVH: hvm_start_info, for ebx; LINUX64: boot_params, for rsi */
};

int boot_load(const struct boot_wish *wish, struct guest_memory *memory, struct boot_entry *ret, struct err *e);
