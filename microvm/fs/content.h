/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of regular files. Nothing else is ever opened: the guest's kernel serves pipes and devices itself. */
#pragma once

#include "microvm/fs/tree.h"

#include <sys/types.h>

/*
 * How a file is opened. flags: of open(2), as the guest has them; those that make no sense here are left out. kills: by
 * somebody whose changing a file clears its set-id bits.
 */
struct content_way {
	int flags;
	bool kills;
};

struct content_opened {
	uint64_t handle;
	bool seen; /* the guest has had it open before, and it has not changed since: what it has cached is true */
};

int content_open(struct share *share, uint64_t number, const struct content_way *way, struct content_opened *ret);

struct content_created {
	struct tree_entry entry;
	uint64_t handle;
};

int content_create(struct share *share, const struct tree_name *at, const struct tree_new *new,
	const struct content_way *way, struct content_created *ret);

/* The same without a name, where nobody finds it (O_TMPFILE). */
int content_create_nameless(struct share *share, uint64_t directory, const struct tree_new *new,
	const struct content_way *way, struct content_created *ret);

/* A part of an open file. */
struct content_part {
	uint64_t handle;
	uint64_t at, length;
};

/* The number of bytes, fewer at the file's end. */
ssize_t content_read(struct share *share, const struct content_part *part, void *to);

enum content_write_flags {
	CONTENT_MAPPED =
		1 << 0, /* changed through a mapping: goes where it is, in a file that is open for appending too */
	CONTENT_KILLS = 1 << 1, /* as in struct content_way */
};

ssize_t content_write(struct share *share, const struct content_part *part, const void *from, unsigned int flags);

int content_sync(struct share *share, uint64_t handle, bool data_only);
int content_allocate(struct share *share, const struct content_part *part, int mode);
/* whence: SEEK_DATA or SEEK_HOLE; all else the guest's kernel knows itself. */
int content_seek(struct share *share, uint64_t handle, int whence, int64_t *at);
ssize_t content_copy(struct share *share, const struct content_part *from, uint64_t to_handle, uint64_t to_at);
