/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem. */
#include "runtime/isolation/mount_destination.h"

#include "base/own.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* /proc and /sys are what the service and the runtime rely on: they must be where they seem to be. */
static bool must_be_plain(const struct mount_request *r)
{
	return r->kind == MOUNT_PROC || r->kind == MOUNT_SYSFS || strcmp(r->destination, "/proc") == 0 ||
	       strcmp(r->destination, "/sys") == 0;
}

/* Opens the destination, made where it is missing; /proc and /sys must not be reached by a symlink. */
static int destination_find(int root, const struct mount_request *r, bool is_dir, struct err *e)
{
	own_fd fd = is_dir ? path_make_dir_in_root(root, r->destination, 0755, e)
			   : path_make_file_in_root(root, r->destination, 0644, e);

	if (fd < 0 || !must_be_plain(r))
		return give_fd(&fd);
	return path_open_plain_in_root(root, r->destination, O_PATH | O_DIRECTORY, e);
}

/* Whether it is the proc filesystem that fd is in. */
static bool fd_is_in_proc(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static bool path_is_in_proc(const char *path)
{
	return strncmp(path, "/proc", 5) == 0 && (path[5] == '/' || path[5] == '\0');
}

/* What a symlink can have made of a destination that looked harmless in the spec. */
static int destination_check(int root, const struct mount_request *r, int fd, const struct stat *mount, struct err *e)
{
	struct stat top, at;

	if (fstat(root, &top) < 0 || fstat(fd, &at) < 0)
		return err_sys(e, "stat '%s'", r->destination);
	if (top.st_dev == at.st_dev && top.st_ino == at.st_ino)
		return err_set(
			e, EINVAL, "mount-on-root", "'%s' leads to the root, which it would cover", r->destination);
	if (S_ISDIR(mount->st_mode) != S_ISDIR(at.st_mode))
		return err_set(e, S_ISDIR(at.st_mode) ? EISDIR : ENOTDIR, "mount-kinds-differ",
			/* by "not a directory" Docker knows what advice to give */
			S_ISDIR(at.st_mode) ? "'%s' is a directory, but its source is not a directory"
					    : "'%s' is not a directory, but its source is",
			r->destination);
	if (fd_is_in_proc(fd) && !path_is_in_proc(r->destination))
		return err_set(
			e, EINVAL, "mount-in-proc", "'%s' leads into /proc, which must stay as it is", r->destination);
	return 0;
}

/* Only a proc filesystem may be bound on /proc. */
static int source_check(const struct mount_request *r, int mount_fd, struct err *e)
{
	if (r->kind != MOUNT_BIND || strcmp(r->destination, "/proc") != 0 || fd_is_in_proc(mount_fd))
		return 0;
	return err_set(e, EINVAL, "mount-in-proc", "'%s' is no proc filesystem: it cannot become /proc", r->source);
}

int mount_destination_open(int root, const struct mount_request *r, int mount_fd, struct err *e)
{
	own_fd fd = -1;
	struct stat mount;

	if (fstat(mount_fd, &mount) < 0)
		return err_sys(e, "stat the mount for '%s'", r->destination);
	fd = destination_find(root, r, S_ISDIR(mount.st_mode), e);
	if (fd < 0 || destination_check(root, r, fd, &mount, e) < 0 || source_check(r, mount_fd, e) < 0)
		return -e->no;
	return give_fd(&fd);
}

/* The mount's own number, which tells it from all others that may lie there. */
static uint64_t mount_id(int fd)
{
	struct statx stx;

	return statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) == 0 ? stx.stx_mnt_id : 0;
}

int mount_destination_verify(int root, const struct mount_request *r, int mount_fd, struct err *e)
{
	own_fd fd = -1;

	if (!must_be_plain(r))
		return 0;
	fd = path_open_plain_in_root(root, r->destination, O_PATH | O_DIRECTORY, e);
	if (fd < 0)
		return fd;
	if (mount_id(fd) == 0 || mount_id(fd) != mount_id(mount_fd))
		return err_set(e, EBUSY, "mount-swapped", "'%s' was changed while it was mounted", r->destination);
	return 0;
}
