/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's end of a connection: where its bytes come from and go to.
 *
 * Neither reading nor writing waits. A socket is asked not to; so is a pipe, where the kernel can (RWF_NOWAIT). What
 * cannot be asked is polled first and given no more than it then takes at once. O_NONBLOCK is never set: the descriptor
 * may be shared with the caller of cloche, whose terminal it would change.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

struct vsock_end;

struct vsock_end_class {
	/* How many bytes; 0: the end of the stream; -EAGAIN: none now; another negative errno: it is broken. */
	ssize_t (*read)(struct vsock_end *end, const struct iovec *to, int n);
	/* How many bytes it took; -EAGAIN: none now; another negative errno: it takes no more. */
	ssize_t (*write)(struct vsock_end *end, const struct iovec *from, int n);
	bool is_socket; /* has two directions that end one by one */
};

struct vsock_end {
	const struct vsock_end_class *class;
	int fd;         /* owned; -1: none */
	bool polled;    /* poll(2) is asked before */
	uint32_t chunk; /* what may then be written at once */
	void *self;     /* of a class without descriptor */
};

/* By what the descriptor is, which becomes the end's. */
int vsock_end_open(int fd, struct vsock_end *ret, struct err *e);

/* A client, which is a socket and nobody else's. */
struct vsock_end vsock_end_of_client(int fd);

/* how: SHUT_RD, SHUT_WR. Told to a socket's other side; a pipe's learns it when the end is closed. */
void vsock_end_shut(const struct vsock_end *end, int how);
void vsock_end_close(struct vsock_end *end);
