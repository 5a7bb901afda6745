/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text (RFC 8259) as a tree in an arena.
 *
 * Stricter than the RFC where it leaves a choice: a key may stand once in an object,
 * text is well-formed UTF-8 and free of NUL (also as \u0000), an escaped surrogate has
 * its other half, nothing follows the value, and there are limits. Every node knows
 * its line and column; its JSON pointer (RFC 6901) is made when asked for.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Both count from 1; the column counts bytes. */
struct json_place {
	uint32_t line, column;
};

struct json {
	enum json_kind kind;
	bool boolean;            /* JSON_BOOL */
	struct json_place place; /* of the key where it has one */
	const char *key;         /* member of an object; else NULL */
	const char *text;        /* JSON_STRING; JSON_NUMBER as it was written; else NULL */
	size_t length;           /* of text */
	size_t count;            /* children of an array or object */
	struct json *first, *last, *next, *parent;
};

/* 0 in a member stands for the default. */
struct json_limits {
	size_t bytes;        /* default 4 MiB */
	size_t depth;        /* default 64 */
	size_t nodes;        /* default 200,000 */
	size_t string_bytes; /* default 1 MiB */
};

struct json_source {
	const char *text; /* need not end in NUL */
	size_t length;
	const char *name; /* for messages, a file's name; NULL: "JSON" */
	struct json_limits limits;
};

/*
 * Reads the text into a tree in the arena, of which nothing points into the text.
 * Codes: json-syntax, json-trailing, json-duplicate, json-utf8, json-nul, json-escape,
 * json-too-large, json-too-deep, json-too-many, json-string-too-long.
 * The message begins with "name:line:column: ".
 */
int json_parse(const struct json_source *source, struct arena *arena, const struct json **ret, struct err *e);

/* json_parse() with the place of a failure apart from its message. */
int json_parse_at(const struct json_source *source, struct arena *arena, const struct json **ret,
	struct json_place *ret_place, struct err *e);

/* The member of an object, NULL where there is none or it is not an object. */
const struct json *json_member(const struct json *node, const char *key);

/* The node that a JSON pointer names ("" is the tree itself), NULL where there is none. */
const struct json *json_at(const struct json *tree, const char *pointer);

/* The node that the pointer names, or its nearest ancestor that exists. */
const struct json *json_nearest(const struct json *tree, const char *pointer);

/* Appends the JSON pointer of a node. */
void json_pointer(const struct json *node, struct text *out);

/* Appends "/" and the key as a JSON pointer has it (~ and / escaped). */
void json_pointer_add(struct text *out, const char *key);

/* A number's value. 0, or -EINVAL: not an integer (not a number), -ERANGE: does not fit. *ret is written on success. */
int json_int64(const struct json *node, int64_t *ret);
int json_uint64(const struct json *node, uint64_t *ret);
int json_double(const struct json *node, double *ret);

/* "an object", "a string", … for messages. */
const char *json_kind_name(enum json_kind kind);

/* Appends the node for a message: scalars as JSON, cut when long; "an object", "an array" else. */
void json_describe(const struct json *node, struct text *out);
