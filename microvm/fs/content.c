/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest. */
#include "microvm/fs/content.h"

#include "base/own.h"
#include "microvm/fs/creds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/uio.h>
#include <time.h>

/*
 * What of the guest's flags means something for the host's file. O_APPEND does not: the descriptor also serves what the
 * guest writes through mappings; appending is asked for write by write. O_DIRECT does not either: it keeps the guest's
 * cache out of the way, and the host's, which all others look through, stays.
 */
enum { CONTENT_FLAGS = O_ACCMODE | O_TRUNC | O_SYNC | O_NOATIME };

static int content_add(struct share *share, int fd, int flags, uint64_t *ret_handle)
{
	return handle_add(&share->handles, fd, flags & O_APPEND, ret_handle);
}

static int content_try_open(const struct inode_use *file, const struct content_way *way)
{
	own_creds creds = {0};
	int r = way->kills && way->flags & O_TRUNC ? creds_drop_fsetid(&creds) : 0;
	int fd = r < 0 ? -1 : open(share_path_of(file->fd).text, (way->flags & CONTENT_FLAGS) | O_CLOEXEC);

	if (r < 0)
		return r;
	return fd < 0 ? -errno : fd;
}

static bool content_is_seen(const struct share *share, const struct inode_use *file, int fd)
{
	struct inode_contents contents = {0};
	struct timespec now;
	struct stat st;

	if (fstat(fd, &st) == 0 && clock_gettime(CLOCK_REALTIME_COARSE, &now) == 0 &&
		now.tv_sec - st.st_ctim.tv_sec >= share->settled_s)
		contents = (struct inode_contents){.changed = st.st_ctim, .size = st.st_size};
	return inode_sees(file, &contents) && contents.changed.tv_sec;
}

int content_open(struct share *share, uint64_t number, const struct content_way *way, struct content_opened *ret)
{
	own_inode_use file = {0};
	int fd, r = inode_take(&share->inodes, number, &file);

	if (r == 0 && !S_ISREG(file.type))
		r = S_ISDIR(file.type) ? -EISDIR : -ENXIO;
	if (r < 0)
		return r;
	fd = content_try_open(&file, way);
	if (share_made_room(share, fd))
		fd = content_try_open(&file, way);
	if (fd < 0)
		return fd;
	ret->seen = content_is_seen(share, &file, fd);
	return content_add(share, fd, way->flags, &ret->handle);
}

/* A new file of the caller's. flags: those of the guest that stay, and how it is made. */
static int content_make(const struct inode_use *directory, const char *name, const struct tree_new *new, int flags)
{
	own_creds creds = {0};
	int fd, r = creds_become(new->caller.uid, new->caller.gid, &creds);

	if (r < 0)
		return r;
	(void)umask(new->caller.umask);
	fd = openat(directory->fd, name, flags | O_NOFOLLOW | O_CLOEXEC, new->mode & 07777);
	return fd < 0 ? -errno : fd;
}

/* The guest is not told of a file that it then cannot have open. */
static int content_settle(struct share *share, int r, const struct content_created *created)
{
	if (r < 0)
		inode_forget(&share->inodes, created->entry.number, 1);
	return r;
}

/* Somebody else has made it meanwhile, and the guest does not mind. */
static int content_open_existing(
	struct share *share, const struct tree_name *at, const struct content_way *way, struct content_created *ret)
{
	struct content_opened opened = {0};
	int r = tree_look_up(share, at, &ret->entry);

	if (r < 0)
		return r;
	r = content_open(share, ret->entry.number, way, &opened);
	ret->handle = opened.handle;
	return content_settle(share, r, ret);
}

/* Makes it, and tells of it by its descriptor. -EEXIST. */
static int content_make_and_tell(struct share *share, const struct tree_name *at, const struct tree_new *new, int flags,
	struct content_created *ret)
{
	const bool nameless = (flags & O_TMPFILE) == O_TMPFILE;
	own_inode_use directory = {0};
	own_fd fd = -1;
	int r = share_take_to_change(share, at->directory, &directory);

	if (r < 0)
		return r;
	fd = content_make(&directory, at->name, new, flags);
	if (share_made_room(share, fd))
		fd = content_make(&directory, at->name, new, flags);
	r = fd < 0 ? fd : tree_tell(share, &directory, nameless ? NULL : at->name, fd, &ret->entry);
	return r < 0 ? r : give_fd(&fd);
}

