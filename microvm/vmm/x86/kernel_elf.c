/* SPDX-License-Identifier: Apache-2.0 */
/* An ELF kernel with a PVH note. Faces its image: counts, offsets and addresses are the file's word only. */
#include "microvm/vmm/x86/kernel.h"
#include "microvm/vmm/x86/layout.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum {
	ELF_SEGMENTS_MAX = 64,
	ELF_NOTES_MAX = 64 * 1024, /* bytes of one note segment */
	XEN_PHYS32_ENTRY = 18,     /* XEN_ELFNOTE_PHYS32_ENTRY, xen/include/public/elfnote.h */
};

static int elf_broken(struct err *e, const char *what)
{
	return err_set(e, EINVAL, "bad-kernel", "the kernel is a broken ELF file: %s", what);
}

static int elf_check(const Elf64_Ehdr *header, struct err *e)
{
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
		header->e_machine != EM_X86_64)
		return err_set(e, EINVAL, "bad-kernel", "the kernel is an ELF file, but not for x86-64");
	if (header->e_phentsize != sizeof(Elf64_Phdr) || !header->e_phnum || header->e_phnum > ELF_SEGMENTS_MAX)
		return elf_broken(e, "its program headers make no sense");
	return 0;
}

static uint64_t elf_aligned(uint32_t length)
{
	return ((uint64_t)length + 3) / 4 * 4;
}

/* The address in one note, where it is the note that is looked for; else 0. */
static gpa_t elf_note_entry(const Elf64_Nhdr *note, const uint8_t *name, const uint8_t *value)
{
	uint64_t entry = 0;

	if (note->n_type != XEN_PHYS32_ENTRY || note->n_namesz != sizeof "Xen" ||
		memcmp(name, "Xen", sizeof "Xen") != 0)
		return 0;
	if (note->n_descsz != 4 && note->n_descsz != 8)
		return 0;
	memcpy(&entry, value, note->n_descsz); /* little-endian, as we are */
	return entry;
}

static gpa_t elf_find_entry(const uint8_t *notes, uint64_t length)
{
	uint64_t at = 0;

	while (length - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note;
		uint64_t name, value;
		gpa_t entry;

		memcpy(&note, notes + at, sizeof note);
		name = at + sizeof note;
		value = name + elf_aligned(note.n_namesz);
		at = value + elf_aligned(note.n_descsz);
		if (at > length)
			return 0;
		entry = elf_note_entry(&note, notes + name, notes + value);
		if (entry)
			return entry;
	}
	return 0;
}

static int elf_read_notes(const struct image *image, const Elf64_Phdr *segment, struct kernel *kernel, struct err *e)
{
	uint8_t notes[ELF_NOTES_MAX];
	uint64_t length = segment->p_filesz < sizeof notes ? segment->p_filesz : sizeof notes;
	int r = image_read(image, segment->p_offset, notes, length, e);

	if (r == 0 && !kernel->entry)
		kernel->entry = elf_find_entry(notes, length);
	return r;
}

static int elf_place(const struct image *image, const Elf64_Phdr *segment, const struct guest_memory *memory,
	struct kernel *kernel, struct err *e)
{
	const struct image_part part = {segment->p_offset, segment->p_filesz, segment->p_paddr};

	if (!segment->p_memsz)
		return 0;
	if (segment->p_filesz > segment->p_memsz || segment->p_paddr < LAYOUT_KERNEL_MIN)
		return elf_broken(e, "a segment lies below 1 MiB or is larger in the file than in memory");
	if (!guest_slice(memory, segment->p_paddr, segment->p_memsz))
		return err_set(e, ENOSPC, "image-too-large",
			"the kernel does not fit: it wants %llu bytes at %#llx; give the machine more memory",
			(unsigned long long)segment->p_memsz, (unsigned long long)segment->p_paddr);
	if (segment->p_paddr < kernel->start)
		kernel->start = segment->p_paddr;
	if (segment->p_paddr + segment->p_memsz > kernel->end)
		kernel->end = segment->p_paddr + segment->p_memsz;
	return image_place(image, &part, memory, e);
}

static int elf_check_entry(const struct kernel *kernel, const struct guest_memory *memory, struct err *e)
{
	if (!kernel->entry)
		return err_set(e, EINVAL, "no-pvh",
			"the kernel is an ELF file without a PVH note: build it with CONFIG_PVH, or take its bzImage");
	if (kernel->entry < kernel->start || kernel->entry >= kernel->end || !guest_slice(memory, kernel->entry, 1))
		return elf_broken(e, "its PVH entry is outside of its segments");
	return 0;
}

int kernel_load_elf(const struct image *image, const struct guest_memory *memory, struct kernel *ret, struct err *e)
{
	struct kernel kernel = {.protocol = BOOT_PVH, .start = UINT64_MAX, .initrd_max = GUEST_HOLE_START};
	Elf64_Phdr segments[ELF_SEGMENTS_MAX];
	Elf64_Ehdr header;
	int r = image_read(image, 0, &header, sizeof header, e);

	r = r ? r : elf_check(&header, e);
	r = r ? r : image_read(image, header.e_phoff, segments, header.e_phnum * sizeof *segments, e);
	for (unsigned int i = 0; r == 0 && i < header.e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD)
			r = elf_place(image, &segments[i], memory, &kernel, e);
		if (segments[i].p_type == PT_NOTE)
			r = elf_read_notes(image, &segments[i], &kernel, e);
	}
	r = r ? r : elf_check_entry(&kernel, memory, e);
	if (r == 0)
		*ret = kernel;
	return r;
}
