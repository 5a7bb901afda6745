/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest, and whoever changes the shares meanwhile: what is found is told by its descriptor, never by its
 * name. */
#include "microvm/fs/tree.h"

#include "base/own.h"
#include "microvm/fs/creds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Takes the O_PATH descriptor. */
static int tree_know(
	struct share *share, const struct inode_use *directory, const char *name, int fd, struct tree_entry *ret)
{
	own_fd mine = fd;
	struct attr_key key;
	int r = attr_read(fd, &ret->attr, &key);

	if (r < 0)
		return r;
	const struct inode_found found = {
		.directory = directory, .name = name, .fd = give_fd(&mine), .key = &key, .type = ret->attr.st_mode};
	ret->attr.st_ino = inodes_show(&share->inodes, key.device, key.number);
	return inode_know(&share->inodes, &found, &ret->number);
}

int tree_look_up_in(struct share *share, const struct inode_use *directory, const char *name, struct tree_entry *ret)
{
	int fd = share_find(share, directory, name);

	return fd < 0 ? fd : tree_know(share, directory, name, fd, ret);
}

int tree_look_up(struct share *share, const struct tree_name *at, struct tree_entry *ret)
{
	own_inode_use directory = {0};
	int r = inode_take(&share->inodes, at->directory, &directory);

	return r < 0 ? r : tree_look_up_in(share, &directory, at->name, ret);
}

int tree_tell(struct share *share, const struct inode_use *directory, const char *name, int fd, struct tree_entry *ret)
{
	int path = open(share_path_of(fd).text, O_PATH | O_CLOEXEC);

	return path < 0 ? -errno : tree_know(share, directory, name, path, ret);
}

/* What the guest knows of is now under this name, or, without one, under none. */
static void tree_moved(struct share *share, const struct inode_use *directory, const char *name, int fd)
{
	own_fd mine = fd;
	struct attr_key key;
	struct stat st;

	if (mine < 0 || attr_read(mine, &st, &key) < 0)
		return; /* it is gone again: who asks for it is told that it is stale */
	inode_moved(&share->inodes,
		&(struct inode_found){
			.directory = directory, .name = name, .fd = give_fd(&mine), .key = &key, .type = st.st_mode});
}

static int tree_make_node(int directory, const char *name, const struct tree_new *new)
{
	int r;

	if (S_ISDIR(new->mode))
		r = mkdirat(directory, name, new->mode & 07777);
	else if (S_ISLNK(new->mode))
		r = symlinkat(new->target, directory, name);
	else
		r = mknodat(directory, name, new->mode, new->device);
	return r < 0 ? -errno : 0;
}

int tree_make(struct share *share, const struct tree_name *at, const struct tree_new *new, struct tree_entry *ret)
{
	own_inode_use directory = {0};
	own_creds creds = {0};
	int r = share_take_to_change(share, at->directory, &directory);

	if (r == 0)
		r = creds_become(new->caller.uid, new->caller.gid, &creds);
	if (r < 0)
		return r;
	(void)umask(new->caller.umask);
	r = tree_make_node(directory.fd, at->name, new);
	creds_restore(&creds);
	return r < 0 ? r : tree_look_up_in(share, &directory, at->name, ret);
}

int tree_rename(struct share *share, const struct tree_name *from, const struct tree_name *to, unsigned int flags)
{
	own_inode_use source = {0}, target = {0};
	own_fd replaced = -1;
	int r = share_take_to_change(share, from->directory, &source);

	if (r == 0)
		r = share_take_to_change(share, to->directory, &target);
	if (r < 0)
		return r;
	replaced = share_find(share, &target, to->name); /* -ENOENT: nothing is */
	/* not by the C library, which takes another call where there are no flags */
	if (syscall(SYS_renameat2, source.fd, from->name, target.fd, to->name, flags) < 0)
		return -errno;
	tree_moved(share, &target, to->name, share_find(share, &target, to->name));
	if (flags & RENAME_EXCHANGE)
		tree_moved(share, &source, from->name, give_fd(&replaced));
	else
		tree_moved(share, NULL, NULL, give_fd(&replaced));
	return 0;
}

int tree_link(struct share *share, uint64_t number, const struct tree_name *to, struct tree_entry *ret)
{
	own_inode_use file = {0}, directory = {0};
	int r = share_take_to_change(share, number, &file);

	if (r == 0)
		r = share_take_to_change(share, to->directory, &directory);
	if (r < 0)
		return r;
	if (linkat(AT_FDCWD, share_path_of(file.fd).text, directory.fd, to->name, AT_SYMLINK_FOLLOW) < 0)
		return -errno;
	return tree_look_up_in(share, &directory, to->name, ret);
}

int tree_remove(struct share *share, const struct tree_name *at, bool directory)
{
	own_inode_use parent = {0};
	own_fd removed = -1;
	int r = share_take_to_change(share, at->directory, &parent);

	if (r < 0)
		return r;
	removed = share_find(share, &parent, at->name);
	if (unlinkat(parent.fd, at->name, directory ? AT_REMOVEDIR : 0) < 0)
		return -errno;
	tree_moved(share, NULL, NULL, give_fd(&removed));
	return 0;
}

int tree_read_link(struct share *share, uint64_t number, char *to, size_t room)
{
	own_inode_use link = {0};
	ssize_t length;
	int r = inode_take(&share->inodes, number, &link);

	if (r == 0 && !S_ISLNK(link.type))
		r = -EINVAL;
	if (r < 0)
		return r;
	length = readlinkat(link.fd, "", to, room - 1);
	if (length < 0)
		return -errno;
	to[length] = '\0';
	return 0;
}
