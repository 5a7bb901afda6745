/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a struct from a JSON object by its key table. For config/parse.c only. */
#pragma once

#include "base/arena.h"
#include "config/json.h"
#include "config/keys.h"
#include "config/report.h"

struct parse {
	struct arena *arena; /* of the tree too: strings are shared with it */
	struct report *report;
	bool failed; /* out of memory */
};

/* `to` is a zeroed struct of table->size bytes. */
void parse_table(struct parse *p, const struct key_table *table, const struct json *node, void *to);

/* The number of a property, checked against its range; false after a finding. */
bool parse_signed(struct parse *p, const struct key *key, const struct json *node, int64_t *ret);
bool parse_unsigned(struct parse *p, const struct key *key, const struct json *node, uint64_t *ret);
