/* SPDX-License-Identifier: Apache-2.0 */
/* Covering what a service shall not see, or not change (linux.maskedPaths, linux.readonlyPaths). */
#pragma once

#include "base/err.h"
#include "config/spec_types.h"

/*
 * Covers each path that exists in root: a file by /dev/null of that root, which must be the real one,
 * a directory by an empty read-only filesystem, the same for all. The root may be "/" already.
 */
int rootfs_mask(int root, const struct strings *paths, struct err *e);

/* Makes the path, where it exists in root, and all mounted below it read-only. */
int rootfs_readonly_path(int root, const char *path, struct err *e);
