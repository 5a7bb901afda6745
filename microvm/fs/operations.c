/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest. Callbacks of libfuse each translate one request, call the share and answer once. */
#include "microvm/fs/operations.h"

#include "microvm/fs/folder.h"
#include "microvm/fs/meta.h"
#include "microvm/fs/xattr.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>

static struct share *operation_share(fuse_req_t req)
{
	return ((struct operations *)fuse_req_userdata(req))->share;
}

static void operation_reply(fuse_req_t req, int r)
{
	(void)fuse_reply_err(req, -r); /* whoever is gone needs no answer, here and below: the loop sees it */
}

static struct fuse_entry_param operation_entry(const struct tree_entry *entry)
{
	return (struct fuse_entry_param){.ino = entry->number,
		.attr = entry->attr,
		.attr_timeout = SHARE_VALID_S,
		.entry_timeout = SHARE_VALID_S};
}

static void operation_reply_entry(fuse_req_t req, int r, const struct tree_entry *entry)
{
	const struct fuse_entry_param param = operation_entry(entry);

	if (r < 0)
		operation_reply(req, r);
	else
		(void)fuse_reply_entry(req, &param);
}

static void operation_reply_attr(fuse_req_t req, int r, const struct stat *attr)
{
	if (r < 0)
		operation_reply(req, r);
	else
		(void)fuse_reply_attr(req, attr, SHARE_VALID_S);
}

static void operation_reply_count(fuse_req_t req, ssize_t r)
{
	if (r < 0)
		operation_reply(req, (int)r);
	else
		(void)fuse_reply_write(req, (size_t)r);
}

static void operation_reply_data(fuse_req_t req, ssize_t r, const char *bytes)
{
	if (r < 0)
		operation_reply(req, (int)r);
	else
		(void)fuse_reply_buf(req, bytes, (size_t)r);
}

/* Of an extended attribute: where the guest gave no room it asks how much it takes. */
static void operation_reply_xattr(fuse_req_t req, ssize_t r, size_t room)
{
	const struct operations *on = fuse_req_userdata(req);

	if (r < 0 || room)
		operation_reply_data(req, r, on->data);
	else
		(void)fuse_reply_xattr(req, (size_t)r);
}

static void operation_reply_open(fuse_req_t req, int r, const struct fuse_file_info *file)
{
	if (r < 0)
		operation_reply(req, r);
	else
		(void)fuse_reply_open(req, file);
}

/* The fixed part of the request. */
static const void *operation_fixed(fuse_req_t req)
{
	return ((const struct operations *)fuse_req_userdata(req))->request + 1;
}

static struct share_caller operation_caller(fuse_req_t req)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);

	return (struct share_caller){.uid = ctx->uid, .gid = ctx->gid, .umask = ctx->umask};
}

static void operation_init(void *self, struct fuse_conn_info *conn)
{
	const struct operations *on = self;
	/* the mode's bits are masked here, where default ACLs are known; ACLs are the guest's kernel's to check */
	const unsigned int wanted = FUSE_CAP_DONT_MASK | FUSE_CAP_POSIX_ACL | FUSE_CAP_CACHE_SYMLINKS;
	/* the socket is not a pipe; set-id bits fall only where the guest says so (server.c); no ioctl is served */
	const unsigned int unwanted = FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
				      FUSE_CAP_HANDLE_KILLPRIV | FUSE_CAP_IOCTL_DIR;

	conn->want |= conn->capable & wanted;
	conn->want &= ~unwanted;
	conn->max_write = (unsigned int)on->data_max;
}

static void operation_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct tree_entry entry = {0};
	int r = tree_look_up(operation_share(req), &(struct tree_name){parent, name}, &entry);

	operation_reply_entry(req, r, &entry);
}

static void operation_forget(fuse_req_t req, fuse_ino_t number, uint64_t times)
{
	inode_forget(&operation_share(req)->inodes, number, times);
	fuse_reply_none(req);
}

