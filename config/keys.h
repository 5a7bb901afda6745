/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key tables: every property of a spec (OCI runtime-spec 1.3 for Linux and vm), what
 * JSON it takes and which field of the plain structs it fills. One set of tables serves
 * the parser (config/parse.h), the writer (config/write.h), the list of known properties
 * and the names that `cloche features` prints. A new property is a new row.
 */
#pragma once

#include "base/text.h"
#include "config/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a row's JSON becomes. The field's type stands beside it. */
enum key_kind {
	KEY_STRING,     /* const char * */
	KEY_BOOL,       /* bool */
	KEY_OPT_BOOL,   /* struct opt_bool */
	KEY_INT64,      /* int64_t */
	KEY_UINT64,     /* uint64_t */
	KEY_UINT32,     /* uint32_t */
	KEY_OPT_INT,    /* struct opt_int */
	KEY_OPT_UINT,   /* struct opt_uint */
	KEY_STRINGS,    /* struct strings */
	KEY_STRING_MAP, /* struct string_map */
	KEY_ENUM,       /* an enum or int: a string of `names` */
	KEY_BITS,       /* struct opt_bits: an array of strings of `names` */
	KEY_LETTER,     /* char: a string of one letter of `letters`; the first one where the property is absent */
	KEY_ACCESS,     /* bool read, write, mknod: a string of the letters r, w, m; all where absent */
	KEY_NUMBERS,    /* uint64_t *, count at count_at: an array */
	KEY_OBJECT,     /* pointer to the struct of `table` */
	KEY_INLINE,     /* the struct of `table` itself */
	KEY_OBJECTS,    /* array of structs, count at count_at: an array of objects */
	KEY_OBJECT_MAP, /* the same from an object, whose keys fill the string at the start of each struct */
	KEY_FOREIGN,    /* another platform's: ignored with a warning */
	KEY_KIND_COUNT,
};

struct key_range {
	int64_t min;
	uint64_t max;
};

struct key {
	const char *name;
	enum key_kind kind;
	size_t at;       /* offset of the field in its struct */
	size_t count_at; /* KEY_NUMBERS, KEY_OBJECTS, KEY_OBJECT_MAP: offset of the count */
	bool has_set;    /* KEY_OBJECTS: absent is told from empty, in the bool at set_at */
	size_t set_at;
	bool required;
	bool lenient;                  /* KEY_BITS: an unknown name is left out with a warning */
	const char *unit;              /* of a number, for messages */
	const char *letters;           /* KEY_LETTER */
	const struct key_range *range; /* of a number; NULL: what the field holds */
	const struct names *names;
	const struct key_table *table;
};

struct key_table {
	const struct key *keys;
	size_t n;
	size_t size; /* of the struct */
};

extern const struct key_range key_range_int32, key_range_uint16, key_range_uint32;

/* The whole spec, and the parts that are also read on their own. */
extern const struct key_table keys_spec, keys_process, keys_resources;

/* The row of a property, NULL where there is none. */
const struct key *key_find(const struct key_table *table, const char *name);

/* The property whose name is nearest to a mistyped one, NULL where none is near. */
const struct key *key_nearest(const struct key_table *table, const char *name);

/* Appends the path of every property below a table, a line each. Whatever item of an array, or of a map, is "*". */
void keys_list(const struct key_table *table, struct text *out);
