/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

/* A huge page of the host begins where one of the guest does: then KVM maps it as one. */
enum { HUGE_PAGE = 2 << 20 };

/* Maps `bytes` at a multiple of HUGE_PAGE; what is mapped around it is given back. NULL: no memory. */
static uint8_t *map_aligned(uint64_t bytes, int flags)
{
	uint8_t *raw = mmap(
		NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *start;
	size_t before;

	if (raw == MAP_FAILED)
		return NULL;
	before = (size_t)(-(uintptr_t)raw % HUGE_PAGE);
	start = raw + before;
	if (before)
		(void)munmap(raw, before); /* a hole made at the edge of a mapping cannot fail */
	(void)munmap(start + bytes, HUGE_PAGE - before);
	if (mmap(start, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, -1, 0) == MAP_FAILED) {
		(void)munmap(start, bytes); /* the failure to tell of is the one before */
		return NULL;
	}
	return start;
}

static int map_region(struct guest_memory *memory, gpa_t at, uint64_t bytes, unsigned int flags)
{
	const bool whole = flags & GUEST_MEMORY_PREALLOCATE, huge = flags & GUEST_MEMORY_HUGEPAGES;
	uint8_t *host = map_aligned(bytes, MAP_PRIVATE | MAP_ANONYMOUS | (whole ? 0 : MAP_NORESERVE));

	if (!host)
		return -errno;
	memory->regions[memory->n++] = (struct guest_region){.start = at, .bytes = bytes, .host = host};
	(void)madvise(host, bytes, MADV_DONTDUMP); /* a core file would hold the guest; there is none anyway */
	if (huge && madvise(host, bytes, MADV_HUGEPAGE) < 0)
		return -errno;
	if (whole && madvise(host, bytes, MADV_POPULATE_WRITE) < 0)
		return -errno;
	return 0;
}

int guest_memory_make(uint64_t bytes, unsigned int flags, struct guest_memory *ret, struct err *e)
{
	const uint64_t low = bytes < GUEST_HOLE_START ? bytes : GUEST_HOLE_START;
	struct guest_memory memory = {0};
	int r;

	if (bytes == 0 || bytes % GUEST_PAGE != 0)
		return err_set(e, EINVAL, "vm-memory", "guest memory of %llu bytes: not a multiple of %d",
			(unsigned long long)bytes, GUEST_PAGE);
	r = map_region(&memory, 0, low, flags);
	if (r == 0 && bytes > low)
		r = map_region(&memory, GUEST_HOLE_END, bytes - low, flags);
	if (r < 0) {
		guest_memory_free(&memory);
		return err_set(e, -r, "vm-memory", "map %llu MiB of guest memory: %s", (unsigned long long)bytes >> 20,
			strerror(-r));
	}
	*ret = memory;
	return 0;
}

void guest_memory_free(struct guest_memory *memory)
{
	while (memory->n > 0) {
		const struct guest_region *region = &memory->regions[--memory->n];

		(void)munmap(region->host, region->bytes); /* ours, whole */
	}
}

void *guest_slice(const struct guest_memory *memory, gpa_t at, uint64_t length)
{
	for (size_t i = 0; i < memory->n && length > 0; i++) {
		const struct guest_region *region = &memory->regions[i];
		const uint64_t offset = at - region->start; /* wraps far past `bytes` when `at` is below */

		if (offset < region->bytes && length <= region->bytes - offset)
			return region->host + offset;
	}
	return NULL;
}

int guest_copy_from(const struct guest_memory *memory, gpa_t at, void *to, size_t length)
{
	const void *from = guest_slice(memory, at, length);

	if (!from)
		return -EFAULT;
	memcpy(to, from, length);
	return 0;
}

int guest_copy_to(const struct guest_memory *memory, gpa_t at, const void *from, size_t length)
{
	void *to = guest_slice(memory, at, length);

	if (!to)
		return -EFAULT;
	memcpy(to, from, length);
	return 0;
}
