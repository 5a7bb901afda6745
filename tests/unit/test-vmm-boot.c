/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/boot.h"

#include "microvm/vmm/x86/layout.h"
#include "tests/unit/unit.h"

#include <asm/bootparam.h>
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MEMORY = 64 << 20, KERNEL_AT = 0x1000000, KERNEL_BYTES = 3 * 4096 + 100 };

/* An ELF kernel of one segment at a page of its file, and its note; what a test changes in it it says. */
struct elf_kernel {
	Elf64_Ehdr header;
	Elf64_Phdr segments[2];
	struct {
		Elf64_Nhdr header;
		char name[4];
		uint64_t entry;
	} note;
};

static struct elf_kernel elf_kernel(void)
{
	return (struct elf_kernel){
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB},
			.e_machine = EM_X86_64,
			.e_phoff = offsetof(struct elf_kernel, segments),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 2},
		.segments = {{.p_type = PT_LOAD,
				     .p_offset = 4096,
				     .p_paddr = KERNEL_AT,
				     .p_filesz = KERNEL_BYTES,
				     .p_memsz = KERNEL_BYTES + 8192},
			{.p_type = PT_NOTE, .p_offset = offsetof(struct elf_kernel, note), .p_filesz = 24}},
		.note = {.header = {.n_namesz = 4, .n_descsz = 8, .n_type = 18},
			.name = "Xen",
			.entry = KERNEL_AT + 16},
	};
}

static int file_of(const void *head, size_t length, size_t total)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)total), 0);
	assert_int_equal(pwrite(fd, head, length, 0), length);
	return fd;
}

static struct guest_memory memory_of(uint64_t bytes)
{
	struct guest_memory memory;
	struct err e;

	assert_int_equal(guest_memory_make(bytes, 0, &memory, &e), 0);
	return memory;
}

struct loaded {
	int r;
	struct err e;
	struct boot_entry entry;
	struct guest_memory memory;
};

static struct loaded load(int kernel, int initrd, bool acpi)
{
	struct loaded l = {.memory = memory_of(MEMORY), .e = ERR_NONE};
	const struct boot_wish wish = {.kernel = kernel,
		.initrd = initrd,
		.command_line = "quiet -- x",
		.vcpus = 3,
		.devices_n = 2,
		.acpi = acpi};

	l.r = boot_load(&wish, &l.memory, &l.entry, &l.e);
	close(kernel);
	return l;
}

static struct loaded load_elf(const struct elf_kernel *elf)
{
	return load(file_of(elf, sizeof *elf, 4096 + KERNEL_BYTES), -1, false);
}

static uint64_t first_bytes(const struct guest_memory *memory, gpa_t at)
{
	uint64_t bytes = 0;

	assert_int_equal(guest_copy_from(memory, at, &bytes, sizeof bytes), 0);
	return bytes;
}

static void a_pvh_kernel_is_placed_where_it_asks_and_entered_by_its_note(void **state)
{
	struct elf_kernel elf = elf_kernel();
	int fd = file_of(&elf, sizeof elf, 4096 + KERNEL_BYTES);
	struct loaded l;

	(void)state;
	assert_int_equal(pwrite(fd, "begin", 5, 4096), 5);
	assert_int_equal(pwrite(fd, "end", 3, 4096 + KERNEL_BYTES - 3), 3);
	l = load(fd, -1, false);
	assert_int_equal(l.r, 0);
	assert_int_equal(l.entry.protocol, BOOT_PVH);
	assert_int_equal(l.entry.rip, KERNEL_AT + 16);
	assert_memory_equal(guest_slice(&l.memory, KERNEL_AT, 5), "begin", 5);
	assert_memory_equal(guest_slice(&l.memory, KERNEL_AT + KERNEL_BYTES - 3, 4), "end", 4);
	assert_string_equal(guest_slice(&l.memory, LAYOUT_COMMAND_LINE, 200),
		"quiet virtio_mmio.device=4K@0xd0000000:5 virtio_mmio.device=4K@0xd0001000:6 -- x");
	assert_int_equal(first_bytes(&l.memory, BOOT_PML4), 0);
	assert_int_equal(first_bytes(&l.memory, BOOT_GDT + BOOT_CODE), 0);
	guest_memory_free(&l.memory);
}

