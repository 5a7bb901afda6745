/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a guest: its kernel, what comes with it, and the tables by which it finds its machine.
 *
 * Faces a kernel image that nobody has vouched for: every number in it is checked against the file and the
 * guest's memory. Takes two kinds of image:
 *
 *	PVH	an ELF vmlinux with the Xen note PHYS32_ENTRY (xen/include/public/arch-x86/hvm/start_info.h)
 *	bzImage	its 64-bit entry (Linux Documentation/arch/x86/boot.rst, "64-bit Boot Protocol", version 2.12 or later)
 *
 * Segments of an ELF image and the initrd are mapped privately from their files: guests of one image share
 * its pages. Who truncates such a file while a guest runs ends the guest.
 */
#pragma once

#include "base/err.h"
#include "microvm/vmm/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct boot_wish {
	int kernel, initrd; /* borrowed; initrd -1: none */
	const char *command_line;
	uint32_t vcpus;
	unsigned int devices_n; /* on the virtio-mmio bus: GUEST_MMIO_START and GUEST_IRQ_FIRST on */
	bool acpi;              /* else an MP table and virtio_mmio.device= on the command line */
};

enum boot_protocol {
	BOOT_PVH,     /* 32-bit protected mode without paging, flat segments, rbx: info */
	BOOT_LINUX64, /* long mode with BOOT_PML4 as cr3, BOOT_GDT, BOOT_CODE, BOOT_DATA, rsi: info */
};

struct boot_entry {
	enum boot_protocol protocol;
	gpa_t rip;
	gpa_t info; /* struct hvm_start_info, or struct boot_params */
};

/* What a vCPU begins with. The descriptor table and the page tables are there for BOOT_LINUX64 alone. */
enum {
	BOOT_GDT = 0x500, /* null, null, 64-bit code (BOOT_CODE), data (BOOT_DATA) */
	BOOT_GDT_BYTES = 32,
	BOOT_CODE = 0x10,
	BOOT_DATA = 0x18,
	BOOT_PML4 = 0x9000, /* the first 4 GiB, one to one, in pages of 2 MiB */
};

/* -EINVAL: the image is none of the two kinds, or broken; -ENOSPC: it does not fit into the memory. */
int boot_load(const struct boot_wish *wish, const struct guest_memory *memory, struct boot_entry *ret, struct err *e);
