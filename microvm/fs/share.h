/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cloche-fs serves: the directory `top`, in which the names that are numbers are the shares.
 *
 * The parts of a share each have their file: tree.h (names), meta.h (attributes), content.h and folder.h (contents),
 * xattr.h. Their functions are what the guest asks for, with nothing of FUSE's byte formats in them, and return 0 or
 * a negative errno, which is what the guest is answered: there is nobody to read an error's text.
 *
 * Names are single components (message.h). A symbolic link is an object like any other and never followed.
 * Everything else is reached by an O_PATH descriptor of its own: where a system call wants a path, it is the
 * descriptor's number, for the working directory is /proc/self/fd.
 */
#pragma once

#include "base/err.h"
#include "microvm/fs/handle.h"
#include "microvm/fs/inode.h"

/*
 * How long the guest takes an answer for true, in seconds. The host may change the shares, too: this is how late the
 * guest may see it. What is not there is asked for each time.
 */
enum { SHARE_VALID_S = 1 };

/*
 * A change within the same tick of a file system's clock as one before would leave the time as it is. So contents that
 * are younger than this, in seconds, are never taken for those that the guest has seen.
 */
enum { SHARE_SETTLED_S = 2 };

struct share {
	struct inodes inodes;
	struct handles handles;
	int top; /* borrowed */
	size_t open_max;
	int settled_s;
};

/* Who asks, where a file is made: it becomes theirs. */
struct share_caller {
	uid_t uid;
	gid_t gid;
	mode_t umask;
};

/* `top`: an O_PATH descriptor, borrowed. descriptors_max: how many the process may have, for all that the guest opens.
 */
int share_open(struct share *ret, int top, size_t descriptors_max, struct err *e);
void share_close(struct share *share);

/* The guest knows of no file and has none open, as at the beginning. */
int share_forget_all(struct share *share);

/* The path of a descriptor, for system calls that want one. */
struct share_path {
	char text[12];
};

struct share_path share_path_of(int fd);

/* inode_take() of something that is to be changed: -EROFS for the top. */
int share_take_to_change(struct share *share, uint64_t number, struct inode_use *ret);

/* An O_PATH descriptor of what a directory in use has under that name; makes room for it where it has to. */
int share_find(struct share *share, const struct inode_use *directory, const char *name);

/* Brings all that was written to the disks of all shares. */
int share_sync(struct share *share);

/* Whether the top shows this name. */
bool share_has_at_top(const char *name);

/* Whether the descriptor could not be had for want of room, and now there is some. */
bool share_made_room(struct share *share, int r);
