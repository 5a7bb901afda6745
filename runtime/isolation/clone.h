/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a launch: the joiner and the service's first process. */
#pragma once

#include "base/err.h"

#include <sys/types.h>

struct run;
struct step;

/* STEP_CLONE: clones the first process with step->flags (CLONE_NEW*). Returns in the caller and in the child. */
int clone_init(struct run *run, const struct step *step, struct err *e);

/* Starts the joiner. Returns in the host and in the joiner. */
int clone_joiner(struct run *run, struct err *e);

/* The host takes over the first process, `pid`, that the joiner cloned, and reaps the joiner. Returns 1, or a negative
 * errno. */
int clone_adopt(struct run *run, pid_t pid, struct err *e);
