/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled filter: what seccomp(2) is given. Plain data once made; it may be read by a child after fork. */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

struct seccomp_filter {
	struct sock_filter *program; /* owned, from malloc */
	size_t length;               /* instructions, 1 to BPF_MAXINSNS; 0: no filter */
	unsigned int flags;          /* SECCOMP_FILTER_FLAG_* to load it with */
};

#define own_seccomp_filter __attribute__((cleanup(seccomp_filter_free))) struct seccomp_filter

/* Whether loading it makes a listener that somebody has to serve (an action is SCMP_ACT_NOTIFY). */
bool seccomp_filter_notifies(const struct seccomp_filter *filter);

/* Empties the filter. Accepts the empty one. */
void seccomp_filter_free(struct seccomp_filter *filter);
