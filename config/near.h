/* SPDX-License-Identifier: Apache-2.0 */
/* The near match for a name that somebody may have mistyped. */
#pragma once

#include <stddef.h>

/*
 * Edits (insert, delete, change, swap of neighbours; case does not count) that make b from a,
 * or `most` + 1 when it takes more than `most`.
 */
size_t near_distance(const char *a, const char *b, size_t most);

/* Edits that are likely a slip in a name of this length. */
size_t near_allowed(const char *name);
