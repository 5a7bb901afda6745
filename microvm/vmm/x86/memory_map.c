/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/memory_map.h"

#include "microvm/vmm/x86/layout.h"

gpa_t memory_map_low_end(const struct guest_memory *memory)
{
	return memory->n ? memory->regions[0].start + memory->regions[0].bytes : 0;
}

struct memory_map memory_map_of(const struct guest_memory *memory)
{
	struct memory_map map = {
		.ranges =
			{
				{0, LAYOUT_LOW_END, MEMORY_MAP_RAM},
				{LAYOUT_LOW_END, LAYOUT_KERNEL_MIN - LAYOUT_LOW_END, MEMORY_MAP_RESERVED},
				{LAYOUT_KERNEL_MIN, memory_map_low_end(memory) - LAYOUT_KERNEL_MIN, MEMORY_MAP_RAM},
			},
		.n = 3,
	};

	for (size_t i = 1; i < memory->n && map.n < MEMORY_MAP_MAX; i++)
		map.ranges[map.n++] =
			(struct memory_map_range){memory->regions[i].start, memory->regions[i].bytes, MEMORY_MAP_RAM};
	return map;
}
