/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem. See dev.h. */
#include "runtime/isolation/dev.h"

#include "base/own.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A device as the system calls want it. */
struct node {
	const char *path;
	mode_t type, mode;
	dev_t number;
	uid_t uid;
	gid_t gid;
};

static const struct {
	const char *path;
	unsigned int major, minor;
} defaults[] = {
	{"/dev/null", 1, 3},
	{"/dev/zero", 1, 5},
	{"/dev/full", 1, 7},
	{"/dev/random", 1, 8},
	{"/dev/urandom", 1, 9},
	{"/dev/tty", 5, 0},
};

static const struct {
	const char *name, *target;
	const char *needs; /* only where the host has this file */
	bool replace;      /* whatever the root filesystem has there */
} links[] = {
	{"fd", "/proc/self/fd"},
	{"stdin", "/proc/self/fd/0"},
	{"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"},
	{"core", "/proc/kcore", .needs = "/proc/kcore"},
	/* devpts has an instance for each service: a node here would be another instance's */
	{"ptmx", "pts/ptmx", .replace = true},
};

static bool node_is(const struct node *node, const struct stat *st)
{
	return (st->st_mode & S_IFMT) == node->type && (node->type == S_IFIFO || st->st_rdev == node->number);
}

/* Gives what was there already the mode and owner that a new node would have. */
static int node_adopt(const struct node *node, int parent, const char *name, struct err *e)
{
	own_fd fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "stat '%s'", node->path);
	if (!node_is(node, &st))
		return err_set(e, EEXIST, "device-exists",
			"'%s' exists in the root filesystem and is not that device; remove it or mount a tmpfs on "
			"'/dev'",
			node->path);
	/* by the descriptor: a symlink put in its place meanwhile would lead to a file of the host */
	if ((st.st_mode & 07777) != node->mode && chmod(path_of_fd(fd).text, node->mode) < 0)
		return err_sys(e, "set the mode of '%s' to %04o", node->path, node->mode);
	return 0;
}

static int node_make_at(const struct node *node, int parent, const char *name, struct err *e)
{
	int made = mknodat(parent, name, node->type | node->mode, node->number);

	if (made < 0 && errno != EEXIST)
		return err_sys(e, "make the device '%s'", node->path);
	if (made < 0 && node_adopt(node, parent, name, e) < 0)
		return -e->no;
	if ((made < 0 || node->uid || node->gid) &&
		fchownat(parent, name, node->uid, node->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "give '%s' to %u:%u", node->path, node->uid, node->gid);
	return 0;
}

static int node_make(int root, const struct node *node, struct err *e)
{
	const char *name;
	own_fd parent = path_open_parent_in_root(root, node->path, &name, e);

	return parent < 0 ? parent : node_make_at(node, parent, name, e);
}

/* The host's node, detached. The path is the host's, but what matters is the number. */
static int node_open_on_host(const struct node *node, struct err *e)
{
	own_fd fd = open_tree(AT_FDCWD, node->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "open the host's device '%s'", node->path);
	if (!node_is(node, &st))
		return err_set(e, ENODEV, "device-differs",
			"the host's '%s' is not device %u:%u, and none can be made in a user namespace", node->path,
			major(node->number), minor(node->number));
	return give_fd(&fd);
}

/* Attaches to a file, made where it is missing; not to where a symlink leads. */
static int attach_to_file(int root, const char *path, int fd, struct err *e)
{
	own_fd made = path_make_file_in_root(root, path, 0644, e);
	own_fd target = made < 0 ? -1 : path_open_plain_in_root(root, path, O_PATH, e);

	if (made < 0 || target < 0)
		return -e->no;
	if (move_mount(fd, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_sys(e, "bind a device on '%s'", path);
	return 0;
}

static int node_bind(int root, const struct node *node, struct err *e)
{
	own_fd fd = node_open_on_host(node, e);

	return fd < 0 ? fd : attach_to_file(root, node->path, fd, e);
}

/* That one is there already, as the link to the service's own devpts: engines list all devices of the host. */
static bool node_is_ptmx(const struct node *node)
{
	return node->type == S_IFCHR && node->number == makedev(5, 2) && strcmp(node->path, "/dev/ptmx") == 0;
}

static int node_provide(int root, const struct node *node, enum dev_way way, struct err *e)
{
	if (node_is_ptmx(node))
		return 0;
	/* a fifo is no device: anybody may make one */
	if (way == DEV_MKNOD || node->type == S_IFIFO)
		return node_make(root, node, e);
	return node_bind(root, node, e);
}

static int link_make(int dev, size_t i, struct err *e)
{
	if (links[i].needs && access(links[i].needs, F_OK) < 0)
		return 0;
	if (links[i].replace && unlinkat(dev, links[i].name, 0) < 0 && errno != ENOENT)
		return err_sys(e, "remove '/dev/%s'", links[i].name);
	if (symlinkat(links[i].target, dev, links[i].name) < 0 && errno != EEXIST)
		return err_sys(e, "link '/dev/%s' to '%s'", links[i].name, links[i].target);
	return 0;
}

static int links_make(int root, struct err *e)
{
	own_fd dev = path_open_in_root(root, "/dev", O_PATH | O_DIRECTORY, e);
	int result = dev < 0 ? dev : 0;

	for (size_t i = 0; result == 0 && i < sizeof links / sizeof links[0]; i++)
		result = link_make(dev, i, e);
	return result;
}

static int defaults_make(int root, enum dev_way way, struct err *e)
{
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
		struct node node = {
			.path = defaults[i].path,
			.type = S_IFCHR,
			.mode = 0666,
			.number = makedev(defaults[i].major, defaults[i].minor),
		};

		if (node_provide(root, &node, way, e) < 0)
			return -e->no;
	}
	return links_make(root, e);
}

int dev_make_defaults(int root, enum dev_way way, struct err *e)
{
	mode_t old = umask(0); /* modes are the spec's, whoever called us */
	int result = defaults_make(root, way, e);

	(void)umask(old); /* cannot fail */
	return result;
}

static mode_t type_of(char type)
{
	return type == 'b' ? S_IFBLK : type == 'p' ? S_IFIFO : S_IFCHR;
}

int dev_make(int root, const struct spec_device *device, size_t index, enum dev_way way, struct err *e)
{
	struct node node = {
		.path = device->path,
		.type = type_of(device->type),
		.mode = device->file_mode.set ? (mode_t)device->file_mode.value & 07777 : 0666,
		.number = makedev((unsigned int)device->major.value, (unsigned int)device->minor.value),
		.uid = (uid_t)device->uid.value,
		.gid = (gid_t)device->gid.value,
	};

	mode_t old = umask(0); /* as in dev_make_defaults() */
	int result = node_provide(root, &node, way, e);

	(void)umask(old); /* cannot fail */
	return result < 0 ? err_at(e, "/linux/devices/%zu", index) : 0;
}

int dev_bind_console(int root, int pty, struct err *e)
{
	own_fd fd = open_tree(pty, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (fd < 0)
		return err_sys(e, "clone the terminal for '/dev/console'");
	return attach_to_file(root, "/dev/console", fd, e);
}
