/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's side of its vsock device (vsock(7)). */
#pragma once

#include "base/err.h"

/* A listening socket for whoever has a way to the guest. Returns the descriptor. */
int vsock_listen(unsigned int port, struct err *e);

/* A stream to a port of the host. Returns the descriptor; -ECONNREFUSED: the host has nothing there. */
int vsock_connect(unsigned int port, struct err *e);
