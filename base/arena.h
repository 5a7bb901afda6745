/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena: many small allocations that live and die together (a JSON tree, a
 * spec, a plan). Zero-initialised is empty. Nothing in it is freed on its own.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena {
	struct arena_block *block; /* newest first; owned */
};

#define own_arena __attribute__((cleanup(arena_free))) struct arena

/* size bytes of zeroes, aligned for any type; NULL when memory is out. Lives until arena_free(). */
void *arena_alloc(struct arena *a, size_t size);

/* count elements of zeroes; NULL when memory is out or the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/*
 * A copy with twice the room (16 at first) of an array of *room elements that is full; *room then says how many fit.
 * NULL when memory is out. The old array stays in the arena.
 */
void *arena_array_grow(struct arena *a, const void *items, size_t *room, size_t size);

/* A copy of length bytes of text with a NUL after them; NULL when memory is out. */
char *arena_text(struct arena *a, const char *text, size_t length);

/* arena_text() of a whole string. */
char *arena_string(struct arena *a, const char *text);

/* A formatted string; NULL when memory is out. */
char *arena_format(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Frees everything and leaves an empty arena. */
void arena_free(struct arena *a);
