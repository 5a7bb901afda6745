/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine and the vsock device (virtio 1.2, 5.10) have to say to each other, beside devices.h. On the I/O
 * thread, without the device's lock. The program ignores SIGPIPE: a stream's reader may go at any time.
 */
#pragma once

#include "microvm/virtio/virtio.h"
#include "runtime/proto/agent.h"

/* The host's terminal has this size: told to the guest at once, or when it connects to AGENT_HOST_WINDOW. */
void vsock_set_window(struct virtio_device *d, const struct agent_window *window);

/*
 * For the end of a machine whose vCPUs stand still: takes what the guest has sent before, its status among it, and says
 * whether all of it has reached the descriptors. Called between turns of the loop, until it has.
 */
bool vsock_drained(struct virtio_device *d);
