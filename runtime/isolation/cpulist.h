/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of CPUs and of memory nodes, in the list format of cpuset(7): "0-3,7". Pure. */
#pragma once

#include "base/err.h"

#include <stdbool.h>

enum {
	CPULIST_MAX = 8192, /* what Linux can be built for; numbers are below it */
	CPULIST_WORD_BITS = 8 * sizeof(unsigned long),
};

/* A bit per number, as sched_setaffinity(2) and set_mempolicy(2) want it. */
struct cpulist {
	unsigned long words[CPULIST_MAX / CPULIST_WORD_BITS];
};

/* As the kernel does it, spaces around and empty parts between the commas are no harm: "" is the empty list. */
int cpulist_parse(const char *text, struct cpulist *ret, struct err *e);

bool cpulist_has(const struct cpulist *list, unsigned int number);
bool cpulist_is_empty(const struct cpulist *list);
