/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/boot_info.h"

#include "base/text.h"
#include "microvm/vmm/x86/layout.h"

#include <errno.h>
#include <string.h>

/* xen/include/public/arch-x86/hvm/start_info.h, version 1 */
struct pvh_start_info {
	uint32_t magic, version, flags, modules_n;
	uint64_t modules, command_line, rsdp, memory_map;
	uint32_t memory_map_n, reserved;
};

struct pvh_module {
	uint64_t address, bytes, command_line, reserved;
};

struct pvh_range {
	uint64_t address, bytes;
	uint32_t type, reserved;
};

enum { PVH_MAGIC = 0x336ec578, PVH_VERSION = 1 };

/* All of it in one place. */
struct pvh_page {
	struct pvh_start_info info;
	struct pvh_module module;
	struct pvh_range ranges[MEMORY_MAP_MAX];
};

enum { BOOT_LOADER_UNKNOWN = 0xff };

/* Kernel parameters stand before " -- ", behind which all is init's. */
static size_t command_line_parameters(const char *line)
{
	const char *end = strstr(line, " -- ");

	return end ? (size_t)(end - line) : strlen(line);
}

int boot_write_command_line(const struct boot_wish *wish, const struct guest_memory *memory, struct err *e)
{
	const size_t split = command_line_parameters(wish->command_line);
	own_text line = {0};

	text_format(&line, "%.*s", (int)split, wish->command_line);
	for (unsigned int i = 0; !wish->acpi && i < wish->devices_n; i++)
		text_format(&line, " virtio_mmio.device=4K@%#llx:%u",
			(unsigned long long)(GUEST_MMIO_START + (gpa_t)i * GUEST_MMIO_BYTES), GUEST_IRQ_FIRST + i);
	text_format(&line, "%s", wish->command_line + split);
	if (line.failed)
		return err_nomem(e);
	if (line.length >= LAYOUT_COMMAND_LINE_BYTES)
		return err_set(e, E2BIG, "command-line-too-long",
			"the kernel's command line has %zu bytes, and %d are what it takes: shorten the kernel's "
			"parameters",
			line.length, LAYOUT_COMMAND_LINE_BYTES - 1);
	return guest_copy_to(memory, LAYOUT_COMMAND_LINE, text_string(&line), line.length + 1);
}

gpa_t boot_write_start_info(const struct boot_info *info, const struct guest_memory *memory)
{
	struct pvh_page page = {
		.info = {.magic = PVH_MAGIC,
			.version = PVH_VERSION,
			.modules_n = info->initrd ? 1 : 0,
			.modules = info->initrd ? LAYOUT_START_INFO + offsetof(struct pvh_page, module) : 0,
			.command_line = LAYOUT_COMMAND_LINE,
			.rsdp = info->rsdp,
			.memory_map = LAYOUT_START_INFO + offsetof(struct pvh_page, ranges),
			.memory_map_n = info->map.n},
		.module = {.address = info->initrd, .bytes = info->initrd_bytes},
	};

	for (uint32_t i = 0; i < info->map.n; i++)
		page.ranges[i] = (struct pvh_range){
			info->map.ranges[i].start, info->map.ranges[i].bytes, info->map.ranges[i].type, 0};
	(void)guest_copy_to(memory, LAYOUT_START_INFO, &page, sizeof page); /* the first MiB is there */
	return LAYOUT_START_INFO;
}

gpa_t boot_write_boot_params(
	const struct boot_info *info, const struct setup_header *setup, const struct guest_memory *memory)
{
	struct boot_params params = {.hdr = *setup, .acpi_rsdp_addr = info->rsdp, .e820_entries = (uint8_t)info->map.n};

	params.hdr.type_of_loader = BOOT_LOADER_UNKNOWN;
	params.hdr.cmd_line_ptr = LAYOUT_COMMAND_LINE;
	params.hdr.ramdisk_image = (uint32_t)info->initrd; /* below the hole */
	params.hdr.ramdisk_size = (uint32_t)info->initrd_bytes;
	for (uint32_t i = 0; i < info->map.n; i++)
		params.e820_table[i] = (struct boot_e820_entry){
			info->map.ranges[i].start, info->map.ranges[i].bytes, info->map.ranges[i].type};
	(void)guest_copy_to(memory, LAYOUT_BOOT_PARAMS, &params, sizeof params); /* the first MiB is there */
	return LAYOUT_BOOT_PARAMS;
}
