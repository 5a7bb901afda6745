/* SPDX-License-Identifier: Apache-2.0 */
/* What the disk behind a block device is: found out once, when it is made. */
#pragma once

#include "base/err.h"
#include "runtime/proto/machine.h"

struct block_size {
	uint64_t bytes;
	uint32_t block_bytes; /* what a transfer is a multiple of */
};

/* -EINVAL: fd is no disk, cannot be written as it is wished, or is smaller than it is wished. */
int block_size_find(int fd, const struct machine_block *wish, struct block_size *ret, struct err *e);
