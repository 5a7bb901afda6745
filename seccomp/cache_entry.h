/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of the cache on disk. See cache.h. */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "seccomp/filter.h"

#include <stdbool.h>

/* Whether the directory is the effective user's and nobody else may write to it. */
bool seccomp_cache_dir_trusted(int dirfd);

/* Reads the key's filter. False: there is none that can be used. Makes four system calls. */
bool seccomp_cache_load(int dirfd, const struct text *key, struct seccomp_filter *ret);

/* Writes the key's filter, whole or not at all, after making room for it. */
int seccomp_cache_store(int dirfd, const struct text *key, const struct seccomp_filter *filter, struct err *e);
