/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the time goes: events in Chrome's trace format (JSON array format), a line each.
 *
 * Several processes may write one file: each event is one write(2) to a descriptor that appends, and times are those of
 * clock_now_us(). Who makes the file begins the array, and ends it when all others are done; without an end it is a
 * trace all the same. An event that cannot be written is left out: nobody fails for it.
 */
#pragma once

#include "base/clock.h"
#include "base/err.h"

/* The format's names for processes are numbers. In its own namespace that of every VMM is 1. */
enum trace_process { TRACE_CLOCHE = 1, TRACE_VMM };

struct trace {
	int fd; /* owned; -1: nobody asked, and all that follows does nothing. As do NULLs */
	enum trace_process process;
};

#define own_trace  __attribute__((cleanup(trace_close))) struct trace
#define TRACE_NONE ((struct trace){.fd = -1})

/* A new file, for cloche. */
int trace_create(const char *path, struct trace *ret, struct err *e);

/* Takes fd, which somebody else has made; -1: none. For the VMM. */
void trace_open(struct trace *ret, int fd);
void trace_close(struct trace *trace);

/* A row of the process's: 0 is its first, which has its name. */
void trace_name_thread(const struct trace *trace, int thread, const char *name);

/* Something that began at `start_us` and ends now, on the first row; lap: and *start_us becomes now, for the next. */
void trace_span(const struct trace *trace, const char *name, int64_t start_us);
void trace_lap(const struct trace *trace, const char *name, int64_t *start_us);

/* The same, on any row and at any time. */
struct trace_event {
	const char *name; /* a literal: nothing in it is escaped */
	int64_t start_us, end_us;
	int thread;
};

void trace_event(const struct trace *trace, const struct trace_event *event);

/* How many there have been of something, by a vCPU. */
void trace_count(const struct trace *trace, const char *name, uint32_t vcpu, uint64_t value);

/* The last span of all, and the array's end; closes it. */
void trace_end(struct trace *trace, const char *name, int64_t start_us);
