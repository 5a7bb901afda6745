/* SPDX-License-Identifier: Apache-2.0 */
/* One entry for every kind of mount request: what a start-up calls. */
#pragma once

#include "runtime/isolation/mount.h"
#include "runtime/isolation/mount_cgroup.h"

/* Where the requests go. All borrowed. */
struct mount_place {
	int root;                            /* the service's root filesystem */
	const struct mount_cgroups *cgroups; /* for MOUNT_CGROUP alone; may be NULL */
};

/* Does all of a request. mount_fd: the detached mount of mount_open_source(), or -1; borrowed. */
int mount_apply(const struct mount_place *place, const struct mount_request *r, int mount_fd, struct err *e);
