/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event loop over epoll(7): descriptors and what to do when one is ready.
 *
 * One thread runs a loop; sources are added, changed and removed by that thread, or before it runs.
 * loop_stop() may be called from any thread. A source may remove itself or another in its callback:
 * no callback of a removed source is called afterwards, also not for an event that is already fetched.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

struct loop_source {
	int fd; /* borrowed; -1: not in a loop */
	void (*ready)(struct loop_source *source, uint32_t events);
	void *self; /* the callback's, who it belongs to */
};

enum { LOOP_EVENTS_MAX = 32 };

struct loop {
	int epoll, stop;                              /* an epoll instance, an eventfd */
	struct loop_source *fetched[LOOP_EVENTS_MAX]; /* of the batch being handled; NULL: removed since */
	int fetched_n;
};

int loop_open(struct loop *ret, struct err *e);
void loop_close(struct loop *loop);

/* events: EPOLLIN, EPOLLOUT, ... of epoll_ctl(2); 0 waits for errors and hang-ups only. The source must stay where it
 * is. */
int loop_add(struct loop *loop, struct loop_source *source, uint32_t events, struct err *e);
int loop_change(struct loop *loop, struct loop_source *source, uint32_t events, struct err *e);

/* Forgets the source and makes its fd -1, unclosed. One that is in no loop is left alone. */
void loop_remove(struct loop *loop, struct loop_source *source);

/* Until loop_stop(): 0. */
int loop_run(struct loop *loop, struct err *e);

/* One wait of at most timeout_ms (-1: for ever), and what it brought. Returns 1 when the loop was stopped, else 0. */
int loop_turn(struct loop *loop, int timeout_ms, struct err *e);

/* From any thread, and from a signal handler. */
void loop_stop(struct loop *loop);