static void what_is_wrong_with_an_elf_kernel_is_said(void **state)
{
	struct elf_kernel good = elf_kernel(), elf;
	struct loaded l;
	static const char *const codes[] = {
		"bad-kernel", "bad-image", "image-too-large", "bad-kernel", "no-pvh", "bad-kernel", "bad-image"};

	(void)state;
	for (unsigned int i = 0; i < sizeof codes / sizeof *codes; i++) {
		elf = good;
		if (i == 0)
			elf.header.e_phnum = 1000;
		if (i == 1)
			elf.segments[0].p_offset = UINT64_MAX - 10;
		if (i == 2)
			elf.segments[0].p_memsz = UINT64_MAX - KERNEL_AT + 2;
		if (i == 3)
			elf.segments[0].p_paddr = 0x1000;
		if (i == 4)
			elf.note.header.n_descsz = 12;
		if (i == 5)
			elf.note.entry = KERNEL_AT - 1;
		if (i == 6)
			elf.segments[0].p_filesz = elf.segments[0].p_memsz;
		l = load_elf(&elf);
		assert_true(l.r < 0);
		assert_string_equal(l.e.code, codes[i]);
		guest_memory_free(&l.memory);
	}
}

static struct setup_header bz_setup(void)
{
	return (struct setup_header){.setup_sects = 1,
		.boot_flag = 0xaa55,
		.jump = 0x6aeb,
		.header = 0x53726448,
		.version = 0x20f,
		.xloadflags = XLF_KERNEL_64,
		.pref_address = KERNEL_AT,
		.init_size = 1 << 20,
		.initrd_addr_max = 0x7fffffff};
}

static int bz_file(const struct setup_header *setup)
{
	uint8_t head[0x300] = {0};

	memcpy(head + 0x1f1, setup, sizeof *setup);
	return file_of(head, sizeof head, 1024 + 4096);
}

static void a_bzimage_is_entered_at_64_bits_with_its_initrd_at_the_top(void **state)
{
	struct setup_header setup = bz_setup();
	const struct boot_params *params;
	int initrd = file_of("cpio", 4, 5000);
	struct loaded l = load(bz_file(&setup), initrd, true);

	(void)state;
	close(initrd);
	assert_int_equal(l.r, 0);
	assert_int_equal(l.entry.protocol, BOOT_LINUX64);
	assert_int_equal(l.entry.rip, KERNEL_AT + 0x200);
	params = guest_slice(&l.memory, l.entry.info, sizeof *params);
	assert_int_equal(params->hdr.ramdisk_size, 5000);
	assert_int_equal(params->hdr.ramdisk_image, MEMORY - 8192);
	assert_memory_equal(guest_slice(&l.memory, MEMORY - 8192, 5), "cpio", 5);
	assert_int_equal(params->acpi_rsdp_addr, LAYOUT_ACPI);
	assert_int_equal(params->e820_entries, 3);
	assert_int_equal(params->e820_table[2].size, MEMORY - (1 << 20));
	assert_string_equal(guest_slice(&l.memory, LAYOUT_COMMAND_LINE, 200), "quiet -- x");
	assert_int_equal(first_bytes(&l.memory, BOOT_PML4), (BOOT_PML4 + 0x1000) | 3);
	assert_int_equal(first_bytes(&l.memory, BOOT_GDT + BOOT_CODE), 0x00af9b000000ffff);
	guest_memory_free(&l.memory);
}

