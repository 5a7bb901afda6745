/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/microvm_disks.h"

#include "base/own.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* Whether the guest's kernel has it is the guest's to say. */
static const char *const disk_types[] = {
	"ext2",
	"ext3",
	"ext4",
	"xfs",
	"btrfs",
	"f2fs",
	"vfat",
	"exfat",
	"erofs",
	"squashfs",
	"iso9660",
};

bool microvm_disk_is_needed(const struct mount_request *request)
{
	if (request->kind != MOUNT_FILESYSTEM)
		return false;
	for (size_t i = 0; i < sizeof disk_types / sizeof *disk_types; i++)
		if (strcmp(request->type, disk_types[i]) == 0)
			return true;
	return false;
}

const char *microvm_disk_device(size_t number, struct arena *a)
{
	return arena_format(a, "/dev/vd%c", (char)('a' + number));
}

/* A pipe would block who opens it, and a device may do what it likes: so it is looked at before. */
static int disk_look(const char *path, struct err *e)
{
	own_fd fd = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "open the disk '%s'", path);
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(e, EINVAL, "not-a-disk",
			"'%s' is neither an image file nor a block device: give it the type 'bind'", path);
	return give_fd(&fd);
}

static int disk_lock(int fd, bool read_only, const char *path, struct err *e)
{
	if (flock(fd, (read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_sys(e, "lock the disk '%s'", path);
	return err_set(e, EBUSY, "disk-in-use",
		"the disk '%s' is in use: two kernels cannot write one filesystem, but many can read it with the "
		"option 'ro'",
		path);
}

static int disk_open(const char *path, bool read_only, struct microvm_disk *ret, struct err *e)
{
	own_fd found = disk_look(path, e), fd = -1;
	int r;

	if (found < 0)
		return found;
	fd = open(path_of_fd(found).text, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open the disk '%s'", path);
	r = disk_lock(fd, read_only, path, e);
	if (r == 0)
		*ret = (struct microvm_disk){.fd = give_fd(&fd), .read_only = read_only};
	return r;
}

static int disk_add(const struct mount_request *request, const char *path, struct microvm_disks *ret, struct err *e)
{
	bool read_only = request->attributes.set & MOUNT_ATTR_RDONLY;
	int r;

	if (!path)
		return err_nomem(e);
	if (ret->n == MICROVM_DISKS_MAX)
		r = err_set(e, E2BIG, "too-many-disks", "a machine has at most %d disks", MICROVM_DISKS_MAX);
	else
		r = disk_open(path, read_only, &ret->items[ret->n], e);
	if (r < 0)
		return err_at(e, "/mounts/%zu/source", request->index);
	ret->n++;
	return 0;
}

int microvm_disks_open(const struct spec *spec, const char *bundle, struct microvm_disks *ret, struct err *e)
{
	own_arena arena = {0};
	int r = 0;

	for (size_t i = 0; i < spec->mounts_n && r == 0; i++) {
		struct mount_request request = {0};
		const char *source;

		r = mount_request_from_spec(&spec->mounts[i], i, &arena, &request, e);
		if (r < 0 || !microvm_disk_is_needed(&request))
			continue;
		source = request.source ? request.source : "";
		r = disk_add(
			&request, source[0] == '/' ? source : arena_format(&arena, "%s/%s", bundle, source), ret, e);
	}
	return r;
}

void microvm_disks_close(struct microvm_disks *disks)
{
	for (size_t i = 0; i < disks->n; i++)
		own_release_fd(&disks->items[i].fd);
	disks->n = 0;
}
