/* SPDX-License-Identifier: Apache-2.0 */
/* Which modules a distribution's kernel needs for a machine, from its modules.dep and modules.builtin (modules.dep(5)).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>

/* Relative to the tree, each after what it needs. */
struct module_order {
	size_t n, room;
	const char **paths; /* in the arena */
};

/* What an index of modules says, as texts. */
struct modules_index {
	const char *dep, *builtin;
};

/* The order for a machine. -ENOENT: one that is needed is neither there nor built in. Pure. */
int modules_order(const struct modules_index *index, struct arena *a, struct module_order *ret, struct err *e);

/* The same from the files of a tree. */
int modules_read(const char *tree, struct arena *a, struct module_order *ret, struct err *e);
