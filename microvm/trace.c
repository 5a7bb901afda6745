/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/trace.h"

#include "base/own.h"
#include "base/text.h"

#include <time.h>
#include <unistd.h>

/* The format's name for a process: a number. In its own namespace that of every VMM is 1. */
enum { TRACE_VMM = 2 };

static void put(const struct trace *trace, const struct text *line)
{
	const ssize_t written = write(trace->fd, text_string(line), line->length);

	(void)written; /* a trace with a gap is better than a machine that ends for it */
}

void trace_open(struct trace *ret, int fd)
{
	own_text line = {0};

	ret->fd = fd;
	if (fd < 0)
		return;
	text_format(&line, "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%d,\"args\":{\"name\":\"cloche-vmm\"}},\n",
		TRACE_VMM);
	put(ret, &line);
}

void trace_close(struct trace *trace)
{
	own_release_fd(&trace->fd);
}

uint64_t trace_now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* Linux has it */
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void trace_span(const struct trace *trace, const char *name, uint64_t start_us)
{
	own_text line = {0};

	if (trace->fd < 0)
		return;
	text_format(&line, "{\"name\":\"%s\",\"ph\":\"X\",\"ts\":%llu,\"dur\":%llu,\"pid\":%d,\"tid\":0},\n", name,
		(unsigned long long)start_us, (unsigned long long)(trace_now_us() - start_us), TRACE_VMM);
	put(trace, &line);
}

void trace_count(const struct trace *trace, const char *name, uint32_t vcpu, uint64_t value)
{
	own_text line = {0};

	if (trace->fd < 0)
		return;
	text_format(&line, "{\"name\":\"%s\",\"ph\":\"C\",\"ts\":%llu,\"pid\":%d,\"args\":{\"vcpu%u\":%llu}},\n", name,
		(unsigned long long)trace_now_us(), TRACE_VMM, vcpu, (unsigned long long)value);
	put(trace, &line);
}
