/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's root filesystem: from a directory of the host to the "/" of the service.
 *
 *	rootfs_isolate()    from now on nothing mounted here reaches the host
 *	rootfs_open()       the directory and what is mounted below it, as a detached mount
 *	rootfs_attach()     laid over "/", where paths of the host still work; it is then
 *	                    a mount that pivot_root(2) accepts, and mounts can go into it
 *	rootfs_pivot()      it is "/", and the host's tree is gone
 *	rootfs_propagate()  linux.rootfsPropagation, which pivot_root(2) would not accept before
 *
 * All but rootfs_open() run in the service's own mount namespace.
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"

/* Sets the propagation of every mount of the namespace. UNSET stands for slave: mounts come in, none goes out. */
int rootfs_isolate(enum spec_propagation propagation, struct err *e);

/*
 * Clones the tree at path (relative to the working directory). May run on the host's side, where the
 * service's root could not reach the path. Returns the descriptor.
 */
int rootfs_open(const char *path, struct err *e);

/* Lays the detached tree over "/" of this mount namespace. `root` keeps standing for it. */
int rootfs_attach(int root, struct err *e);

/*
 * Lays the detached tree over its own directory, the last that `path` leads to, and in a mount namespace of which
 * nothing reaches the host: a root as CRIU wants it, a mount that no other covers.
 */
int rootfs_settle(int root, const char *path, struct err *e);

/* Makes the attached root "/" and the working directory, and detaches the old one. */
int rootfs_pivot(int root, struct err *e);

/*
 * The same without pivot_root(2), for what it does not take (an initramfs as the old root): the host's
 * proc and sysfs are removed from the mount namespace, the rest stays out of reach under the new root.
 */
int rootfs_move(int root, struct err *e);

/* Makes root the "/" and working directory of a process whose mount namespace is not its own. */
int rootfs_chroot(int root, struct err *e);

/* Makes the root mount read-only, and not what is mounted in it. */
int rootfs_set_readonly(int root, struct err *e);

/* Sets the propagation of "/" after the pivot. UNSET does nothing. */
int rootfs_propagate(enum spec_propagation propagation, struct err *e);
