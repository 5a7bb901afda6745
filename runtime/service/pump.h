/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One direction of a relay: bytes from one descriptor to another, with back pressure:
 * nothing is read while what was read before has not been written.
 *
 * A chunk is what poll(2) promises room for on a pipe, so that a write to a descriptor that
 * blocks, which is the caller's and stays as it is, does not.
 */
#pragma once

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct pump {
	int from, to;
	bool ended;        /* nothing more comes, or nobody takes it */
	size_t start, end; /* of what is in data */
	char data[PIPE_BUF];
};

enum pump_result {
	PUMP_QUIET,  /* nothing to read at the moment */
	PUMP_MOVED,  /* something was read or written */
	PUMP_HUNGUP, /* `from` has no other side at the moment: a pty's slave is closed */
	PUMP_ENDED,  /* end of file */
	PUMP_BROKEN, /* `to` takes nothing any more */
};

/* What to wait for. The descriptor is -1 where there is nothing, as a hung up one would wake poll(2) at once. */
struct pollfd pump_wants_read(const struct pump *pump);
struct pollfd pump_wants_write(const struct pump *pump);

/* Call when poll(2) found the descriptor ready. */
enum pump_result pump_read(struct pump *pump);
enum pump_result pump_write(struct pump *pump);
