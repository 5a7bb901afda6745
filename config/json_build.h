/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds a tree from the events of a parser, within limits. Places come from a cursor
 * over the text, not from the parser. For config/json.c only.
 */
#pragma once

#include "config/json_scan.h"

struct json_builder {
	struct json_limits limits;
	struct arena *arena;
	struct json_cursor cursor; /* at the first byte that no event was about */
	struct json_place place;   /* of the token at hand: of the failure, when one is returned */
	struct json *root, *open;  /* the container that is being filled */
	size_t depth, nodes;
	const char *key; /* of the member whose value comes next */
	struct json_place key_place;
	struct err *e;
};

/* The limits given, with the defaults for those that are 0. */
struct json_limits json_limits_of(const struct json_limits *given);

/* One event each. 0, or a negative errno with *b->e filled. `text` is decoded and need not end in NUL. */
int json_build_null(struct json_builder *b);
int json_build_bool(struct json_builder *b, bool value);
int json_build_number(struct json_builder *b, const char *text, size_t length);
int json_build_string(struct json_builder *b, const char *text, size_t length);
int json_build_key(struct json_builder *b, const char *text, size_t length);
int json_build_begin(struct json_builder *b, enum json_kind kind);
int json_build_end(struct json_builder *b);
