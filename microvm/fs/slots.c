/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/slots.h"

#include <stdbool.h>
#include <stdlib.h>

enum { SLOTS_FIRST = 64 };

struct slot {
	void *thing; /* NULL: free */
	uint32_t uses, next_free;
};

static bool slots_grow(struct slots *slots)
{
	const uint32_t room = slots->room ? slots->room * 2 : SLOTS_FIRST;
	struct slot *items = room > slots->room ? reallocarray(slots->items, room, sizeof *items) : NULL;

	if (!items)
		return false;
	if (slots->n == 0)
		items[slots->n++] = (struct slot){0}; /* number 0 is nobody's */
	slots->items = items;
	slots->room = room;
	return true;
}

static uint32_t slots_take_free(struct slots *slots)
{
	const uint32_t index = slots->free;

	slots->free = slots->items[index].next_free;
	return index;
}

uint64_t slots_add(struct slots *slots, void *thing)
{
	uint32_t index;

	if (slots->free) {
		index = slots_take_free(slots);
	} else {
		if (slots->n == slots->room && !slots_grow(slots))
			return 0;
		index = slots->n++;
		slots->items[index] = (struct slot){0};
	}
	slots->items[index].thing = thing;
	return (uint64_t)slots->items[index].uses << 32 | index;
}

void *slots_find(const struct slots *slots, uint64_t number)
{
	const uint32_t index = (uint32_t)number;

	if (index >= slots->n || slots->items[index].uses != number >> 32)
		return NULL;
	return slots->items[index].thing;
}

void slots_remove(struct slots *slots, uint64_t number)
{
	struct slot *slot = &slots->items[(uint32_t)number];

	*slot = (struct slot){.uses = slot->uses + 1, .next_free = slots->free};
	slots->free = (uint32_t)number;
}

void *slots_next(const struct slots *slots, uint32_t *at)
{
	while (*at < slots->n) {
		void *thing = slots->items[(*at)++].thing;

		if (thing)
			return thing;
	}
	return NULL;
}

void slots_free(struct slots *slots)
{
	free(slots->items);
	*slots = (struct slots){0};
}