static void operation_forget_multi(fuse_req_t req, size_t n, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < n; i++)
		inode_forget(&operation_share(req)->inodes, forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(req);
}

static void operation_getattr(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file)
{
	struct stat attr;
	int r = meta_get(operation_share(req), number, &attr);

	(void)file;
	operation_reply_attr(req, r, &attr);
}

static_assert(META_MODE == FUSE_SET_ATTR_MODE && META_UID == FUSE_SET_ATTR_UID && META_GID == FUSE_SET_ATTR_GID &&
		      META_SIZE == FUSE_SET_ATTR_SIZE && META_ATIME == FUSE_SET_ATTR_ATIME &&
		      META_MTIME == FUSE_SET_ATTR_MTIME && META_ATIME_NOW == FUSE_SET_ATTR_ATIME_NOW &&
		      META_MTIME_NOW == FUSE_SET_ATTR_MTIME_NOW,
	"the bits are FUSE's");

static void operation_setattr(fuse_req_t req, fuse_ino_t number, struct stat *to, int what, struct fuse_file_info *file)
{
	const struct fuse_setattr_in *in = operation_fixed(req);
	const struct meta_change change = {
		.what = (unsigned int)what | (in->valid & META_KILL), .to = to, .handle = file ? &file->fh : NULL};
	struct stat attr;
	int r = meta_set(operation_share(req), number, &change, &attr);

	operation_reply_attr(req, r, &attr);
}

static void operation_readlink(fuse_req_t req, fuse_ino_t number)
{
	char target[PATH_MAX];
	int r = tree_read_link(operation_share(req), number, target, sizeof target);

	if (r < 0)
		operation_reply(req, r);
	else
		(void)fuse_reply_readlink(req, target);
}

static void operation_make(fuse_req_t req, const struct tree_name *at, const struct tree_new *new)
{
	struct tree_entry entry = {0};
	int r = tree_make(operation_share(req), at, new, &entry);

	operation_reply_entry(req, r, &entry);
}

static void operation_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
	operation_make(req, &(struct tree_name){parent, name},
		&(struct tree_new){.caller = operation_caller(req), .mode = mode, .device = device});
}

static void operation_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	operation_make(req, &(struct tree_name){parent, name},
		&(struct tree_new){.caller = operation_caller(req), .mode = S_IFDIR | (mode & 07777)});
}

static void operation_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	operation_make(req, &(struct tree_name){parent, name},
		&(struct tree_new){.caller = operation_caller(req), .mode = S_IFLNK, .target = target});
}

static void operation_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	operation_reply(req, tree_remove(operation_share(req), &(struct tree_name){parent, name}, false));
}

static void operation_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	operation_reply(req, tree_remove(operation_share(req), &(struct tree_name){parent, name}, true));
}

static void operation_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
	const char *new_name, unsigned int flags)
{
	operation_reply(req, tree_rename(operation_share(req), &(struct tree_name){parent, name},
				     &(struct tree_name){new_parent, new_name}, flags));
}

static void operation_link(fuse_req_t req, fuse_ino_t number, fuse_ino_t new_parent, const char *new_name)
{
	struct tree_entry entry = {0};
	int r = tree_link(operation_share(req), number, &(struct tree_name){new_parent, new_name}, &entry);

	operation_reply_entry(req, r, &entry);
}

static void operation_open_file(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file)
{
	const struct fuse_open_in *in = operation_fixed(req);
	const struct content_way way = {.flags = file->flags, .kills = in->open_flags & FUSE_OPEN_KILL_SUIDGID};
	struct content_opened opened = {0};
	int r = content_open(operation_share(req), number, &way, &opened);

	file->fh = opened.handle;
	file->keep_cache = opened.seen;
	operation_reply_open(req, r, file);
}

