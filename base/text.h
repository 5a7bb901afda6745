/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing text. Zero-initialised is empty. Running out of memory is remembered
 * (`failed`) and makes every later call do nothing, so that a writer checks once, at the end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data; /* NUL-terminated once anything was added; owned */
	size_t length, room;
	bool failed;
};

#define own_text __attribute__((cleanup(text_free))) struct text

void text_add(struct text *t, const char *string);
void text_add_bytes(struct text *t, const char *bytes, size_t length);
void text_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The whole as a string, "" where nothing was added. Borrowed. */
const char *text_string(const struct text *t);

/* Drops all past the first `length` bytes. */
void text_cut(struct text *t, size_t length);

/* Drops the content and keeps the room. */
void text_reset(struct text *t);
void text_free(struct text *t);
