/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/vsock_buffer.h"

#include "microvm/virtio/vsock_credit.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static_assert((VSOCK_CREDIT_BYTES & (VSOCK_CREDIT_BYTES - 1)) == 0, "a ring's size is a power of two");

static uint32_t smaller(uint32_t a, size_t b)
{
	return b < a ? (uint32_t)b : a;
}

/* Up to the ring's end, then from its start. There is room. */
static void append(struct vsock_buffer *buffer, const uint8_t *from, uint32_t length)
{
	const uint32_t at = (buffer->start + buffer->length) & (VSOCK_CREDIT_BYTES - 1);
	const uint32_t first = smaller(length, VSOCK_CREDIT_BYTES - at);

	memcpy(buffer->data + at, from, first);
	memcpy(buffer->data, from + first, length - first);
	buffer->length += length;
}

int vsock_buffer_add(struct vsock_buffer *buffer, const struct iovec *from, unsigned int n, size_t skip)
{
	if (!buffer->data && !(buffer->data = malloc(VSOCK_CREDIT_BYTES)))
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		const size_t over = skip < from[i].iov_len ? skip : from[i].iov_len;

		if (from[i].iov_len - over > VSOCK_CREDIT_BYTES - buffer->length)
			return -ENOBUFS;
		append(buffer, (const uint8_t *)from[i].iov_base + over, (uint32_t)(from[i].iov_len - over));
		skip -= over;
	}
	return 0;
}

int vsock_buffer_pieces(const struct vsock_buffer *buffer, struct iovec ret[2])
{
	const uint32_t first = smaller(buffer->length, VSOCK_CREDIT_BYTES - buffer->start);

	if (buffer->length == 0)
		return 0;
	ret[0] = (struct iovec){.iov_base = buffer->data + buffer->start, .iov_len = first};
	ret[1] = (struct iovec){.iov_base = buffer->data, .iov_len = buffer->length - first};
	return ret[1].iov_len ? 2 : 1;
}

void vsock_buffer_drop(struct vsock_buffer *buffer, uint32_t length)
{
	buffer->start = (buffer->start + length) & (VSOCK_CREDIT_BYTES - 1);
	buffer->length -= length;
	if (buffer->length == 0)
		vsock_buffer_free(buffer);
}

void vsock_buffer_free(struct vsock_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct vsock_buffer){0};
}

unsigned int vsock_part(const struct iovec *from, unsigned int n, size_t skip, size_t limit, struct iovec *ret)
{
	unsigned int rows = 0;

	for (unsigned int i = 0; i < n && limit > 0; i++) {
		const size_t over = skip < from[i].iov_len ? skip : from[i].iov_len;
		const size_t length = from[i].iov_len - over < limit ? from[i].iov_len - over : limit;

		if (length > 0)
			ret[rows++] = (struct iovec){.iov_base = (uint8_t *)from[i].iov_base + over, .iov_len = length};
		skip -= over;
		limit -= length;
	}
	return rows;
}