static void operation_create(
	fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *file)
{
	const struct fuse_create_in *in = operation_fixed(req);
	const struct content_way way = {.flags = file->flags, .kills = in->open_flags & FUSE_OPEN_KILL_SUIDGID};
	const struct tree_new new = {.caller = operation_caller(req), .mode = mode};
	struct content_created made = {0};
	int r = content_create(operation_share(req), &(struct tree_name){parent, name}, &new, &way, &made);
	const struct fuse_entry_param entry = operation_entry(&made.entry);

	file->fh = made.handle;
	if (r < 0)
		operation_reply(req, r);
	else
		(void)fuse_reply_create(req, &entry, file);
}

/* What goes into an answer at most, of what is asked for. */
static size_t operation_room(const struct operations *on, size_t asked)
{
	return asked < on->data_max ? asked : on->data_max;
}

static void operation_read(fuse_req_t req, fuse_ino_t number, size_t size, off_t at, struct fuse_file_info *file)
{
	const struct operations *on = fuse_req_userdata(req);
	const struct content_part part = {file->fh, (uint64_t)at, operation_room(on, size)};

	(void)number;
	operation_reply_data(req, content_read(on->share, &part, on->data), on->data);
}

static void operation_write(
	fuse_req_t req, fuse_ino_t number, const char *bytes, size_t size, off_t at, struct fuse_file_info *file)
{
	const struct fuse_write_in *in = operation_fixed(req);
	const struct content_part part = {file->fh, (uint64_t)at, size};
	const unsigned int flags = (in->write_flags & FUSE_WRITE_CACHE ? CONTENT_MAPPED : 0U) |
				   (in->write_flags & FUSE_WRITE_KILL_SUIDGID ? CONTENT_KILLS : 0U);

	(void)number;
	operation_reply_count(req, content_write(operation_share(req), &part, bytes, flags));
}

static void operation_release(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file)
{
	(void)number;
	handle_remove(&operation_share(req)->handles, file->fh);
	operation_reply(req, 0);
}

static void operation_fsync(fuse_req_t req, fuse_ino_t number, int data_only, struct fuse_file_info *file)
{
	(void)number;
	operation_reply(req, content_sync(operation_share(req), file->fh, data_only));
}

static void operation_opendir(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *file)
{
	operation_reply_open(req, folder_open(operation_share(req), number, &file->fh), file);
}

/* The entries of one answer. */
struct operation_list {
	fuse_req_t req;
	char *to;
	size_t used, room;
	bool plus; /* each with what is known of it */
};

static bool operation_list_take(void *self, const struct folder_entry *entry)
{
	struct operation_list *list = self;
	const struct fuse_entry_param param = operation_entry(&entry->file);
	const size_t room = list->room - list->used;
	char *to = list->to + list->used;
	size_t n = list->plus ? fuse_add_direntry_plus(list->req, to, room, entry->name, &param, entry->next)
			      : fuse_add_direntry(list->req, to, room, entry->name, &param.attr, entry->next);

	if (n > room)
		return false;
	list->used += n;
	return true;
}

static void operation_list(fuse_req_t req, fuse_ino_t number, const struct content_part *part, bool plus)
{
	const struct operations *on = fuse_req_userdata(req);
	struct operation_list list = {
		.req = req, .to = on->data, .room = operation_room(on, part->length), .plus = plus};
	const struct folder_reader reader = {.take = operation_list_take, .self = &list, .look_up = plus};
	int r = folder_read(on->share, number, part, &reader);

	/* what was given is known to the guest, so it must hear of it whatever came after */
	operation_reply_data(req, list.used ? (ssize_t)list.used : r, list.to);
}

static void operation_readdir(fuse_req_t req, fuse_ino_t number, size_t size, off_t at, struct fuse_file_info *file)
{
	operation_list(req, number, &(struct content_part){file->fh, (uint64_t)at, size}, false);
}

static void operation_readdirplus(fuse_req_t req, fuse_ino_t number, size_t size, off_t at, struct fuse_file_info *file)
{
	operation_list(req, number, &(struct content_part){file->fh, (uint64_t)at, size}, true);
}

