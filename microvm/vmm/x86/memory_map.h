/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's memory as its kernel is told of it. */
#pragma once

#include "microvm/vmm/memory.h"

#include <stdint.h>

enum { MEMORY_MAP_MAX = 4 };

/* ACPI 6.4, 15: the types that INT 15h E820h has, and PVH takes over */
enum { MEMORY_MAP_RAM = 1, MEMORY_MAP_RESERVED = 2 };

struct memory_map_range {
	gpa_t start;
	uint64_t bytes;
	uint32_t type;
};

struct memory_map {
	struct memory_map_range ranges[MEMORY_MAP_MAX];
	uint32_t n;
};

struct memory_map memory_map_of(const struct guest_memory *memory);

/* The end of the memory that lies below the hole. */
gpa_t memory_map_low_end(const struct guest_memory *memory);
