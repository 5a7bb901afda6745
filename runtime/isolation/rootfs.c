/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/rootfs.h"

#include "base/own.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Before the mounts are made all of them change; "shared" stays as the host has it, "unbindable" would keep
 * the root from being cloned. Afterwards it is the root's mount, or with "r" those below it, too.
 */
static const struct {
	uint64_t before, after;
	unsigned int recursive;
} propagations[] = {
	[SPEC_PROPAGATION_UNSET] = {MS_SLAVE, 0, 0},
	[SPEC_PROPAGATION_PRIVATE] = {MS_PRIVATE, MS_PRIVATE, 0},
	[SPEC_PROPAGATION_SHARED] = {MS_SHARED, MS_SHARED, 0},
	[SPEC_PROPAGATION_SLAVE] = {MS_SLAVE, MS_SLAVE, 0},
	[SPEC_PROPAGATION_UNBINDABLE] = {MS_PRIVATE, MS_UNBINDABLE, 0},
	[SPEC_PROPAGATION_RPRIVATE] = {MS_PRIVATE, MS_PRIVATE, AT_RECURSIVE},
	[SPEC_PROPAGATION_RSHARED] = {MS_SHARED, MS_SHARED, AT_RECURSIVE},
	[SPEC_PROPAGATION_RSLAVE] = {MS_SLAVE, MS_SLAVE, AT_RECURSIVE},
	[SPEC_PROPAGATION_RUNBINDABLE] = {MS_PRIVATE, MS_UNBINDABLE, AT_RECURSIVE},
};
static_assert(sizeof propagations / sizeof *propagations == SPEC_PROPAGATION_COUNT, "a row per propagation");

static int propagation_set(int fd, const char *path, unsigned int flags, uint64_t type, struct err *e)
{
	struct mount_attr attr = {.propagation = type};

	if (mount_setattr(fd, path, flags, &attr, sizeof attr) < 0)
		return err_sys(e, "set the propagation of the root filesystem's mounts");
	return 0;
}

int rootfs_isolate(enum spec_propagation propagation, struct err *e)
{
	return propagation_set(AT_FDCWD, "/", AT_RECURSIVE, propagations[propagation].before, e);
}

int rootfs_open(const char *path, struct err *e)
{
	own_fd fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		(void)err_sys(e, "open the root filesystem '%s'", path);
		return err_at(e, "/root/path");
	}
	if (!S_ISDIR(st.st_mode)) {
		(void)err_set(e, ENOTDIR, "root-not-a-directory", "the root filesystem '%s' is not a directory", path);
		return err_at(e, "/root/path");
	}
	return give_fd(&fd);
}

int rootfs_attach(int root, struct err *e)
{
	/* pivot_root(2) takes neither a shared root nor one on a shared mount */
	if (propagation_set(AT_FDCWD, "/", 0, MS_PRIVATE, e) < 0 ||
		propagation_set(root, "", AT_EMPTY_PATH, MS_PRIVATE, e) < 0)
		return -e->no;
	if (move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(e, "attach the root filesystem");
	return 0;
}

int rootfs_settle(int root, const char *path, struct err *e)
{
	if (propagation_set(AT_FDCWD, "/", AT_RECURSIVE, MS_PRIVATE, e) < 0 ||
		propagation_set(root, "", AT_EMPTY_PATH, MS_PRIVATE, e) < 0)
		return -e->no;
	if (move_mount(root, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(e, "mount the root filesystem '%s' on itself", path);
	return 0;
}

int rootfs_pivot(int root, struct err *e)
{
	own_fd old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (old < 0 || fchdir(root) < 0)
		return err_sys(e, "enter the root filesystem");
	/* pivot_root(2): with both as "." the old root lies over the new one, where umount2(2) finds it by "." */
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return err_sys(e, "pivot_root");
	/* what is still shared with the host would be unmounted there, too */
	if (propagation_set(old, "", AT_EMPTY_PATH | AT_RECURSIVE, MS_SLAVE, e) < 0)
		return -e->no;
	if (umount2(".", MNT_DETACH) < 0)
		return err_sys(e, "detach the old root");
	return chdir("/") < 0 ? err_sys(e, "enter the new root") : 0;
}

int rootfs_chroot(int root, struct err *e)
{
	if (fchdir(root) < 0 || chroot(".") < 0)
		return err_sys(e, "chroot to the root filesystem");
	return 0;
}

int rootfs_set_readonly(int root, struct err *e)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	if (mount_setattr(root, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0) {
		(void)err_sys(e, "make the root filesystem read-only");
		return err_at(e, "/root/readonly");
	}
	return 0;
}

int rootfs_propagate(enum spec_propagation propagation, struct err *e)
{
	uint64_t type = propagations[propagation].after;

	return type ? propagation_set(AT_FDCWD, "/", propagations[propagation].recursive, type, e) : 0;
}
