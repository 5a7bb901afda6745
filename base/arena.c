/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 16 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	max_align_t data[];
};

static size_t arena_round_up(size_t size)
{
	return (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
}

/* What is larger than a quarter block gets a block of its own behind the newest, which stays open for the small. */
static struct arena_block *arena_grow(struct arena *a, size_t size)
{
	size_t room = size > ARENA_BLOCK_BYTES / 4 ? size : ARENA_BLOCK_BYTES;
	struct arena_block *block = malloc(sizeof *block + room);

	if (!block)
		return NULL;
	*block = (struct arena_block){.size = room};
	if (room == size && a->block) {
		block->next = a->block->next;
		a->block->next = block;
	} else {
		block->next = a->block;
		a->block = block;
	}
	return block;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *block = a->block;
	void *place;

	if (size > PTRDIFF_MAX - ARENA_BLOCK_BYTES)
		return NULL;
	size = arena_round_up(size ? size : 1);
	if (!block || block->size - block->used < size)
		block = arena_grow(a, size);
	if (!block)
		return NULL;
	place = (char *)block->data + block->used;
	block->used += size;
	return memset(place, 0, size); /* not the whole block at once: pages that stay unused are never touched */
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_alloc(a, bytes);
}

void *arena_array_grow(struct arena *a, const void *items, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 16;
	void *grown = arena_array(a, more, size);

	if (!grown)
		return NULL;
	if (*room)
		memcpy(grown, items, *room * size);
	*room = more;
	return grown;
}

char *arena_text(struct arena *a, const char *text, size_t length)
{
	char *copy = length < SIZE_MAX ? arena_alloc(a, length + 1) : NULL;

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

char *arena_string(struct arena *a, const char *text)
{
	return arena_text(a, text, strlen(text));
}

char *arena_format(struct arena *a, const char *format, ...)
{
	va_list arguments;
	char *place;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	place = length < 0 ? NULL : arena_alloc(a, (size_t)length + 1);
	if (!place)
		return NULL;
	va_start(arguments, format);
	(void)vsnprintf(place, (size_t)length + 1, format, arguments); /* measured above */
	va_end(arguments);
	return place;
}

void arena_free(struct arena *a)
{
	while (a->block) {
		struct arena_block *next = a->block->next;

		free(a->block);
		a->block = next;
	}
}