static void operation_statfs(fuse_req_t req, fuse_ino_t number)
{
	struct statvfs st;
	int r = meta_get_statfs(operation_share(req), number, &st);

	if (r < 0)
		operation_reply(req, r);
	else
		(void)fuse_reply_statfs(req, &st);
}

static void operation_setxattr(
	fuse_req_t req, fuse_ino_t number, const char *name, const char *value, size_t length, int flags)
{
	operation_reply(req, xattr_set(operation_share(req), number,
				     &(struct xattr){.name = name, .value = value, .length = length, .flags = flags}));
}

static void operation_getxattr(fuse_req_t req, fuse_ino_t number, const char *name, size_t room)
{
	const struct operations *on = fuse_req_userdata(req);
	ssize_t r = xattr_get(on->share, number, name, on->data, operation_room(on, room));

	operation_reply_xattr(req, r, room);
}

static void operation_listxattr(fuse_req_t req, fuse_ino_t number, size_t room)
{
	const struct operations *on = fuse_req_userdata(req);
	ssize_t r = xattr_list(on->share, number, on->data, operation_room(on, room));

	operation_reply_xattr(req, r, room);
}

static void operation_removexattr(fuse_req_t req, fuse_ino_t number, const char *name)
{
	operation_reply(req, xattr_remove(operation_share(req), number, name));
}

static void operation_fallocate(
	fuse_req_t req, fuse_ino_t number, int mode, off_t at, off_t length, struct fuse_file_info *file)
{
	const struct content_part part = {file->fh, (uint64_t)at, (uint64_t)length};

	(void)number;
	operation_reply(req, content_allocate(operation_share(req), &part, mode));
}

static void operation_lseek(fuse_req_t req, fuse_ino_t number, off_t at, int whence, struct fuse_file_info *file)
{
	int64_t found = at;
	int r = content_seek(operation_share(req), file->fh, whence, &found);

	(void)number;
	if (r < 0)
		operation_reply(req, r);
	else
		(void)fuse_reply_lseek(req, found);
}

static void operation_copy_file_range(fuse_req_t req, fuse_ino_t number, off_t at, struct fuse_file_info *file,
	fuse_ino_t to_number, off_t to, struct fuse_file_info *to_file, size_t length, int flags)
{
	const struct content_part from = {file->fh, (uint64_t)at, length};

	(void)number, (void)to_number;
	operation_reply_count(
		req, flags ? -EINVAL : content_copy(operation_share(req), &from, to_file->fh, (uint64_t)to));
}

/*
 * Not here: flush, for what the guest writes is written (it asks once and never again); locks, which are the guest's
 * kernel's among its processes; access, which it checks by modes and ACLs; ioctl, bmap, poll.
 */
const struct fuse_lowlevel_ops operations_table = {
	.init = operation_init,
	.lookup = operation_lookup,
	.forget = operation_forget,
	.forget_multi = operation_forget_multi,
	.getattr = operation_getattr,
	.setattr = operation_setattr,
	.readlink = operation_readlink,
	.mknod = operation_mknod,
	.mkdir = operation_mkdir,
	.symlink = operation_symlink,
	.unlink = operation_unlink,
	.rmdir = operation_rmdir,
	.rename = operation_rename,
	.link = operation_link,
	.open = operation_open_file,
	.create = operation_create,
	.read = operation_read,
	.write = operation_write,
	.release = operation_release,
	.fsync = operation_fsync,
	.opendir = operation_opendir,
	.readdir = operation_readdir,
	.readdirplus = operation_readdirplus,
	.releasedir = operation_release,
	.fsyncdir = operation_fsync,
	.statfs = operation_statfs,
	.setxattr = operation_setxattr,
	.getxattr = operation_getxattr,
	.listxattr = operation_listxattr,
	.removexattr = operation_removexattr,
	.fallocate = operation_fallocate,
	.lseek = operation_lseek,
	.copy_file_range = operation_copy_file_range,
};
