/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile root filesystem. See mount.h. */
#include "runtime/isolation/mount.h"

#include "base/own.h"
#include "base/path.h"
#include "runtime/isolation/fs_context.h"
#include "runtime/isolation/mount_copyup.h"
#include "runtime/isolation/mount_destination.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static int fail_at(const struct mount_request *r, const char *field, struct err *e)
{
	return err_at(e, "/mounts/%zu/%s", r->index, field);
}

/* One mount_setattr(2) on the mount that fd is, or on its whole tree. Nothing to do: no call. */
static int mount_set(int fd, bool tree, const struct mount_attributes *attributes, struct err *e)
{
	struct mount_attr attr = {.attr_set = attributes->set, .attr_clr = attributes->clear};

	if (!attr.attr_set && !attr.attr_clr)
		return 0;
	if (mount_setattr(fd, "", AT_EMPTY_PATH | (tree ? AT_RECURSIVE : 0U), &attr, sizeof attr) == 0)
		return 0;
	if (errno == EPERM)
		return err_set(e, EPERM, "mount-flags-locked",
			"set the mount's flags: Operation not permitted: what a more privileged user namespace has "
			"locked (ro, nosuid, nodev, noexec, atime) can be kept, but not changed");
	return err_sys(e, "set the mount's flags");
}

static int mount_set_idmap(const struct mount_request *r, int fd, int userns_fd, struct err *e)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (unsigned int)userns_fd};
	unsigned int flags = AT_EMPTY_PATH | (r->idmap == MOUNT_IDMAP_TREE ? AT_RECURSIVE : 0U);

	if (r->idmap == MOUNT_IDMAP_NONE)
		return 0;
	if (userns_fd < 0)
		return err_set(e, EINVAL, "idmap-without-namespace",
			"idmap '%s': the service has no user namespace and the mount no mappings of its own",
			r->source);
	if (mount_setattr(fd, "", flags, &attr, sizeof attr) < 0)
		return err_sys(e, "idmap '%s' (its filesystem must support it)", r->source);
	return 0;
}

static int mount_dress_source(const struct mount_request *r, int fd, int userns_fd, struct err *e)
{
	if (mount_set_idmap(r, fd, userns_fd, e) < 0 || mount_set(fd, true, &r->tree_attributes, e) < 0 ||
		mount_set(fd, false, &r->attributes, e) < 0)
		return -e->no;
	return 0;
}

int mount_open_source(const struct mount_request *r, int userns_fd, struct err *e)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (r->tree ? AT_RECURSIVE : 0U);
	own_fd fd = open_tree(AT_FDCWD, r->source, flags);

	if (fd < 0) {
		(void)err_sys(e, "open '%s', the source of the bind mount on '%s'", r->source, r->destination);
		return fail_at(r, "source", e);
	}
	if (mount_dress_source(r, fd, userns_fd, e) < 0) {
		(void)err_ctx(e, "bind '%s' on '%s'", r->source, r->destination);
		return fail_at(r, "options", e);
	}
	return give_fd(&fd);
}

static int filesystem_set_parameters(const struct mount_request *r, const struct fs_context *c, struct err *e)
{
	for (size_t i = 0; i < r->parameters_n; i++) {
		const struct mount_parameter *p = &r->parameters[i];

		if (fs_context_set(c, p->key, p->value, e) == 0)
			continue;
		if (p->option == MOUNT_PARAMETER_LABEL)
			return err_at(e, "/linux/mountLabel");
		return err_at(e, "/mounts/%zu/options/%zu", r->index, p->option);
	}
	/*
	 * A filesystem that is not the kernel's own invention must know itself that it is read-only: a disk, an
	 * overlay without an upper layer. The others are shared by mounts, of which only this one is meant.
	 */
	if (r->kind == MOUNT_FILESYSTEM && (r->attributes.set & MOUNT_ATTR_RDONLY))
		return fs_context_set(c, "ro", NULL, e);
	return 0;
}

static int filesystem_make(const struct mount_request *r, struct err *e)
{
	uint64_t attributes = r->attributes.set;
	own_fs_context c = {0};
	int result = fs_context_open(&c, r->type, e);

	if (mount_request_is_sealed_late(r))
		attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	if (result == 0 && r->source && r->source[0])
		result = fs_context_set(&c, "source", r->source, e);
	if (result == 0)
		result = filesystem_set_parameters(r, &c, e);
	return result == 0 ? fs_context_mount(&c, attributes, e) : result;
}

/* Filesystems that show a namespace: who does not own it is refused, and the kernel does not say why. */
static const char *const namespaces_needed[MOUNT_KIND_COUNT] = {
	[MOUNT_PROC] = "a new pid namespace, and a '/proc' outside that nothing covers",
	[MOUNT_SYSFS] = "a new network namespace, and a '/sys' outside that nothing covers",
	[MOUNT_MQUEUE] = "a new ipc namespace",
	[MOUNT_CGROUP] = "a new cgroup namespace",
};

