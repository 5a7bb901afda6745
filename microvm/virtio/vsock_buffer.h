/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a descriptor has not taken yet of one connection: a ring, made when the first byte has to wait and freed when
 * none does. Credit sees to it that it is never asked for more than its room.
 */
#pragma once

#include <stdint.h>
#include <sys/uio.h>

struct vsock_buffer {
	uint8_t *data; /* owned; NULL: empty */
	uint32_t start, length;
};

/* Adds the bytes of `from` past the first `skip`. -ENOMEM, or -ENOBUFS when there is no room. */
int vsock_buffer_add(struct vsock_buffer *buffer, const struct iovec *from, unsigned int n, size_t skip);

/* What is in it, oldest first, in at most two pieces. Returns how many. */
int vsock_buffer_pieces(const struct vsock_buffer *buffer, struct iovec ret[2]);

/* Forgets the oldest. */
void vsock_buffer_drop(struct vsock_buffer *buffer, uint32_t length);
void vsock_buffer_free(struct vsock_buffer *buffer);

/* The part of `from` that begins `skip` bytes in and has at most `limit` bytes, into `ret` of n rows. Returns its rows.
 */
unsigned int vsock_part(const struct iovec *from, unsigned int n, size_t skip, size_t limit, struct iovec *ret);
