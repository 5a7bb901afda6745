/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers for things that a guest names: a number is of one thing for good, and one that was given back, or never
 * given out, finds nothing. Index in the low half, how often that index was used before in the high half.
 */
#pragma once

#include <stdint.h>

struct slots {
	struct slot *items; /* owned; the things are not */
	uint32_t n, room;
	uint32_t free; /* the first of the free ones; 0: none */
};

/* The first number ever given is 1. 0: no memory. */
uint64_t slots_add(struct slots *slots, void *thing);

/* NULL: the number is nobody's. */
void *slots_find(const struct slots *slots, uint64_t number);

/* Of a number that is somebody's. */
void slots_remove(struct slots *slots, uint64_t number);

/* The next thing at or after index *at, which moves on; NULL: there is no more. Start at 0. */
void *slots_next(const struct slots *slots, uint32_t *at);

void slots_free(struct slots *slots);