static int make_fail(const struct mount_request *r, struct err *e)
{
	const char *needed = namespaces_needed[r->kind];

	if (e->no == EPERM && needed)
		(void)err_ctx(e, "mounting '%s' (in a user namespace it needs %s)", r->destination, needed);
	else
		(void)err_ctx(e, "mounting '%s'", r->destination);
	return err_at(e, "/mounts/%zu", r->index);
}

int mount_make(const struct mount_request *r, struct err *e)
{
	int fd;

	if (r->kind == MOUNT_BIND)
		return mount_open_source(r, -1, e);
	fd = filesystem_make(r, e);
	return fd < 0 ? make_fail(r, e) : fd;
}

static int mount_set_propagations(const struct mount_request *r, int fd, struct err *e)
{
	for (size_t i = 0; i < r->propagations_n; i++) {
		struct mount_attr attr = {.propagation = r->propagations[i].type};
		unsigned int flags = AT_EMPTY_PATH | (r->propagations[i].tree ? AT_RECURSIVE : 0U);

		if (mount_setattr(fd, "", flags, &attr, sizeof attr) < 0)
			return err_sys(e, "set the mount's propagation");
	}
	return 0;
}

static int mount_move(int fd, int destination, const struct mount_request *r, struct err *e)
{
	if (move_mount(fd, "", destination, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_sys(e, "attach the mount to '%s'", r->destination);
	return 0;
}

static int mount_attach_here(int root, const struct mount_request *r, int mount_fd, struct err *e)
{
	own_fd destination = -1;
	int result;

	/* first, because it must see whether there is a destination yet */
	if (r->kind == MOUNT_TMPFS && tmpfs_prepare(root, r, mount_fd, e) < 0)
		return -e->no;
	destination = mount_destination_open(root, r, mount_fd, e);
	if (destination < 0)
		return destination;
	result = mount_move(mount_fd, destination, r, e);
	if (result == 0)
		result = mount_set_propagations(r, mount_fd, e);
	return result == 0 ? mount_destination_verify(root, r, mount_fd, e) : result;
}

int mount_attach(int root, const struct mount_request *r, int mount_fd, struct err *e)
{
	if (mount_attach_here(root, r, mount_fd, e) == 0)
		return 0;
	(void)err_ctx(e, "mounting '%s'", r->destination);
	return err_at(e, "/mounts/%zu", r->index);
}

int mount_attach_at(int directory, const char *name, const struct mount_request *r, int mount_fd, struct err *e)
{
	if (move_mount(mount_fd, "", directory, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		(void)err_sys(e, "attach the mount to '%s'", name);
	else if (mount_set_propagations(r, mount_fd, e) == 0)
		return 0;
	(void)err_ctx(e, "mounting '%s'", r->destination);
	return err_at(e, "/mounts/%zu", r->index);
}

int mount_make_and_attach(int root, const struct mount_request *r, struct err *e)
{
	own_fd fd = mount_make(r, e);

	return fd < 0 ? fd : mount_attach(root, r, fd, e);
}

/* The mount that lies at the destination. Only a mount as a whole has options. */
static int mounted_open(int root, const struct mount_request *r, struct err *e)
{
	own_fd fd = path_open_in_root(root, r->destination, O_PATH, e);
	struct statx stx;

	if (fd < 0)
		return fd;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_MODE, &stx) < 0)
		return err_sys(e, "stat '%s'", r->destination);
	if (!(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return err_set(e, EINVAL, "not-a-mount", "nothing is mounted on '%s'", r->destination);
	return give_fd(&fd);
}

static int filesystem_reconfigure(const struct mount_request *r, int fd, struct err *e)
{
	own_fs_context c = {0};
	int result;

	if (r->parameters_n == 0)
		return 0;
	result = fs_context_pick(&c, fd, r->type, e);
	if (result == 0)
		result = filesystem_set_parameters(r, &c, e);
	return result == 0 ? fs_context_reconfigure(&c, e) : result;
}

int mount_remount(int root, const struct mount_request *r, struct err *e)
{
	own_fd fd = mounted_open(root, r, e);

	if (fd < 0 || filesystem_reconfigure(r, fd, e) < 0 || mount_set(fd, true, &r->tree_attributes, e) < 0 ||
		mount_set(fd, false, &r->attributes, e) < 0 || mount_set_propagations(r, fd, e) < 0) {
		(void)err_ctx(e, "remounting '%s'", r->destination);
		return err_at(e, "/mounts/%zu", r->index);
	}
	return 0;
}

int mount_seal(int root, const struct mount_request *r, struct err *e)
{
	own_fd fd = mounted_open(root, r, e);

	if (fd < 0 || mount_set(fd, false, &(struct mount_attributes){.set = MOUNT_ATTR_RDONLY}, e) < 0) {
		(void)err_ctx(e, "making '%s' read-only", r->destination);
		return err_at(e, "/mounts/%zu", r->index);
	}
	return 0;
}
