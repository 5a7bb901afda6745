/* SPDX-License-Identifier: Apache-2.0 */
/* What libfuse calls, one function for each kind of request. For server.c alone. */
#pragma once

#define FUSE_USE_VERSION 312

#include "microvm/fs/share.h"

#include <fuse3/fuse_lowlevel.h>
#include <linux/fuse.h>

/* The user data of the session. */
struct operations {
	struct share *share;
	char *data; /* room for data_max bytes of an answer */
	size_t data_max;
	/* the request that is being served: libfuse does not hand on all that it says */
	const struct fuse_in_header *request;
};

extern const struct fuse_lowlevel_ops operations_table;
