/* SPDX-License-Identifier: Apache-2.0 */
/* The environment that the service's process gets. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec_types.h"

#include <sys/types.h>

struct env_extra {
	const char *home;        /* for HOME where the spec has none, or an empty one */
	unsigned int listen_fds; /* of socket activation (sd_listen_fds(3)); 0: none */
	pid_t pid;               /* the service's own, as it sees it; for LISTEN_PID */
};

/* The spec's variables in their order, the last of equal names, and what is extra. Lives in the arena. */
int env_build(struct arena *a, const struct strings *asked, const struct env_extra *extra, struct strings *ret,
	struct err *e);

/* Puts the process's own number into LISTEN_PID, where it is not the one that env_build() was told of. */
int env_retell_pid(struct arena *a, struct strings *env, pid_t pid, struct err *e);

/* The value of a variable, the last of equal names, or NULL. Borrowed from env. */
const char *env_find(const struct strings *env, const char *name);
