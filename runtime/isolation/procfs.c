/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a root filesystem and mounts that may stand where /proc is expected. */
#include "runtime/isolation/procfs.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static int procfs_verify(int fd, const char *path, struct err *e)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return err_sys(e, "statfs '%s'", path);
	if (fs.f_type != PROC_SUPER_MAGIC)
		return err_set(e, ENOTSUP, "procfs-missing", "'%s' is not on a proc filesystem", path);
	return 0;
}

int procfs_open(struct err *e)
{
	own_fd fd = open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_sys(e, "open '/proc'");
	r = procfs_verify(fd, "/proc", e);
	return r < 0 ? r : give_fd(&fd);
}

int procfs_open_private(struct err *e)
{
	own_fd context = (int)syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
	int fd;

	if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return procfs_open(e);
	fd = (int)syscall(
		SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	return fd < 0 ? procfs_open(e) : fd;
}

static int procfs_openat(int proc, const char *path, struct err *e)
{
	struct open_how how = {.flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS};
	int fd = (int)syscall(SYS_openat2, proc, path, &how, sizeof how);

	if (fd < 0 && errno == EXDEV)
		return err_set(e, EXDEV, "procfs-covered", "open '/proc/%s': a mount covers it", path);
	return fd < 0 ? err_sys(e, "open '/proc/%s'", path) : fd;
}

int procfs_write(int proc, const char *path, const char *text, struct err *e)
{
	own_fd fd = procfs_openat(proc, path, e);
	size_t length = strlen(text);
	ssize_t n;
	int r;

	if (fd < 0)
		return fd;
	r = procfs_verify(fd, path, e);
	if (r < 0)
		return r;
	do
		n = write(fd, text, length);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "write '%s' to '/proc/%s'", text, path);
	if ((size_t)n != length)
		return err_set(e, EIO, "short-write", "write '%s' to '/proc/%s': only %zd bytes taken", text, path, n);
	return 0;
}