int content_create(struct share *share, const struct tree_name *at, const struct tree_new *new,
	const struct content_way *way, struct content_created *ret)
{
	const int flags = (way->flags & CONTENT_FLAGS) | O_CREAT | O_EXCL;
	int fd = content_make_and_tell(share, at, new, flags, ret);

	if (fd == -EEXIST && !(way->flags & O_EXCL))
		return content_open_existing(share, at, way, ret);
	return fd < 0 ? fd : content_settle(share, content_add(share, fd, way->flags, &ret->handle), ret);
}

int content_create_nameless(struct share *share, uint64_t directory, const struct tree_new *new,
	const struct content_way *way, struct content_created *ret)
{
	/* O_EXCL: nor will it ever have one */
	const int flags = (way->flags & (CONTENT_FLAGS | O_EXCL)) | O_TMPFILE;
	int fd = content_make_and_tell(share, &(struct tree_name){directory, "."}, new, flags, ret);

	return fd < 0 ? fd : content_settle(share, content_add(share, fd, way->flags, &ret->handle), ret);
}

/* Only a file that has set-id bits can lose them. */
static int content_kill(int fd, struct creds_change *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	return st.st_mode & (S_ISUID | S_ISGID) ? creds_drop_fsetid(ret) : 0;
}

ssize_t content_read(struct share *share, const struct content_part *part, void *to)
{
	own_handle_use file = {0};
	int r = handle_take(&share->handles, part->handle, &file);
	ssize_t n = r < 0 ? r : pread(file.fd, to, part->length, (off_t)part->at);

	return r == 0 && n < 0 ? -errno : n;
}

ssize_t content_write(struct share *share, const struct content_part *part, const void *from, unsigned int flags)
{
	const struct iovec bytes = {.iov_base = (void *)(uintptr_t)from, .iov_len = part->length};
	own_handle_use file = {0};
	own_creds creds = {0};
	int r = handle_take(&share->handles, part->handle, &file);
	ssize_t n;

	if (r == 0 && flags & CONTENT_KILLS)
		r = content_kill(file.fd, &creds);
	if (r < 0)
		return r;
	n = pwritev2(file.fd, &bytes, 1, (off_t)part->at, file.append && !(flags & CONTENT_MAPPED) ? RWF_APPEND : 0);
	return n < 0 ? -errno : n;
}

int content_sync(struct share *share, uint64_t handle, bool data_only)
{
	own_handle_use file = {0};
	int r = handle_take(&share->handles, handle, &file);

	if (r < 0)
		return r;
	return (data_only ? fdatasync(file.fd) : fsync(file.fd)) < 0 ? -errno : 0;
}

/* Of this and of copying FUSE does not say by whom: set-id bits fall for everybody. */
int content_allocate(struct share *share, const struct content_part *part, int mode)
{
	own_handle_use file = {0};
	own_creds creds = {0};
	int r = handle_take(&share->handles, part->handle, &file);

	if (r == 0)
		r = content_kill(file.fd, &creds);
	if (r < 0)
		return r;
	return fallocate(file.fd, mode, (off_t)part->at, (off_t)part->length) < 0 ? -errno : 0;
}

int content_seek(struct share *share, uint64_t handle, int whence, int64_t *at)
{
	own_handle_use file = {0};
	off_t found;
	int r = whence == SEEK_DATA || whence == SEEK_HOLE ? handle_take(&share->handles, handle, &file) : -EINVAL;

	if (r < 0)
		return r;
	found = lseek(file.fd, *at, whence);
	if (found < 0)
		return -errno;
	*at = found;
	return 0;
}

ssize_t content_copy(struct share *share, const struct content_part *from, uint64_t to_handle, uint64_t to_at)
{
	own_handle_use source = {0}, target = {0};
	own_creds creds = {0};
	loff_t in = (loff_t)from->at, out = (loff_t)to_at;
	int r = handle_take(&share->handles, from->handle, &source);
	ssize_t n;

	if (r == 0)
		r = handle_take(&share->handles, to_handle, &target);
	if (r == 0)
		r = content_kill(target.fd, &creds);
	if (r < 0)
		return r;
	/* the answer has 32 bits, and one request must not hold up all others for long */
	n = copy_file_range(source.fd, &in, target.fd, &out, from->length < INT_MAX ? from->length : INT_MAX, 0);
	return n < 0 ? -errno : n;
}
