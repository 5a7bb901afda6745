/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain data types that a spec is made of. Everything points into the arena
 * of its struct spec and is read-only once parsed. Absent is told from empty:
 * a NULL pointer or string, `set` false.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct opt_bool {
	bool set, value;
};

struct opt_int {
	bool set;
	int64_t value;
};

struct opt_uint {
	bool set;
	uint64_t value;
};

/* Strings in the order of the spec. items[n] is NULL where n > 0, so that items serves as an argv. */
struct strings {
	bool set;
	size_t n;
	const char **items;
};

struct string_pair {
	const char *key, *value;
};

struct string_map {
	bool set;
	size_t n;
	struct string_pair *items;
};

/* A bit set of an enum: bit N is enum value N. */
struct opt_bits {
	bool set;
	uint64_t bits;
};
