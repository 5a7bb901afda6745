/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to know of a file by its descriptor, and changing it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* Tells a file from all others, also from one that has its number after it. */
struct attr_key {
	uint64_t device, number, mount, born_s, born_ns;
};

/* 0, or a negative errno. The descriptor may be an O_PATH one. */
int attr_read(int fd, struct stat *ret, struct attr_key *ret_key);
