/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/x86/image.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int image_open(int fd, const char *name, struct image *ret, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at the %s", name);
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return err_set(e, EINVAL, "bad-image", "the %s is not a file with content", name);
	*ret = (struct image){.fd = fd, .bytes = (uint64_t)st.st_size, .name = name};
	return 0;
}

static bool image_has(const struct image *image, uint64_t offset, uint64_t length)
{
	return offset <= image->bytes && length <= image->bytes - offset;
}

int image_read(const struct image *image, uint64_t offset, void *to, size_t length, struct err *e)
{
	char *at = to;

	if (!image_has(image, offset, length))
		return err_set(e, EINVAL, "bad-image", "the %s ends too early: it has %llu bytes", image->name,
			(unsigned long long)image->bytes);
	while (length) {
		ssize_t n = pread(image->fd, at, length, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? err_sys(e, "read the %s", image->name)
				     : err_set(e, EINVAL, "bad-image", "the %s was cut while it was read", image->name);
		at += n;
		offset += (uint64_t)n;
		length -= (size_t)n;
	}
	return 0;
}

/* Maps the whole pages of a part; returns how many bytes that are, from *ret_skip on. 0: they cannot be mapped. */
static uint64_t image_map(const struct image *image, const struct image_part *part, uint8_t *host, uint64_t *ret_skip)
{
	uint64_t skip = (GUEST_PAGE - part->at % GUEST_PAGE) % GUEST_PAGE, length;

	if (part->offset % GUEST_PAGE != part->at % GUEST_PAGE || part->length < skip + GUEST_PAGE)
		return 0;
	length = (part->length - skip) / GUEST_PAGE * GUEST_PAGE;
	/* huge pages, among others, cannot be mapped over: then it is copied */
	if (mmap(host + skip, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, image->fd,
		    (off_t)(part->offset + skip)) == MAP_FAILED)
		return 0;
	*ret_skip = skip;
	return length;
}

int image_place(
	const struct image *image, const struct image_part *part, const struct guest_memory *memory, struct err *e)
{
	uint8_t *host = guest_slice(memory, part->at, part->length);
	uint64_t skip = 0, mapped;
	int r;

	if (!part->length)
		return 0;
	if (!host)
		return err_set(e, ENOSPC, "image-too-large",
			"the %s does not fit: %llu bytes at %#llx are outside of the memory; give the machine more",
			image->name, (unsigned long long)part->length, (unsigned long long)part->at);
	if (!image_has(image, part->offset, part->length))
		return err_set(e, EINVAL, "bad-image", "the %s speaks of bytes past its end", image->name);
	mapped = image_map(image, part, host, &skip);
	r = image_read(image, part->offset, host, skip, e);
	return r ? r
		 : image_read(
			   image, part->offset + skip + mapped, host + skip + mapped, part->length - skip - mapped, e);
}
