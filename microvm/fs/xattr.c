/* SPDX-License-Identifier: Apache-2.0 */
/* Faces the guest: it may read all attributes, and change those that are its own business. */
#include "microvm/fs/xattr.h"

#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

/* What a guest may change; a row that ends in '.' stands for all that begin with it. */
static const char *const xattr_changeable[] = {
	"user.",                    /* of whoever may write the file */
	"security.capability",      /* of a program: the guest's kernel grants it, as the host's would to a service */
	"system.posix_acl_access",  /* permissions, as the mode is */
	"system.posix_acl_default", /* the same, of what is made in a directory */
};

static bool xattr_matches(const char *name, const char *row)
{
	const size_t length = strlen(row);

	return row[length - 1] == '.' ? strncmp(name, row, length) == 0 : strcmp(name, row) == 0;
}

/* Labels of security modules and what the host's own overlays keep (trusted.) are the host's. */
static bool xattr_may_change(const char *name)
{
	for (size_t i = 0; i < sizeof xattr_changeable / sizeof xattr_changeable[0]; i++)
		if (xattr_matches(name, xattr_changeable[i]))
			return true;
	return false;
}

/* FUSE_POSIX_ACL: to the guest's kernel a file system without ACLs is one of which no file has any, not one that fails.
 */
static int xattr_none(const char *name, int no)
{
	return no == EOPNOTSUPP && strncmp(name, "system.posix_acl_", strlen("system.posix_acl_")) == 0 ? ENODATA : no;
}

ssize_t xattr_get(struct share *share, uint64_t number, const char *name, void *to, size_t room)
{
	own_inode_use file = {0};
	ssize_t r = inode_take(&share->inodes, number, &file);

	if (r < 0)
		return r;
	r = getxattr(share_path_of(file.fd).text, name, to, room);
	return r < 0 ? -xattr_none(name, errno) : r;
}

ssize_t xattr_list(struct share *share, uint64_t number, void *to, size_t room)
{
	own_inode_use file = {0};
	ssize_t r = inode_take(&share->inodes, number, &file);

	if (r < 0)
		return r;
	r = listxattr(share_path_of(file.fd).text, to, room);
	return r < 0 ? -errno : r;
}

int xattr_set(struct share *share, uint64_t number, const struct xattr *a)
{
	own_inode_use file = {0};
	int r = xattr_may_change(a->name) ? share_take_to_change(share, number, &file) : -EOPNOTSUPP;

	if (r < 0)
		return r;
	return setxattr(share_path_of(file.fd).text, a->name, a->value, a->length, a->flags) < 0 ? -errno : 0;
}

int xattr_remove(struct share *share, uint64_t number, const char *name)
{
	own_inode_use file = {0};
	int r = xattr_may_change(name) ? share_take_to_change(share, number, &file) : -EOPNOTSUPP;

	if (r < 0)
		return r;
	return removexattr(share_path_of(file.fd).text, name) < 0 ? -errno : 0;
}
