/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/trace.h"

#include "base/clock.h"
#include "base/own.h"
#include "base/text.h"

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

void trace_span(const struct trace *trace, const char *name, int64_t start_us)
{
	own_text line = {0};

	if (trace->fd < 0)
		return;
	text_format(&line, "{\"name\":\"%s\",\"ph\":\"X\",\"ts\":%lld,\"dur\":%lld,\"pid\":%d,\"tid\":0},\n", name,
		(long long)start_us, (long long)(clock_now_us() - start_us), TRACE_VMM);
	put(trace, &line);
}

void trace_count(const struct trace *trace, const char *name, uint32_t vcpu, uint64_t value)
{
	own_text line = {0};

	if (trace->fd < 0)
		return;
	text_format(&line, "{\"name\":\"%s\",\"ph\":\"C\",\"ts\":%lld,\"pid\":%d,\"args\":{\"vcpu%u\":%llu}},\n", name,
		(long long)clock_now_us(), TRACE_VMM, vcpu, (unsigned long long)value);
	put(trace, &line);
}
