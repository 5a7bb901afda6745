/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes. */
#pragma once

#include "microvm/fs/share.h"

#include <sys/types.h>

struct xattr {
	const char *name;
	const void *value;
	size_t length;
	int flags; /* of setxattr(2) */
};

/* The length of the value, or of the list of names; room 0 asks for the length alone. */
ssize_t xattr_get(struct share *share, uint64_t number, const char *name, void *to, size_t room);
ssize_t xattr_list(struct share *share, uint64_t number, void *to, size_t room);

int xattr_set(struct share *share, uint64_t number, const struct xattr *attribute);
int xattr_remove(struct share *share, uint64_t number, const char *name);
