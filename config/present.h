/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a struct has a property, by the key tables. */
#pragma once

#include "base/text.h"
#include "config/keys.h"

/*
 * Whether the property at `path`, one of keys_list(), is set in the struct of the table. Appends the
 * JSON pointer of the first place where it is. Numbers and letters that cannot be absent count as set
 * where their object is.
 */
bool table_has(const struct key_table *table, const void *from, const char *path, struct text *ret_pointer);
