/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of devices: each is made from its part of the machine message and the descriptors that it names, which
 * become its own. The returned device is on its place's loop and is released by its `close`.
 */
#pragma once

#include "microvm/virtio/virtio.h"
#include "runtime/proto/machine.h"

struct virtio_made {
	struct virtio_device *device;
	void (*close)(struct virtio_device *device);
};

/* Borrowed; descriptors that are taken become -1 in fds. */
struct virtio_wish {
	const struct machine_device *wish;
	int *fds;
	uint32_t fds_n;
	const struct device_place *place;
};

typedef int virtio_make(const struct virtio_wish *wish, struct virtio_made *ret, struct err *e);

virtio_make console_make, block_make, net_make, vsock_make, rng_make, balloon_make, fs_make;

/* By enum machine_device_kind; NULL: none. */
extern virtio_make *const virtio_makers[MACHINE_DEVICE_KINDS];

/* The descriptor at that place, which becomes the caller's; -1: the wish names none. */
int virtio_wish_fd(const struct virtio_wish *wish, uint8_t place);
