/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/meta.h"

#include "base/own.h"
#include "microvm/fs/creds.h"

#include <errno.h>
#include <fcntl.h>

static int meta_read(struct share *share, int fd, struct stat *ret)
{
	struct attr_key key;
	int r = attr_read(fd, ret, &key);

	if (r == 0)
		ret->st_ino = inodes_show(&share->inodes, key.device, key.number);
	return r;
}

int meta_get(struct share *share, uint64_t number, struct stat *ret)
{
	own_inode_use file = {0};
	int r = inode_take(&share->inodes, number, &file);

	return r < 0 ? r : meta_read(share, file.fd, ret);
}

static int meta_set_owner(int fd, const struct meta_change *change)
{
	const uid_t uid = change->what & META_UID ? change->to->st_uid : (uid_t)-1;
	const gid_t gid = change->what & META_GID ? change->to->st_gid : (gid_t)-1;

	return fchownat(fd, "", uid, gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

static int meta_set_mode(int fd, const struct meta_change *change)
{
	return fchmodat(AT_FDCWD, share_path_of(fd).text, change->to->st_mode & 07777, 0) < 0 ? -errno : 0;
}

static int meta_truncate(int fd, const struct meta_change *change)
{
	own_creds creds = {0};
	int r = change->what & META_KILL ? creds_drop_fsetid(&creds) : 0;

	if (r < 0)
		return r;
	return ftruncate(fd, change->to->st_size) < 0 ? -errno : 0;
}

/* By the guest's own open file where it has one: it may be open though its mode forbids it by now. */
static int meta_set_size(struct share *share, const struct inode_use *file, const struct meta_change *change)
{
	own_handle_use handle = {0};
	own_fd opened = -1;
	int r;

	if (!S_ISREG(file->type))
		return S_ISDIR(file->type) ? -EISDIR : -EINVAL;
	if (change->handle) {
		r = handle_take(&share->handles, *change->handle, &handle);
		return r < 0 ? r : meta_truncate(handle.fd, change);
	}
	opened = open(share_path_of(file->fd).text, O_WRONLY | O_CLOEXEC);
	return opened < 0 ? -errno : meta_truncate(opened, change);
}

static struct timespec meta_time(unsigned int what, enum meta_what now, enum meta_what given, struct timespec time)
{
	if (what & now)
		return (struct timespec){.tv_nsec = UTIME_NOW};
	return what & given ? time : (struct timespec){.tv_nsec = UTIME_OMIT};
}

static int meta_set_times(int fd, const struct meta_change *change)
{
	const struct timespec times[] = {
		meta_time(change->what, META_ATIME_NOW, META_ATIME, change->to->st_atim),
		meta_time(change->what, META_MTIME_NOW, META_MTIME, change->to->st_mtim),
	};

	return utimensat(fd, "", times, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

/* The owner first and the mode after the size: both clear the set-id bits that the mode may say. Times last. */
static int meta_set_all(struct share *share, const struct inode_use *file, const struct meta_change *change)
{
	int r = 0;

	if (change->what & (META_UID | META_GID))
		r = meta_set_owner(file->fd, change);
	if (r == 0 && change->what & META_SIZE)
		r = meta_set_size(share, file, change);
	if (r == 0 && change->what & META_MODE)
		r = meta_set_mode(file->fd, change);
	if (r == 0 && change->what & (META_ATIME | META_MTIME | META_ATIME_NOW | META_MTIME_NOW))
		r = meta_set_times(file->fd, change);
	return r;
}

int meta_set(struct share *share, uint64_t number, const struct meta_change *change, struct stat *ret)
{
	own_inode_use file = {0};
	int r = share_take_to_change(share, number, &file);

	if (r == 0)
		r = meta_set_all(share, &file, change);
	return r < 0 ? r : meta_read(share, file.fd, ret);
}

int meta_get_statfs(struct share *share, uint64_t number, struct statvfs *ret)
{
	own_inode_use file = {0};
	int r = inode_take(&share->inodes, number, &file);

	if (r < 0)
		return r;
	return fstatvfs(file.fd, ret) < 0 ? -errno : 0;
}
