/* SPDX-License-Identifier: Apache-2.0 */
/* Where a mount goes, in a root filesystem that may have been made to trick us. */
#pragma once

#include "runtime/isolation/mount_request.h"

/*
 * Opens the request's destination in root, a directory or a file as mount_fd is one, made where it
 * is missing. Refuses what symlinks have turned into the root itself or a place in /proc, and
 * anything but a proc filesystem on /proc. Returns an O_PATH descriptor.
 */
int mount_destination_open(int root, const struct mount_request *r, int mount_fd, struct err *e);

/* After attaching: looks again, by the path, whether what lies at /proc or /sys is the mount that was made. */
int mount_destination_verify(int root, const struct mount_request *r, int mount_fd, struct err *e);
