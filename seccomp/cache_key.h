/* SPDX-License-Identifier: Apache-2.0 */
/* What a compiled filter depends on, as bytes: equal bytes, equal filter. */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "config/spec_seccomp.h"

/*
 * Appends the key: this code's version, libseccomp's, the machine's architecture, and the spec without what
 * the program does not depend on. Each part has its length before it or a fixed one, so that no two specs have the
 * same bytes. For use on one machine: numbers are in its byte order.
 */
int seccomp_cache_key(const struct spec_seccomp *spec, struct text *out, struct err *e);

/* A fast hash for finding and for chance damage. Not against somebody who looks for collisions. */
uint64_t seccomp_cache_hash(uint64_t seed, const void *bytes, size_t length);
