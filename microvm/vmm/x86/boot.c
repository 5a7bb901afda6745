/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/boot.h"

#include "microvm/vmm/x86/acpi.h"
#include "microvm/vmm/x86/boot_info.h"
#include "microvm/vmm/x86/image.h"
#include "microvm/vmm/x86/kernel.h"
#include "microvm/vmm/x86/layout.h"
#include "microvm/vmm/x86/memory_map.h"
#include "microvm/vmm/x86/mptable.h"

#include <errno.h>
#include <string.h>

static int boot_check_memory(const struct guest_memory *memory, struct err *e)
{
	if (!guest_slice(memory, 0, LAYOUT_KERNEL_MIN + GUEST_PAGE))
		return err_set(e, EINVAL, "memory-too-small", "a machine needs more than 1 MiB of memory");
	return 0;
}

/* Flat code and data segments, the code 64-bit (AMD64 manual, 4.8). */
static void boot_write_gdt(const struct guest_memory *memory)
{
	static const uint64_t gdt[BOOT_GDT_BYTES / 8] = {0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff};

	(void)guest_copy_to(memory, BOOT_GDT, gdt, sizeof gdt); /* boot_check_memory() has looked */
}

/* The first 4 GiB, one to one: a PML4, a PDPT, four page directories, each a page, in a row. */
static void boot_write_page_tables(const struct guest_memory *memory)
{
	enum { PRESENT_WRITABLE = 3, LARGE = 0x80, ENTRIES = 512, DIRECTORIES = 4 };
	const gpa_t pdpt = LAYOUT_PAGE_TABLES + GUEST_PAGE, first = pdpt + GUEST_PAGE;
	uint64_t *table = guest_slice(memory, LAYOUT_PAGE_TABLES, (2 + DIRECTORIES) * GUEST_PAGE);

	table[0] = pdpt | PRESENT_WRITABLE;
	for (uint64_t i = 0; i < DIRECTORIES; i++)
		table[ENTRIES + i] = (first + i * GUEST_PAGE) | PRESENT_WRITABLE;
	for (uint64_t i = 0; i < DIRECTORIES * ENTRIES; i++)
		table[2 * ENTRIES + i] = i << 21 | PRESENT_WRITABLE | LARGE;
}

/* What a kernel finds that is entered in long mode. A PVH kernel makes its own. */
static gpa_t boot_write_linux64(
	const struct boot_info *info, const struct setup_header *setup, const struct guest_memory *memory)
{
	boot_write_gdt(memory);
	boot_write_page_tables(memory);
	return boot_write_boot_params(info, setup, memory);
}

static int boot_load_initrd(
	int fd, const struct kernel *kernel, const struct guest_memory *memory, struct boot_info *info, struct err *e)
{
	gpa_t top = memory_map_low_end(memory);
	struct image image;
	struct image_part part;
	int r;

	if (fd < 0)
		return 0;
	r = image_open(fd, "initrd", &image, e);
	if (r < 0)
		return r;
	top = kernel->initrd_max < top ? kernel->initrd_max : top;
	if (image.bytes > top || (top - image.bytes) / GUEST_PAGE * GUEST_PAGE < kernel->end)
		return err_set(e, ENOSPC, "image-too-large",
			"the initrd of %llu bytes does not fit beside the kernel; give the machine more memory",
			(unsigned long long)image.bytes);
	part = (struct image_part){.length = image.bytes, .at = (top - image.bytes) / GUEST_PAGE * GUEST_PAGE};
	info->initrd = part.at;
	info->initrd_bytes = part.length;
	return image_place(&image, &part, memory, e);
}

int boot_load(const struct boot_wish *wish, const struct guest_memory *memory, struct boot_entry *ret, struct err *e)
{
	struct boot_info info = {.map = memory_map_of(memory)};
	struct kernel kernel;
	struct image image;
	int r = boot_check_memory(memory, e);

	r = r ? r : image_open(wish->kernel, "kernel", &image, e);
	r = r ? r : kernel_load(&image, memory, &kernel, e);
	r = r ? r : boot_load_initrd(wish->initrd, &kernel, memory, &info, e);
	r = r ? r : boot_write_command_line(wish, memory, e);
	if (r < 0)
		return r;
	if (wish->acpi)
		info.rsdp = acpi_write(&(struct acpi_wish){wish->vcpus, wish->devices_n}, memory);
	else
		mptable_write(wish->vcpus, memory);
	ret->protocol = kernel.protocol;
	ret->rip = kernel.entry;
	ret->info = kernel.protocol == BOOT_PVH ? boot_write_start_info(&info, memory)
						: boot_write_linux64(&info, &kernel.setup, memory);
	return 0;
}
