/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names as JSON. */
#pragma once

#include "config/json_write.h"
#include "config/names.h"

/* Writes a member with the names of the values whose bits are set; ~0 is all there are. */
void names_write_member(struct json_writer *w, const char *key, const struct names *names, uint64_t bits);
