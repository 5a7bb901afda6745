/* SPDX-License-Identifier: Apache-2.0 */
/* What a tmpfs takes over from the directory that it will cover. */
#pragma once

#include "runtime/isolation/mount_request.h"

/*
 * Readies a detached tmpfs for its destination, which may not exist yet: the mode of the directory,
 * unless the request gives one; with copy_up also its owner and all that is in it.
 */
int tmpfs_prepare(int root, const struct mount_request *r, int mount_fd, struct err *e);

/*
 * Copies what is in directory `from` into the directory `to`: files, directories, links, devices,
 * fifos, with modes, owners, times and extended attributes. Nothing in `from` is trusted.
 */
int directory_copy(int from, int to, struct err *e);
