/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a mount's `options` (OCI runtime-spec config.md, "Linux mount options").
 *
 * A word is either in the table below, where it means something to the runtime, or
 * a parameter for the filesystem ("size=64k"). Pure: nothing here makes a system call.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec_types.h"

enum mount_option_effect {
	MOUNT_OPTION_NOTHING,     /* the default, or a matter of mount(8) alone */
	MOUNT_OPTION_SET,         /* an attribute of the mount: bits are set */
	MOUNT_OPTION_CLEAR,       /* an attribute of the mount: bits are cleared */
	MOUNT_OPTION_ATIME,       /* the access time mode becomes bits */
	MOUNT_OPTION_ATIME_NOT,   /* the access time mode becomes the default where it is bits */
	MOUNT_OPTION_PROPAGATION, /* bits: MS_PRIVATE, MS_SHARED, MS_SLAVE or MS_UNBINDABLE */
	MOUNT_OPTION_FILESYSTEM,  /* a flag of the filesystem, whoever mounts it */
	MOUNT_OPTION_BIND,
	MOUNT_OPTION_REMOUNT,
	MOUNT_OPTION_COPY_UP, /* a tmpfs begins with what its destination holds */
	MOUNT_OPTION_IDMAP,
};

struct mount_option {
	const char *name;
	enum mount_option_effect effect;
	bool tree;     /* the mount and all mounts below it, not the mount alone */
	uint64_t bits; /* MOUNT_ATTR_* or MS_*, as the effect says */
};

/* The option of that name (`length` bytes, no NUL needed), or NULL: a filesystem's own. */
const struct mount_option *mount_option_find(const char *name, size_t length);

/* The names of the table's options, in the order of the alphabet. -ENOMEM is the only failure. */
int mount_options_names(struct arena *a, struct strings *ret, struct err *e);
