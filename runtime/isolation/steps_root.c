/* SPDX-License-Identifier: Apache-2.0 */
/* The service's files. All but the sources run in its first process, in its mount namespace. */
#include "base/own.h"
#include "runtime/isolation/dev.h"
#include "runtime/isolation/mount_apply.h"
#include "runtime/isolation/mount_cgroup.h"
#include "runtime/isolation/rootfs.h"
#include "runtime/isolation/rootfs_cover.h"
#include "runtime/isolation/steps.h"
#include "runtime/isolation/userns.h"

#include <sys/stat.h>

/* The user namespace that an idmapped mount takes its ids from: of its own maps, or of the service's. */
static int step_mount_userns(const struct run *run, const struct mount_request *request, struct err *e)
{
	const struct spec_linux *l = run->request->plan->spec->linux;
	bool own = request->uid_mappings && request->uid_mappings->n;

	if (request->idmap == MOUNT_IDMAP_NONE)
		return -1;
	return userns_open_for_maps(
		own ? request->uid_mappings : &l->uid_mappings, own ? request->gid_mappings : &l->gid_mappings, e);
}

int step_mount_source(struct run *run, const struct step *step, struct err *e)
{
	const struct mount_request *request = step->what;
	own_fd userns = step_mount_userns(run, request, e);
	int fd;

	if (userns < 0 && request->idmap != MOUNT_IDMAP_NONE)
		return -e->no;
	fd = mount_open_source(request, userns, e);
	if (fd < 0)
		return fd;
	run->fds[step - run->request->plan->steps] = fd;
	return 0;
}

int step_root_open(struct run *run, const struct step *step, struct err *e)
{
	const struct spec *spec = step->what;
	int r = rootfs_isolate(spec->linux->rootfs_propagation, e);

	if (r < 0)
		return r;
	(void)umask(0022); /* whatever the caller's: what is made in the root is for the service; cannot fail */
	run->root = rootfs_open(spec->root->path, e);
	return run->root < 0 ? run->root : rootfs_attach(run->root, e);
}

int step_mount(struct run *run, const struct step *step, struct err *e)
{
	const struct mount_request *request = step->what;
	const struct mount_place place = {.root = run->root, .cgroups = run->request->mount_cgroups};
	int source = step->flags ? run->fds[step->flags - 1] : -1;

	return mount_apply(&place, request, source, e);
}

int step_mount_seal(struct run *run, const struct step *step, struct err *e)
{
	return mount_seal(run->root, step->what, e);
}

int step_root_pivot(struct run *run, const struct step *step, struct err *e)
{
	return step->flags ? rootfs_move(run->root, e) : rootfs_pivot(run->root, e);
}

int step_readonly_paths(struct run *run, const struct step *step, struct err *e)
{
	const struct strings *paths = step->what;
	int r = 0;

	for (size_t i = 0; i < paths->n && r == 0; i++)
		r = rootfs_readonly_path(run->root, paths->items[i], e);
	return r;
}

int step_masked_paths(struct run *run, const struct step *step, struct err *e)
{
	return rootfs_mask(run->root, step->what, e);
}

int step_root_readonly(struct run *run, const struct step *step, struct err *e)
{
	(void)step;
	return rootfs_set_readonly(run->root, e);
}

int step_root_propagation(struct run *run, const struct step *step, struct err *e)
{
	const struct spec *spec = step->what;

	(void)run;
	return rootfs_propagate(spec->linux->rootfs_propagation, e);
}

static enum dev_way step_dev_way(const struct step *step)
{
	return step->flags ? DEV_BIND : DEV_MKNOD;
}

int step_devices_default(struct run *run, const struct step *step, struct err *e)
{
	return dev_make_defaults(run->root, step_dev_way(step), e);
}

int step_device(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_device *device = step->what;
	size_t index = (size_t)(device - run->request->plan->spec->linux->devices);

	return dev_make(run->root, device, index, step_dev_way(step), e);
}
