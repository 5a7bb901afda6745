/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a struct spec back to JSON, by the same key tables that parse it: what is written
 * parses to the same structs. Unknown properties are gone, names that were ignored too.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "config/json_write.h"
#include "config/keys.h"
#include "config/spec.h"

/* Appends the spec, without a newline at its end. Fails for lack of memory only. */
int spec_write(const struct spec *spec, bool indented, struct text *out, struct err *e);

/* Writes any struct that has a key table (keys_spec, keys_process, keys_resources) as an object. */
void table_write(const struct key_table *table, const void *from, struct json_writer *w);
