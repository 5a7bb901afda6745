/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/devices.h"

#include <stddef.h>

/* A kind without a row is not in this build; the machine says so to who wishes for it. */
virtio_make *const virtio_makers[MACHINE_DEVICE_KINDS] = {
	[MACHINE_BALLOON] = balloon_make,
	[MACHINE_BLOCK] = block_make,
	[MACHINE_CONSOLE] = console_make,
	[MACHINE_FS] = fs_make,
	[MACHINE_NET] = net_make,
	[MACHINE_RNG] = rng_make,
	[MACHINE_VSOCK] = vsock_make,
};

int virtio_wish_fd(const struct virtio_wish *wish, uint8_t place)
{
	int fd;

	if (place >= wish->fds_n)
		return -1;
	fd = wish->fds[place];
	wish->fds[place] = -1;
	return fd;
}
