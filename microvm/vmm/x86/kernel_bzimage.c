/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bzImage by its 64-bit entry (Documentation/arch/x86/boot.rst). Faces its image. The compressed kernel is copied:
 * it lies at no page boundary of its file.
 */
#include "microvm/vmm/x86/kernel.h"
#include "microvm/vmm/x86/layout.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum {
	BZIMAGE_SETUP = 0x1f1,      /* of the setup header in the file */
	BZIMAGE_HEADER_END = 0x202, /* plus the byte at 0x201 */
	BZIMAGE_BOOT_FLAG = 0xaa55,
	BZIMAGE_MAGIC = 0x53726448,  /* "HdrS" */
	BZIMAGE_VERSION_MIN = 0x20c, /* xloadflags */
	BZIMAGE_ENTRY64 = 0x200,
	BZIMAGE_SECTOR = 512,
	BZIMAGE_SETUP_DEFAULT = 4,
};

static int bzimage_check(const struct setup_header *setup, struct err *e)
{
	if (setup->boot_flag != BZIMAGE_BOOT_FLAG || setup->header != BZIMAGE_MAGIC)
		return err_set(e, EINVAL, "bad-kernel",
			"the kernel is neither an ELF file with a PVH note (vmlinux) nor a bzImage (vmlinuz)");
	if (setup->version < BZIMAGE_VERSION_MIN || !(setup->xloadflags & XLF_KERNEL_64))
		return err_set(e, EINVAL, "bad-kernel",
			"the kernel's bzImage has no 64-bit entry: it needs boot protocol 2.12, and be for x86-64");
	return 0;
}

/* The setup header as far as the image has one; what it lacks is 0. */
static int bzimage_read_setup(const struct image *image, struct setup_header *ret, struct err *e)
{
	uint8_t jump; /* the second byte of the jump over the header: where it ends */
	size_t length;
	int r = image_read(image, BZIMAGE_HEADER_END - 1, &jump, 1, e);

	length = BZIMAGE_HEADER_END + (size_t)(r ? 0 : jump) - BZIMAGE_SETUP;
	*ret = (struct setup_header){0};
	return r ? r : image_read(image, BZIMAGE_SETUP, ret, length < sizeof *ret ? length : sizeof *ret, e);
}

static int bzimage_too_large(const struct setup_header *setup, uint64_t bytes, struct err *e)
{
	return err_set(e, ENOSPC, "image-too-large",
		"the kernel does not fit: it wants %llu bytes at %#llx; give the machine more memory",
		(unsigned long long)bytes, (unsigned long long)setup->pref_address);
}

int kernel_load_bzimage(const struct image *image, const struct guest_memory *memory, struct kernel *ret, struct err *e)
{
	struct setup_header setup;
	struct image_part part;
	uint64_t bytes;
	int r = bzimage_read_setup(image, &setup, e);

	r = r ? r : bzimage_check(&setup, e);
	if (r < 0)
		return r;
	part.offset = ((setup.setup_sects ? setup.setup_sects : BZIMAGE_SETUP_DEFAULT) + 1ULL) * BZIMAGE_SECTOR;
	part.at = setup.pref_address;
	part.length = part.offset < image->bytes ? image->bytes - part.offset : 0;
	bytes = part.length > setup.init_size ? part.length : setup.init_size;
	if (part.length <= BZIMAGE_ENTRY64 || part.at < LAYOUT_KERNEL_MIN)
		return err_set(
			e, EINVAL, "bad-kernel", "the kernel's bzImage is broken: it has no kernel after its header");
	if (part.at >= GUEST_HOLE_START || !guest_slice(memory, part.at, bytes))
		return bzimage_too_large(&setup, bytes, e);
	r = image_place(image, &part, memory, e);
	if (r < 0)
		return r;
	*ret = (struct kernel){.protocol = BOOT_LINUX64,
		.entry = part.at + BZIMAGE_ENTRY64,
		.start = part.at,
		.end = part.at + bytes,
		.initrd_max = (gpa_t)setup.initrd_addr_max + 1,
		.setup = setup};
	return 0;
}

int kernel_load(const struct image *image, const struct guest_memory *memory, struct kernel *ret, struct err *e)
{
	static const uint8_t elf[4] = {0x7f, 'E', 'L', 'F'};
	uint8_t magic[sizeof elf];
	int r = image_read(image, 0, magic, sizeof magic, e);

	if (r < 0)
		return r;
	return memcmp(magic, elf, sizeof elf) == 0 ? kernel_load_elf(image, memory, ret, e)
						   : kernel_load_bzimage(image, memory, ret, e);
}
