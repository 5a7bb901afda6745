/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem. See rootfs_cover.h. */
#include "runtime/isolation/rootfs_cover.h"

#include "base/own.h"
#include "base/path.h"
#include "runtime/isolation/fs_context.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* What is laid over files and over directories; opened when the first of its kind comes. */
struct covers {
	int null, empty;
};

static void covers_release(struct covers *covers)
{
	own_release_fd(&covers->null);
	own_release_fd(&covers->empty);
}

/* The root's /dev/null. A symlink or another file in its place would be bound over the masked paths instead. */
static int null_open(int root, struct err *e)
{
	own_fd fd = path_open_in_root(root, "/dev/null", O_PATH | O_NOFOLLOW, e);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return err_set(e, EINVAL, "null-not-a-device",
			"'/dev/null' of the root filesystem is not the null device, which masked files need");
	return give_fd(&fd);
}

static int empty_open(struct err *e)
{
	own_fs_context c = {0};

	if (fs_context_open(&c, "tmpfs", e) < 0 || fs_context_set(&c, "mode", "755", e) < 0 ||
		fs_context_set(&c, "nr_inodes", "1", e) < 0)
		return -e->no;
	return fs_context_mount(&c, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, e);
}

static int cover_move(int fd, int target, const char *path, struct err *e)
{
	if (move_mount(fd, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_sys(e, "cover '%s'", path);
	return 0;
}

static int cover_clone(int cover, int target, const char *path, struct err *e)
{
	own_fd fd = open_tree(cover, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	return fd < 0 ? err_sys(e, "clone the cover of '%s'", path) : cover_move(fd, target, path, e);
}

static int mask_file(struct covers *covers, int root, int target, const char *path, struct err *e)
{
	if (covers->null < 0)
		covers->null = null_open(root, e);
	return covers->null < 0 ? covers->null : cover_clone(covers->null, target, path, e);
}

/* The first directory gets the filesystem itself: one that is never attached takes the kernel long to drop. */
static int mask_directory(struct covers *covers, int target, const char *path, struct err *e)
{
	if (covers->empty >= 0)
		return cover_clone(covers->empty, target, path, e);
	covers->empty = empty_open(e);
	return covers->empty < 0 ? covers->empty : cover_move(covers->empty, target, path, e);
}

/* Opens a path that need not exist: -1 then, and no error. */
static int target_open(int root, const char *path, int *ret, struct err *e)
{
	int fd = path_open_in_root(root, path, O_PATH, e);

	*ret = fd < 0 ? -1 : fd;
	return fd == -ENOENT || fd == -ENOTDIR || fd >= 0 ? 0 : fd;
}

static int mask_one(struct covers *covers, int root, const char *path, struct err *e)
{
	own_fd target = -1;
	struct err missing;
	struct stat st;

	if (target_open(root, path, &target, &missing) < 0) {
		*e = missing;
		return -e->no;
	}
	if (target < 0)
		return 0;
	if (fstat(target, &st) < 0)
		return err_sys(e, "stat '%s'", path);
	if (S_ISDIR(st.st_mode))
		return mask_directory(covers, target, path, e);
	return mask_file(covers, root, target, path, e);
}

int rootfs_mask(int root, const struct strings *paths, struct err *e)
{
	__attribute__((cleanup(covers_release))) struct covers covers = {-1, -1};

	for (size_t i = 0; i < paths->n; i++) {
		if (mask_one(&covers, root, paths->items[i], e) < 0) {
			(void)err_ctx(e, "masking '%s'", paths->items[i]);
			return err_at(e, "/linux/maskedPaths/%zu", i);
		}
	}
	return 0;
}

static int readonly_one(int target, const char *path, struct err *e)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
	own_fd fd = open_tree(target, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);

	if (fd < 0)
		return err_sys(e, "clone '%s'", path);
	if (mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) < 0)
		return err_sys(e, "set it read-only");
	return cover_move(fd, target, path, e);
}

int rootfs_readonly_path(int root, const char *path, struct err *e)
{
	own_fd target = -1;
	struct err missing;

	if (target_open(root, path, &target, &missing) < 0)
		*e = missing;
	else if (target < 0 || readonly_one(target, path, e) == 0)
		return 0;
	return err_ctx(e, "making '%s' read-only", path);
}
