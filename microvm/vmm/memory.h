/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's memory. Faces the guest: an address that it names becomes a pointer only by guest_slice().
 *
 *	0 .. at most 3 GiB	low memory
 *	3 GiB .. 4 GiB		the hole: devices, interrupt controllers
 *	4 GiB ..		the rest
 *
 * Other threads of the guest write this memory at any time. Whoever reads a value that it then relies on copies it
 * once (guest_copy_from) and checks the copy.
 */
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

typedef uint64_t gpa_t; /* guest physical address */

#define GUEST_HOLE_START UINT64_C(0xc0000000)
#define GUEST_HOLE_END   UINT64_C(0x100000000)
#define GUEST_MMIO_START UINT64_C(0xd0000000) /* virtio-mmio devices, a page each */
enum { GUEST_MMIO_BYTES = 0x1000, GUEST_IRQ_FIRST = 5, GUEST_REGIONS_MAX = 2, GUEST_PAGE = 4096 };

struct guest_region {
	gpa_t start;
	uint64_t bytes;
	uint8_t *host;
};

struct guest_memory {
	struct guest_region regions[GUEST_REGIONS_MAX];
	size_t n;
};

enum guest_memory_flags { GUEST_MEMORY_HUGEPAGES = 1 << 0, GUEST_MEMORY_PREALLOCATE = 1 << 1 };

/* Maps `bytes` (a multiple of a page), empty; private, NORESERVE unless PREALLOCATE. Freed by guest_memory_free(). */
int guest_memory_make(uint64_t bytes, unsigned int flags, struct guest_memory *ret, struct err *e);
void guest_memory_free(struct guest_memory *memory);

/* [at, at + length) as the host sees it, when all of it is memory; else NULL. length 0: NULL. */
void *guest_slice(const struct guest_memory *memory, gpa_t at, uint64_t length);

/* Copies whole or not at all. 0 or -EFAULT. */
int guest_copy_from(const struct guest_memory *memory, gpa_t at, void *to, size_t length);
int guest_copy_to(const struct guest_memory *memory, gpa_t at, const void *from, size_t length);
