/* SPDX-License-Identifier: Apache-2.0 */
/* The two kinds of kernel image, placed in memory. For boot.c only. */
#pragma once

#include "microvm/vmm/x86/boot.h"
#include "microvm/vmm/x86/image.h"

#include <asm/bootparam.h>

/* A kernel in memory. */
struct kernel {
	enum boot_protocol protocol;
	gpa_t entry;
	gpa_t start, end;          /* of all that it takes until it has read its memory map */
	gpa_t initrd_max;          /* the first address that an initrd may not reach */
	struct setup_header setup; /* of a bzImage */
};

/* Each -EINVAL where the image is broken, -ENOSPC where it does not fit. */
int kernel_load_elf(const struct image *image, const struct guest_memory *memory, struct kernel *ret, struct err *e);
int kernel_load_bzimage(
	const struct image *image, const struct guest_memory *memory, struct kernel *ret, struct err *e);

/* By what the file begins with. */
int kernel_load(const struct image *image, const struct guest_memory *memory, struct kernel *ret, struct err *e);
