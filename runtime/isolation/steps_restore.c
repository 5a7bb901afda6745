/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root filesystem for CRIU to restore a service in. It makes the mounts, but not their places, which are not there
 * where the root filesystem is another copy than the one that was checkpointed. Faces: a hostile root filesystem.
 */
#include "base/own.h"
#include "base/path.h"
#include "runtime/isolation/mount_request.h"
#include "runtime/isolation/rootfs.h"
#include "runtime/isolation/steps.h"

#include <sys/stat.h>

int step_root_settle(struct run *run, const struct step *step, struct err *e)
{
	const struct spec *spec = step->what;

	(void)umask(0022); /* whatever the caller's: what is made in the root is for the service; cannot fail */
	run->root = rootfs_open(spec->root->path, e);
	return run->root < 0 ? run->root : rootfs_settle(run->root, spec->root->path, e);
}

/* What is bound may be a file. */
static int place_is_file(const struct mount_request *request, bool *ret, struct err *e)
{
	struct stat st;

	*ret = false;
	if (request->kind != MOUNT_BIND)
		return 0;
	if (stat(request->source, &st) < 0)
		return err_sys(e, "the source '%s'", request->source);
	*ret = !S_ISDIR(st.st_mode);
	return 0;
}

int step_mount_point(struct run *run, const struct step *step, struct err *e)
{
	const struct mount_request *request = step->what;
	own_fd fd = -1;
	bool file;
	int r = place_is_file(request, &file, e);

	if (r < 0)
		return r;
	fd = file ? path_make_file_in_root(run->root, request->destination, 0644, e)
		  : path_make_dir_in_root(run->root, request->destination, 0755, e);
	return fd < 0 ? err_ctx(e, "make the place of '%s'", request->destination) : 0;
}
