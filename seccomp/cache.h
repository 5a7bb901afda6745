/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters, compiled once. Compiling a usual profile takes milliseconds, reading the result back microseconds.
 *
 * An entry is a file of the cache's directory with the compiled program and the key it was made
 * for: all that a program may depend on, byte for byte (cache_key.h). An entry is used
 * only where its key is the wanted key, so that no choice of specs can make one service run under
 * another's filter; the hash in the file's name only finds the file. Whoever collides with it
 * gains a cache miss.
 *
 * What is read is trusted as far as its owner: the directory and the file must belong to the effective
 * user and be writable by nobody else. Anything else about the cache that is not as it should be is a miss,
 * never an error, and is overwritten.
 */
#pragma once

#include "base/err.h"
#include "config/spec_seccomp.h"
#include "seccomp/filter.h"

enum { SECCOMP_CACHE_ENTRIES = 64 }; /* the oldest makes room for one more */

/*
 * The spec's filter, from the cache or compiled and then stored, owned by the caller. cache_dirfd is a
 * directory for the cache alone (O_PATH is enough), or -1: no cache. Fails as seccomp_compile() does.
 */
int seccomp_filter_get(int cache_dirfd, const struct spec_seccomp *spec, struct seccomp_filter *ret, struct err *e);
