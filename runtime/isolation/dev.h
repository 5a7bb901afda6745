/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices in the service's root filesystem, all reached by descriptors of it.
 *
 * A node is made where the service's user namespace may (DEV_MKNOD). Where it may not,
 * the host's node is bound over an empty file (DEV_BIND): owner and mode then are the
 * host's. The caller knows which; nothing is tried.
 */
#pragma once

#include "base/err.h"
#include "config/spec_linux.h"

enum dev_way { DEV_MKNOD, DEV_BIND };

/* /dev/null, zero, full, random, urandom and tty (config-linux.md, "Default Devices"), and the links that programs
 * expect. */
int dev_make_defaults(int root, enum dev_way way, struct err *e);

/* A device of linux.devices; `index` is its place there. What exists and is another file is an error, as the spec says.
 */
int dev_make(int root, const struct spec_device *device, size_t index, enum dev_way way, struct err *e);

/* Binds the terminal that pty is on /dev/console. Its devpts must be mounted in this mount namespace. */
int dev_bind_console(int root, int pty, struct err *e);
