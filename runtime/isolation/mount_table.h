/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts that a process sees, from its mountinfo (proc_pid_mountinfo(5)). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct mount_entry {
	uint64_t id;
	const char *root, *point; /* in its filesystem; below the process's root */
	const char *type;         /* of the filesystem */
};

struct mount_table {
	size_t n, room;
	struct mount_entry *items; /* in the arena */
};

/* Reads mountinfo's text. */
int mount_table_parse(const char *text, struct arena *a, struct mount_table *ret, struct err *e);

int mount_table_of(pid_t pid, struct arena *a, struct mount_table *ret, struct err *e);

/* The mount of that number; NULL: it is not the process's. */
const struct mount_entry *mount_table_find(const struct mount_table *table, uint64_t id);
