/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of regular files. Nothing else is ever opened: the guest's kernel serves pipes and devices itself. */
#pragma once

#include "microvm/fs/tree.h"

#include <sys/types.h>

/*
 * How a file is opened. flags: of open(2), as the guest has them; those that make no sense here are left out. kills: by
 * somebody whose changing a file clears its set-id bits.
 */
struct file_way {
	int flags;
	bool kills;
};

int file_open(struct share *share, uint64_t number, const struct file_way *way, uint64_t *ret_handle);

struct file_created {
	struct tree_entry entry;
	uint64_t handle;
};

int file_create(struct share *share, const struct tree_name *at, const struct tree_new *new, const struct file_way *way,
	struct file_created *ret);

/* The same without a name, where nobody finds it (O_TMPFILE). */
int file_create_nameless(struct share *share, uint64_t directory, const struct tree_new *new,
	const struct file_way *way, struct file_created *ret);

/* A part of an open file. */
struct file_part {
	uint64_t handle;
	uint64_t at, length;
};

/* The number of bytes, fewer at the file's end. */
ssize_t file_read(struct share *share, const struct file_part *part, void *to);

enum file_write_flags {
	FILE_MAPPED =
		1 << 0,      /* changed through a mapping: goes where it is, in a file that is open for appending too */
	FILE_KILLS = 1 << 1, /* as in struct file_way */
};

ssize_t file_write(struct share *share, const struct file_part *part, const void *from, unsigned int flags);

int file_sync(struct share *share, uint64_t handle, bool data_only);
int file_allocate(struct share *share, const struct file_part *part, int mode);
/* whence: SEEK_DATA or SEEK_HOLE; all else the guest's kernel knows itself. */
int file_seek(struct share *share, uint64_t handle, int whence, int64_t *at);
ssize_t file_copy(struct share *share, const struct file_part *from, uint64_t to_handle, uint64_t to_at);