static void what_is_wrong_with_a_bzimage_is_said(void **state)
{
	struct setup_header good = bz_setup(), setup;
	static const char *const codes[] = {"bad-kernel", "bad-kernel", "image-too-large", "bad-kernel", "bad-kernel"};

	(void)state;
	for (unsigned int i = 0; i < sizeof codes / sizeof *codes; i++) {
		struct loaded l;

		setup = good;
		if (i == 0)
			setup.header = 0;
		if (i == 1)
			setup.version = 0x20b;
		if (i == 2)
			setup.init_size = UINT32_MAX;
		if (i == 3)
			setup.setup_sects = 200;
		if (i == 4)
			setup.pref_address = 0x8000;
		l = load(bz_file(&setup), -1, true);
		assert_true(l.r < 0);
		assert_string_equal(l.e.code, codes[i]);
		guest_memory_free(&l.memory);
	}
}

static void an_initrd_that_reaches_the_kernel_is_refused(void **state)
{
	struct setup_header setup = bz_setup();
	int initrd = file_of("", 0, MEMORY - KERNEL_AT - (1 << 20) + 1);
	struct loaded l = load(bz_file(&setup), initrd, true);

	(void)state;
	close(initrd);
	assert_int_equal(l.r, -ENOSPC);
	assert_non_null(strstr(l.e.text, "initrd"));
	guest_memory_free(&l.memory);
}

static uint8_t sum_of(const uint8_t *at, size_t bytes)
{
	uint8_t sum = 0;

	while (bytes--)
		sum = (uint8_t)(sum + *at++);
	return sum;
}

static void every_table_of_acpi_adds_up_to_nothing(void **state)
{
	struct setup_header setup = bz_setup();
	struct loaded l = load(bz_file(&setup), -1, true);
	const uint8_t *rsdp = guest_slice(&l.memory, LAYOUT_ACPI, 36);
	uint64_t xsdt, tables[2];
	uint32_t bytes;

	(void)state;
	assert_memory_equal(rsdp, "RSD PTR ", 8);
	assert_int_equal(sum_of(rsdp, 20), 0);
	assert_int_equal(sum_of(rsdp, 36), 0);
	memcpy(&xsdt, rsdp + 24, sizeof xsdt);
	assert_int_equal(guest_copy_from(&l.memory, xsdt + 36, tables, sizeof tables), 0);
	for (int i = 0; i < 2; i++) {
		const uint8_t *table = guest_slice(&l.memory, tables[i], 8);

		memcpy(&bytes, table + 4, sizeof bytes);
		assert_int_equal(sum_of(table, bytes), 0);
	}
	guest_memory_free(&l.memory);
}

static void the_mp_table_adds_up_and_has_each_processor(void **state)
{
	struct elf_kernel elf = elf_kernel();
	struct loaded l = load_elf(&elf);
	const uint8_t *floating = guest_slice(&l.memory, LAYOUT_MP_TABLE, 16), *table;
	uint16_t bytes, entries;

	(void)state;
	assert_memory_equal(floating, "_MP_", 4);
	assert_int_equal(sum_of(floating, 16), 0);
	table = floating + 16;
	memcpy(&bytes, table + 4, sizeof bytes);
	memcpy(&entries, table + 34, sizeof entries);
	assert_int_equal(sum_of(table, bytes), 0);
	assert_int_equal(entries, 3 + 1 + 1 + 24 + 2);
	assert_int_equal(bytes, 44 + 3 * 20 + 28 * 8);
	guest_memory_free(&l.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pvh_kernel_is_placed_where_it_asks_and_entered_by_its_note),
		cmocka_unit_test(what_is_wrong_with_an_elf_kernel_is_said),
		cmocka_unit_test(a_bzimage_is_entered_at_64_bits_with_its_initrd_at_the_top),
		cmocka_unit_test(what_is_wrong_with_a_bzimage_is_said),
		cmocka_unit_test(an_initrd_that_reaches_the_kernel_is_refused),
		cmocka_unit_test(every_table_of_acpi_adds_up_to_nothing),
		cmocka_unit_test(the_mp_table_adds_up_and_has_each_processor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
