/* SPDX-License-Identifier: Apache-2.0 */
/* Names and what is under them: looking up, making, linking, renaming, removing. */
#pragma once

#include "microvm/fs/share.h"

#include <sys/types.h>

struct tree_name {
	uint64_t directory;
	const char *name;
};

/* What the guest is told of a file that it then knows once more. */
struct tree_entry {
	uint64_t number;
	struct stat attr;
};

int tree_look_up(struct share *share, const struct tree_name *at, struct tree_entry *ret);

/* The same by a directory in use: one request may look up much in it. */
int tree_look_up_in(struct share *share, const struct inode_use *directory, const char *name, struct tree_entry *ret);

/* A file that is not there yet. */
struct tree_new {
	struct share_caller caller;
	mode_t mode; /* with its type */
	dev_t device;
	const char *target; /* of a symbolic link */
};

int tree_make(struct share *share, const struct tree_name *at, const struct tree_new *new, struct tree_entry *ret);

/* flags: of renameat2(2). */
int tree_rename(struct share *share, const struct tree_name *from, const struct tree_name *to, unsigned int flags);
int tree_link(struct share *share, uint64_t number, const struct tree_name *to, struct tree_entry *ret);
int tree_remove(struct share *share, const struct tree_name *at, bool directory);

/* Tells of a file in that directory by a descriptor of any kind, which stays the caller's. */
int tree_tell(struct share *share, const struct inode_use *directory, const char *name, int fd, struct tree_entry *ret);

/* The target, with its NUL. */
int tree_read_link(struct share *share, uint64_t number, char *to, size_t room);
