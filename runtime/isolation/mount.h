/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounting what a struct mount_request says, by the mount API of descriptors alone
 * (open_tree, fsopen, mount_setattr, move_mount).
 *
 * A mount is made detached, with its attributes; the destination is found in the
 * root filesystem, which is hostile; then the one descriptor is moved onto the other.
 * No path is looked up twice, and nothing half-made can be seen in the service.
 *
 * Who calls: the service's first process, in its mount namespace, before pivot_root.
 * Sources of binds may be opened before by the host's side, which can go where the
 * service's root cannot, and which alone can idmap.
 */
#pragma once

#include "runtime/isolation/mount_request.h"

/*
 * Opens the source of a bind mount as a detached mount with its attributes. userns_fd: the
 * user namespace that an idmapped mount takes its ids from; -1 where the request has no idmap.
 * Returns the descriptor.
 */
int mount_open_source(const struct mount_request *r, int userns_fd, struct err *e);

/* Makes the mount, detached (mount_open_source() for a bind). Returns its descriptor. */
int mount_make(const struct mount_request *r, struct err *e);

/* Attaches a detached mount to the request's destination, which is made where it is missing. */
int mount_attach(int root, const struct mount_request *r, int mount_fd, struct err *e);

/* Attaches it to an entry of a directory that is the runtime's own, and nobody else's yet. */
int mount_attach_at(int directory, const char *name, const struct mount_request *r, int mount_fd, struct err *e);

/* mount_make(), then mount_attach(). */
int mount_make_and_attach(int root, const struct mount_request *r, struct err *e);

/* Changes what is mounted at the destination (MOUNT_REMOUNT). */
int mount_remount(int root, const struct mount_request *r, struct err *e);

/* Makes a mount read-only that had to wait for it (mount_request_is_sealed_late()). */
int mount_seal(int root, const struct mount_request *r, struct err *e);
