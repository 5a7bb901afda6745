/* SPDX-License-Identifier: Apache-2.0 */
/* A file's attributes, and its file system's. */
#pragma once

#include "microvm/fs/share.h"

enum meta_what {
	META_MODE = 1 << 0,
	META_UID = 1 << 1,
	META_GID = 1 << 2,
	META_SIZE = 1 << 3,
	META_ATIME = 1 << 4,
	META_MTIME = 1 << 5,
	META_ATIME_NOW = 1 << 7,
	META_MTIME_NOW = 1 << 8,
	META_KILL = 1 << 11, /* with META_SIZE: by somebody whose changing the file clears its set-id bits */
};

struct meta_change {
	unsigned int what; /* of enum meta_what, whose bits are those of FUSE (linux/fuse.h, FATTR_*) */
	const struct stat *to;
	const uint64_t *handle; /* the file is open under that number; NULL: not known to be */
};

int meta_get(struct share *share, uint64_t number, struct stat *ret);
int meta_set(struct share *share, uint64_t number, const struct meta_change *change, struct stat *ret);
int meta_get_statfs(struct share *share, uint64_t number, struct statvfs *ret);
