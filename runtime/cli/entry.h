/* SPDX-License-Identifier: Apache-2.0 */
/* What cloche does before its C library starts. See entry.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The verbs whose processes enter a service (struct cli_verb, launches): a unit test compares. One text, no pointers,
 * since nothing is relocated yet when it is read. */
#define ENTRY_LAUNCHING "create\0exec\0run\0"

static inline bool entry_same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Whether a word is one of those verbs, wherever it stands: what is no verb there is protected in vain. */
static inline bool entry_launches(int argc, char *const *argv)
{
	for (int i = 1; i < argc; i++)
		for (const char *verb = ENTRY_LAUNCHING; *verb; verb++) {
			if (entry_same(verb, argv[i]))
				return true;
			while (*verb)
				verb++;
		}
	return false;
}
