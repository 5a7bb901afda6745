/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters of cloche's own programs: a list of what a thread may call, with a reason on each row. All else, and every
 * call of another architecture's convention, kills the process: a thread that makes it is not doing our work any more.
 *
 * No libseccomp: the rows are few, and are compiled as they stand, the first first.
 */
#pragma once

#include "base/err.h"
#include "seccomp/filter.h"

#include <stddef.h>
#include <stdint.h>

struct seccomp_allowed {
	uint32_t number; /* SYS_* */
	const char *why;
	/* Only where (argument & mask) == value, of the argument's low 32 bits; mask 0: always. */
	uint8_t argument;
	uint32_t mask, value;
};

/* Compiles the rows into *ret, owned by the caller. A call may have several rows: one that holds is enough. */
int seccomp_allow(const struct seccomp_allowed *rows, size_t n, struct seccomp_filter *ret, struct err *e);
