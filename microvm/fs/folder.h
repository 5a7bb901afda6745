/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of directories. */
#pragma once

#include "microvm/fs/content.h"

int folder_open(struct share *share, uint64_t number, uint64_t *ret_handle);

struct folder_entry {
	const char *name;
	off_t next;             /* where the entry after this one is */
	struct tree_entry file; /* number 0: only its type and inode number are told */
};

/* Who takes the entries; false: it has no room for this one. */
struct folder_reader {
	bool (*take)(void *self, const struct folder_entry *entry);
	void *self;
	bool look_up; /* each is looked up, too: the guest then knows it */
};

/* Gives entries from part->at on, part->length bytes of them at most. None: the directory's end. */
int folder_read(
	struct share *share, uint64_t number, const struct content_part *part, const struct folder_reader *reader);
