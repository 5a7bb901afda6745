/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a machine's time goes: events in Chrome's trace format (JSON array format), a line each with a comma behind it.
 * The maker has begun the array, and may write events of its own to the same file: times are CLOCK_MONOTONIC's. For the
 * I/O thread alone.
 */
#pragma once

#include <stdint.h>

struct trace {
	int fd; /* owned; -1: nobody asked */
};

/* Takes fd. */
void trace_open(struct trace *ret, int fd);
void trace_close(struct trace *trace);

/* Something that began then (clock_now_us()) and ends now. */
void trace_span(const struct trace *trace, const char *name, int64_t start_us);

/* How many there have been of something, by a vCPU. */
void trace_count(const struct trace *trace, const char *name, uint32_t vcpu, uint64_t value);
