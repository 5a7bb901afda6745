/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes from one descriptor to another on an event loop, with back pressure: nothing is read while what was read
 * before has not been taken. Both descriptors do not block.
 *
 * A pump ends at the end of its source, when nobody takes its bytes any more, or, once it is told that the
 * process behind its source has ended, when nothing more comes. A socket that it writes to is then shut
 * down for writing and kept until the other side has closed it, too: so it is known to have taken all.
 */
#pragma once

#include "base/err.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>

enum { PUMP_BYTES = 32768, PUMP_TICK_MS = 50 };

/* All pumps of a loop. */
struct pumps {
	struct loop *loop;
	struct pump *first;
};

struct pump {
	struct pumps *all; /* NULL: it has not begun */
	struct pump *next;
	int from, to; /* owned; -1: closed */
	struct loop_source reading, writing;
	bool closing; /* the process behind the source has ended */
	bool resting; /* nobody has the other side of the terminal open at the moment */
	bool moved;   /* since the last tick */
	bool ended;   /* all that was to be moved was, or nobody takes it */
	bool taken;   /* ended, and the other side has closed its socket */
	size_t start, end;
	char data[PUMP_BYTES];
};

/* An empty one. */
void pump_init(struct pump *pump);

/* Begins. The descriptors are the pump's, also when it fails; they are made not to block. */
int pump_begin(struct pump *pump, struct pumps *all, int from, int to, struct err *e);

/* The process behind the source has ended: what it left is moved, then the pump ends. */
void pump_finish(struct pump *pump);

/* Ends at once, and is no longer among the others. Accepts one that has not begun. */
void pump_free(struct pump *pump);

/* Whether pumps_tick() has something to do in PUMP_TICK_MS. */
bool pumps_want_tick(const struct pumps *all);

/* Looks again at what cannot be waited for. */
void pumps_tick(struct pumps *all);
