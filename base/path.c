/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem. See base/path.h. */
#include "base/path.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* EAGAIN: a rename or mount happened below us while ".." was looked up; a few tries outlast any honest one. */
enum { PATH_OPEN_TRIES = 32 };

static int path_openat2_resolve(int root, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {.flags = (unsigned int)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT | resolve};
	long fd = -1;

	for (int i = 0; i < PATH_OPEN_TRIES; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof how);
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

static int path_openat2(int root, const char *path, int flags)
{
	return path_openat2_resolve(root, path, flags, RESOLVE_NO_MAGICLINKS);
}

int path_open_plain_in_root(int root, const char *path, int flags, struct err *e)
{
	int fd = path_openat2_resolve(root, path, flags, RESOLVE_NO_SYMLINKS);

	return fd < 0 ? err_sys(e, "open '%s' in the root filesystem, not by way of a symlink", path) : fd;
}

int path_open_in_root(int root, const char *path, int flags, struct err *e)
{
	int fd = path_openat2(root, path, flags);

	return fd < 0 ? err_sys(e, "open '%s' in the root filesystem", path) : fd;
}

/* One component below `dir`, made where it is missing. EEXIST: another process was faster, or a symlink dangles. */
static int path_make_component(int root, int dir, const char *whole, size_t length, mode_t mode, struct err *e)
{
	char name[NAME_MAX + 1], prefix[PATH_MAX];
	size_t start = length;
	int fd;

	while (start > 0 && whole[start - 1] != '/')
		start--;
	if (length >= sizeof prefix || length - start >= sizeof name)
		return err_set(e, ENAMETOOLONG, "name-too-long", "make '%s': name too long", whole);
	memcpy(prefix, whole, length);
	prefix[length] = '\0';
	/* resolved from the root each time, so that a symlink on the way is followed within it */
	fd = path_openat2(root, prefix, O_PATH | O_DIRECTORY);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return err_sys(e, "open '%s' in the root filesystem", prefix);
	memcpy(name, whole + start, length - start);
	name[length - start] = '\0';
	if (strcmp(name, "..") == 0)
		return err_set(
			e, ENOENT, "path-missing", "open '%s' in the root filesystem: no such directory", prefix);
	if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
		return err_sys(e, "make the directory '%s' in the root filesystem", prefix);
	return path_open_in_root(root, prefix, O_PATH | O_DIRECTORY, e);
}

int path_make_dir_in_root(int root, const char *path, mode_t mode, struct err *e)
{
	own_fd dir = path_openat2(root, path, O_PATH | O_DIRECTORY);
	size_t end = 0;

	if (dir >= 0)
		return give_fd(&dir);
	dir = path_open_in_root(root, ".", O_PATH | O_DIRECTORY, e);
	if (dir < 0)
		return dir;
	for (;;) {
		int next;

		while (path[end] == '/')
			end++;
		if (!path[end])
			return give_fd(&dir);
		while (path[end] && path[end] != '/')
			end++;
		next = path_make_component(root, dir, path, end, mode, e);
		if (next < 0)
			return next;
		own_release_fd(&dir);
		dir = next;
	}
}

int path_open_parent_in_root(int root, const char *path, const char **ret_name, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char parent[PATH_MAX];
	size_t length = (size_t)(name - path);
	int fd;

	if (!*name || strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
		return err_set(e, EINVAL, "path-without-name", "'%s' does not end in a file's name", path);
	if (length >= sizeof parent)
		return err_set(e, ENAMETOOLONG, "name-too-long", "'%s' is too long", path);
	memcpy(parent, path, length);
	parent[length] = '\0';
	fd = path_make_dir_in_root(root, length ? parent : ".", 0755, e);
	if (fd >= 0)
		*ret_name = name;
	return fd;
}

int path_make_file_in_root(int root, const char *path, mode_t mode, struct err *e)
{
	own_fd fd = path_openat2(root, path, O_PATH);
	own_fd parent = -1, made = -1;
	const char *name;

	if (fd >= 0)
		return give_fd(&fd);
	if (errno != ENOENT)
		return err_sys(e, "open '%s' in the root filesystem", path);
	parent = path_open_parent_in_root(root, path, &name, e);
	if (parent < 0)
		return parent;
	made = openat(parent, name, O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_RDONLY | O_NONBLOCK, mode);
	if (made < 0)
		return err_sys(e, "make the file '%s' in the root filesystem", path);
	return path_open_in_root(root, path, O_PATH, e);
}

struct fd_path path_of_fd(int fd)
{
	struct fd_path path;

	(void)snprintf(path.text, sizeof path.text, "/proc/self/fd/%d", fd); /* fits: 14 + 11 characters */
	return path;
}

bool path_has_dotdot(const char *path)
{
	for (const char *at = path; (at = strstr(at, "..")); at += 2)
		if ((at == path || at[-1] == '/') && (at[2] == '/' || at[2] == '\0'))
			return true;
	return false;
}
