/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/mount_apply.h"

int mount_apply(const struct mount_place *place, const struct mount_request *r, int mount_fd, struct err *e)
{
	if (r->kind == MOUNT_REMOUNT)
		return mount_remount(place->root, r, e);
	if (r->kind == MOUNT_CGROUP)
		return mount_cgroups_apply(place->root, r, place->cgroups, e);
	if (mount_fd < 0)
		return mount_make_and_attach(place->root, r, e);
	return mount_attach(place->root, r, mount_fd, e);
}
