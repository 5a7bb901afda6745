/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel is told at its entry. For boot.c only; memory has the first MiB (boot_check_memory). */
#pragma once

#include "microvm/vmm/x86/boot.h"
#include "microvm/vmm/x86/memory_map.h"

#include <asm/bootparam.h>

struct boot_info {
	struct memory_map map;
	gpa_t initrd, rsdp; /* 0: none */
	uint64_t initrd_bytes;
};

/* The wish's, and without ACPI where the devices are. -E2BIG: longer than the kernel takes. */
int boot_write_command_line(const struct boot_wish *wish, const struct guest_memory *memory, struct err *e);

/* Each writes its structure and returns where it is. */
gpa_t boot_write_start_info(const struct boot_info *info, const struct guest_memory *memory);
gpa_t boot_write_boot_params(
	const struct boot_info *info, const struct setup_header *setup, const struct guest_memory *memory);
