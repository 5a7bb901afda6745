/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/share.h"

#include "base/own.h"
#include "microvm/fs/component.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Half of the descriptors are for files that the guest has open. */
int share_open(struct share *ret, int top, size_t descriptors_max, struct err *e)
{
	*ret = (struct share){.top = top, .open_max = descriptors_max / 2, .settled_s = SHARE_SETTLED_S};
	int r = share_forget_all(ret);

	return r < 0 ? err_set(e, -r, "", "serve the shares: %s", strerror(-r)) : 0;
}

static void share_clear(struct share *share)
{
	if (share->inodes.top) {
		handles_close(&share->handles);
		inodes_close(&share->inodes);
	}
}

/* The numbers of the first share's files, the root filesystem's, are shown as they are. */
static void share_show_first(struct share *share)
{
	own_fd first = component_open(share->top, "0");
	struct attr_key key;
	struct stat st;

	if (first >= 0 && attr_read(first, &st, &key) == 0)
		(void)inodes_show(&share->inodes, key.device, key.number);
}

int share_forget_all(struct share *share)
{
	own_fd top = -1;
	int r;

	share_clear(share);
	top = fcntl(share->top, F_DUPFD_CLOEXEC, 0);
	if (top < 0)
		return -errno;
	r = inodes_open(&share->inodes, top, share->open_max);
	if (r < 0)
		return r;
	(void)give_fd(&top);
	handles_open(&share->handles);
	share_show_first(share);
	return 0;
}

void share_close(struct share *share)
{
	share_clear(share);
	*share = (struct share){.top = -1};
}

struct share_path share_path_of(int fd)
{
	struct share_path path;

	(void)snprintf(path.text, sizeof path.text, "%d", fd); /* fits */
	return path;
}

int share_take_to_change(struct share *share, uint64_t number, struct inode_use *ret)
{
	return number == INODE_TOP ? -EROFS : inode_take(&share->inodes, number, ret);
}

bool share_made_room(struct share *share, int r)
{
	return r == -EMFILE && inodes_spare(&share->inodes);
}

bool share_has_at_top(const char *name)
{
	return *name != '\0' && name[strspn(name, "0123456789")] == '\0';
}

int share_sync(struct share *share)
{
	int r = 0;

	for (int n = 0; r == 0; n++) {
		own_fd fd = openat(share->top, share_path_of(n).text, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

		if (fd < 0 && errno == ENOENT)
			return 0;
		/* a share that cannot be opened, a socket, has nothing to bring */
		r = fd >= 0 && syncfs(fd) < 0 ? -errno : 0;
	}
	return r;
}

int share_find(struct share *share, const struct inode_use *directory, const char *name)
{
	int fd;

	/* what else cloche-fs finds in its root (/proc) is not for the guest */
	if (directory->inode == share->inodes.top && !share_has_at_top(name))
		return -ENOENT;
	fd = component_open(directory->fd, name);
	return share_made_room(share, fd) ? component_open(directory->fd, name) : fd;
}
