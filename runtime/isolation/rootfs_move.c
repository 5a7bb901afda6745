/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root filesystem without pivot_root(2).
 *
 * The host's tree stays in the mount namespace, under the service's root. No path leads
 * there, but the kernel lets a user namespace in the service mount a new proc or sysfs if
 * the mount namespace has one that is not covered: with the host's still there, the
 * service's masked paths would be worth nothing. So the host's go first.
 */
#include "base/fd.h"
#include "base/own.h"
#include "runtime/isolation/fs_context.h"
#include "runtime/isolation/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { MOUNTINFO_BYTES_MAX = 64 * 1024 * 1024 };

/* A line of /proc/self/mountinfo (proc(5)), as far as it matters here. */
struct mounted {
	unsigned long long id;
	char point[PATH_MAX];
	char type[16];
	bool shared; /* with other mount namespaces, the host's among them */
};

/* "\040" and its like stand for characters that would end a field. */
static void unescape(char *text)
{
	char *to = text;
	unsigned int octal;

	for (const char *from = text; *from; to++) {
		bool escaped = from[0] == '\\' && sscanf(from + 1, "%3o", &octal) == 1;

		*to = escaped ? (char)octal : *from;
		from += escaped ? 4 : 1;
	}
	*to = '\0';
}

static bool mounted_parse(const char *line, struct mounted *ret)
{
	const char *dash = strstr(line, " - "), *shared = strstr(line, " shared:");

	if (!dash || sscanf(dash, " - %15s", ret->type) != 1)
		return false;
	if (sscanf(line, "%llu %*s %*s %*s %4095s", &ret->id, ret->point) != 2)
		return false;
	unescape(ret->point);
	ret->shared = shared && shared < dash;
	return true;
}

/* The mount, if it is what one finds by its path. Mounts in the service's root have such paths as well. */
static int mounted_open(const struct mounted *mounted)
{
	own_fd fd = open(mounted->point, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct statx stx;

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0 || stx.stx_mnt_id != mounted->id)
		return -1;
	return give_fd(&fd);
}

/* What came from a more privileged namespace cannot be taken away, but covered. */
static int mounted_cover(const struct mounted *mounted, int fd, struct err *e)
{
	own_fs_context c = {0};
	own_fd cover = -1;

	if (fs_context_open(&c, "tmpfs", e) < 0)
		return -e->no;
	cover = fs_context_mount(&c, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, e);
	if (cover < 0)
		return cover;
	if (move_mount(cover, "", fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_sys(e, "cover the host's '%s'", mounted->point);
	return 0;
}

/* From here on what is unmounted below it is not unmounted on the host as well. */
static int mounted_isolate(const struct mounted *mounted, struct err *e)
{
	struct mount_attr attr = {.propagation = MS_SLAVE};
	own_fd fd = mounted->shared ? mounted_open(mounted) : -1;

	if (fd >= 0 && mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0)
		return err_sys(e, "set the propagation of the host's '%s'", mounted->point);
	return 0;
}

static int mounted_remove(const struct mounted *mounted, struct err *e)
{
	bool reveals = strcmp(mounted->type, "proc") == 0 || strcmp(mounted->type, "sysfs") == 0;
	own_fd fd = reveals ? mounted_open(mounted) : -1;

	if (fd < 0 || umount2(mounted->point, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		return 0;
	if (errno != EINVAL && errno != EPERM)
		return err_sys(e, "unmount the host's '%s'", mounted->point);
	return mounted_cover(mounted, fd, e);
}

/* Every line, the last first, because what was mounted later lies on top. */
static int mountinfo_walk(
	const struct text *mountinfo, int (*visit)(const struct mounted *, struct err *), struct err *e)
{
	size_t end = mountinfo->length;

	while (end > 0) {
		size_t start = end - 1;
		struct mounted mounted;

		while (start > 0 && mountinfo->data[start - 1] != '\n')
			start--;
		mountinfo->data[end - 1] = '\0';
		if (mounted_parse(mountinfo->data + start, &mounted) && visit(&mounted, e) < 0)
			return -e->no;
		mountinfo->data[end - 1] = '\n';
		end = start;
	}
	return 0;
}

int rootfs_move(int root, struct err *e)
{
	own_text mountinfo = {0};

	if (file_read(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_BYTES_MAX, &mountinfo, e) < 0)
		return -e->no;
	if (mountinfo_walk(&mountinfo, mounted_isolate, e) < 0 || mountinfo_walk(&mountinfo, mounted_remove, e) < 0)
		return err_ctx(e, "leaving the host's tree");
	return rootfs_chroot(root, e);
}
