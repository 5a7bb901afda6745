/* SPDX-License-Identifier: Apache-2.0 */
/* How the rows of config/keys.h are written. For the files of tables only. */
#pragma once

#include "config/keys.h"
#include "config/spec.h"

#define KEYS_FIELD(type, field) (((struct type *)0)->field)

/* The kind follows from the field's type, so that a row cannot disagree with its struct. */
#define KEYS_KIND(type, field)                                                                                         \
	_Generic(KEYS_FIELD(type, field),                                                                              \
		const char *: KEY_STRING,                                                                              \
		bool: KEY_BOOL,                                                                                        \
		int64_t: KEY_INT64,                                                                                    \
		uint64_t: KEY_UINT64,                                                                                  \
		uint32_t: KEY_UINT32,                                                                                  \
		struct opt_bool: KEY_OPT_BOOL,                                                                         \
		struct opt_int: KEY_OPT_INT,                                                                           \
		struct opt_uint: KEY_OPT_UINT,                                                                         \
		struct strings: KEY_STRINGS,                                                                           \
		struct string_map: KEY_STRING_MAP)

#define KEY(json, type, field, ...)                                                                                    \
	{                                                                                                              \
		.name = json, .kind = KEYS_KIND(type, field), .at = offsetof(struct type, field), __VA_ARGS__          \
	}

/* A row whose kind says more than the type does. */
#define KEY_AS(kind_, json, type, field, ...)                                                                          \
	{                                                                                                              \
		.name = json, .kind = kind_, .at = offsetof(struct type, field), __VA_ARGS__                           \
	}

#define KEYS_TABLE(type, rows)                                                                                         \
	{                                                                                                              \
		.keys = rows, .n = sizeof(rows) / sizeof *(rows), .size = sizeof(struct type)                          \
	}

extern const struct key_table keys_id_mapping, keys_linux, keys_seccomp, keys_vm;
