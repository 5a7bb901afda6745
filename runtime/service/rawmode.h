/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's terminal while a service has it: raw, so that every key goes to the service's own terminal. */
#pragma once

#include "base/err.h"

#include <termios.h>

struct rawmode {
	int fd; /* borrowed; -1: no terminal, nothing to restore */
	struct termios before;
};

#define RAWMODE_NONE ((struct rawmode){.fd = -1})
#define own_rawmode  __attribute__((cleanup(rawmode_leave))) struct rawmode

/* Makes the terminal raw. A descriptor that is no terminal is left alone: no error. */
int rawmode_enter(int fd, struct rawmode *ret, struct err *e);

/* Makes it raw again, after a shell had it in between (SIGCONT). Failing leaves it as the shell did. */
void rawmode_resume(const struct rawmode *mode);

/* Restores what was before. Accepts the empty; twice is no harm. */
void rawmode_leave(struct rawmode *mode);

/* Gives the terminal `to` the size of the terminal `from`. Nothing where one of them is no terminal. */
void rawmode_copy_size(int from, int to);
