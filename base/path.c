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

/* As many as the kernel follows (path_resolution(7)). */
enum { PATH_LINKS_MAX = 40 };

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

/* A walk that makes what is missing on its way. */
struct path_walk {
	int root;
	const char *path;
	mode_t mode;
	unsigned int links_left; /* dangling links that may yet be followed */
};

static int path_walk_make_dirs(const struct path_walk *walk, struct err *e);

/*
 * Where the symlink `name` in directory `dir` points, as a path in the root: what it says, or that in place of
 * the last component of walk->path, which is `length` bytes long.
 */
static int path_read_link(const struct path_walk *walk, int dir, size_t length, char *ret, struct err *e)
{
	char name[NAME_MAX + 1], target[PATH_MAX];
	size_t start = length;
	ssize_t n;

	while (start > 0 && walk->path[start - 1] != '/')
		start--;
	if (walk->links_left == 0)
		return err_set(e, ELOOP, "too-many-links", "make '%s': too many symlinks", walk->path);
	if (length - start >= sizeof name)
		return err_set(e, ENAMETOOLONG, "name-too-long", "make '%s': name too long", walk->path);
	memcpy(name, walk->path + start, length - start);
	name[length - start] = '\0';
	n = readlinkat(dir, name, target, sizeof target - 1);
	if (n < 0)
		return err_sys(e, "read the link '%s' in the root filesystem", walk->path);
	target[n] = '\0';
	if (target[0] == '/')
		start = 0;
	if (start + (size_t)n >= PATH_MAX)
		return err_set(e, ENAMETOOLONG, "name-too-long", "make '%s': its link is too long", walk->path);
	memcpy(ret, walk->path, start);
	memcpy(ret + start, target, (size_t)n + 1);
	return 0;
}

/* Makes what a dangling link points to, so that the path leads there. */
static int path_make_linked_dirs(const struct path_walk *walk, int dir, size_t length, struct err *e)
{
	char target[PATH_MAX];
	struct path_walk linked = {walk->root, target, walk->mode, walk->links_left - 1};

	return path_read_link(walk, dir, length, target, e) < 0 ? -e->no : path_walk_make_dirs(&linked, e);
}

/* Makes a directory that was found missing below `dir`. EEXIST: another process was faster, or a symlink dangles. */
static int path_make_missing(const struct path_walk *walk, int dir, const char *prefix, struct err *e)
{
	size_t length = strlen(prefix);
	const char *slash = strrchr(prefix, '/');
	const char *name = slash ? slash + 1 : prefix;
	int fd;

	if (strcmp(name, "..") == 0)
		return err_set(
			e, ENOENT, "path-missing", "open '%s' in the root filesystem: no such directory", prefix);
	if (mkdirat(dir, name, walk->mode) < 0 && errno != EEXIST)
		return err_sys(e, "make the directory '%s' in the root filesystem", prefix);
	fd = path_openat2(walk->root, prefix, O_PATH | O_DIRECTORY);
	if (fd < 0 && errno == ENOENT)
		return path_make_linked_dirs(walk, dir, length, e);
	return fd < 0 ? err_sys(e, "open '%s' in the root filesystem", prefix) : fd;
}

/* Opens the first `length` bytes of the path; the last component of them is in `dir`, and made where it is missing. */
static int path_make_component(const struct path_walk *walk, int dir, size_t length, struct err *e)
{
	char prefix[PATH_MAX];
	size_t start = length;
	int fd;

	while (start > 0 && walk->path[start - 1] != '/')
		start--;
	if (length >= sizeof prefix || length - start > NAME_MAX)
		return err_set(e, ENAMETOOLONG, "name-too-long", "make '%s': name too long", walk->path);
	memcpy(prefix, walk->path, length);
	prefix[length] = '\0';
	/* resolved from the root each time, so that a symlink on the way is followed within it */
	fd = path_openat2(walk->root, prefix, O_PATH | O_DIRECTORY);
	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return err_sys(e, "open '%s' in the root filesystem", prefix);
	return path_make_missing(walk, dir, prefix, e);
}

/* Where the walk begins: mostly all but the last component is there. *ret_end: how much of the path is opened. */
static int path_walk_start(const struct path_walk *walk, size_t *ret_end, struct err *e)
{
	size_t end = strlen(walk->path);
	char parent[PATH_MAX];
	int fd = -1;

	while (end > 0 && walk->path[end - 1] == '/')
		end--;
	while (end > 0 && walk->path[end - 1] != '/')
		end--;
	if (end > 0 && end < sizeof parent) {
		memcpy(parent, walk->path, end);
		parent[end] = '\0';
		fd = path_openat2(walk->root, parent, O_PATH | O_DIRECTORY);
	}
	*ret_end = fd < 0 ? 0 : end;
	return fd < 0 ? path_open_in_root(walk->root, ".", O_PATH | O_DIRECTORY, e) : fd;
}

static int path_walk_make_dirs(const struct path_walk *walk, struct err *e)
{
	own_fd dir = path_openat2(walk->root, walk->path, O_PATH | O_DIRECTORY);
	size_t end = 0;

	if (dir >= 0)
		return give_fd(&dir);
	dir = path_walk_start(walk, &end, e);
	if (dir < 0)
		return dir;
	for (;;) {
		int next;

		while (walk->path[end] == '/')
			end++;
		if (!walk->path[end])
			return give_fd(&dir);
		while (walk->path[end] && walk->path[end] != '/')
			end++;
		next = path_make_component(walk, dir, end, e);
		if (next < 0)
			return next;
		own_release_fd(&dir);
		dir = next;
	}
}

int path_make_dir_in_root(int root, const char *path, mode_t mode, struct err *e)
{
	struct path_walk walk = {root, path, mode, PATH_LINKS_MAX};

	return path_walk_make_dirs(&walk, e);
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

static int path_walk_make_file(const struct path_walk *walk, struct err *e)
{
	own_fd fd = path_openat2(walk->root, walk->path, O_PATH);
	own_fd parent = -1, made = -1;
	char target[PATH_MAX];
	struct path_walk linked = {walk->root, target, walk->mode, walk->links_left - 1};
	const char *name;

	if (fd >= 0)
		return give_fd(&fd);
	if (errno != ENOENT)
		return err_sys(e, "open '%s' in the root filesystem", walk->path);
	parent = path_open_parent_in_root(walk->root, walk->path, &name, e);
	if (parent < 0)
		return parent;
	made = openat(parent, name, O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_RDONLY | O_NONBLOCK, walk->mode);
	if (made >= 0)
		return path_open_in_root(walk->root, walk->path, O_PATH, e);
	if (errno != ELOOP)
		return err_sys(e, "make the file '%s' in the root filesystem", walk->path);
	if (path_read_link(walk, parent, strlen(walk->path), target, e) < 0)
		return -e->no;
	return path_walk_make_file(&linked, e);
}

int path_make_file_in_root(int root, const char *path, mode_t mode, struct err *e)
{
	struct path_walk walk = {root, path, mode, PATH_LINKS_MAX};

	return path_walk_make_file(&walk, e);
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
