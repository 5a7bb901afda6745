/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a filesystem that is attached nowhere yet (fsopen(2)). What the kernel has
 * to say about a bad parameter is in its context's log, not in errno: it goes into
 * the error.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

struct fs_context {
	int fd;
	const char *type; /* borrowed */
};

#define own_fs_context __attribute__((cleanup(fs_context_close))) struct fs_context

/* Opens a context for a filesystem of that type. */
int fs_context_open(struct fs_context *ret, const char *type, struct err *e);

/* Sets key=value, or the flag `key` where value is NULL. */
int fs_context_set(const struct fs_context *c, const char *key, const char *value, struct err *e);

/* Makes the filesystem and a detached mount of it with MOUNT_ATTR_* attributes. Returns its descriptor. */
int fs_context_mount(const struct fs_context *c, uint64_t attributes, struct err *e);

/* Takes up the filesystem that is mounted at fd, for new parameters (fspick(2)). */
int fs_context_pick(struct fs_context *ret, int fd, const char *type, struct err *e);

/* Applies the parameters that were set since fs_context_pick(). */
int fs_context_reconfigure(const struct fs_context *c, struct err *e);

void fs_context_close(struct fs_context *c);
