/* SPDX-License-Identifier: Apache-2.0 */
#include "base/trace.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

static const char *const process_names[] = {[TRACE_CLOCHE] = "cloche", [TRACE_VMM] = "cloche-vmm"};

static bool wanted(const struct trace *trace)
{
	return trace && trace->fd >= 0;
}

static void put(const struct trace *trace, const struct text *line)
{
	const ssize_t written = write(trace->fd, text_string(line), line->length);

	(void)written; /* a trace with a gap is better than a service that ends for it */
}

static void name_process(const struct trace *trace)
{
	own_text line = {0};

	text_format(&line, "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":%d,\"args\":{\"name\":\"%s\"}},\n",
		trace->process, process_names[trace->process]);
	put(trace, &line);
}

int trace_create(const char *path, struct trace *ret, struct err *e)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);

	if (fd < 0)
		return err_sys(e, "make the trace '%s'", path);
	*ret = (struct trace){.fd = fd, .process = TRACE_CLOCHE};
	if (fd_write_all(fd, "[\n", 2, path, e) < 0) {
		trace_close(ret);
		return -e->no;
	}
	name_process(ret);
	return 0;
}

void trace_open(struct trace *ret, int fd)
{
	*ret = (struct trace){.fd = fd, .process = TRACE_VMM};
	if (wanted(ret))
		name_process(ret);
}

void trace_close(struct trace *trace)
{
	own_release_fd(&trace->fd);
}

void trace_name_thread(const struct trace *trace, int thread, const char *name)
{
	own_text line = {0};

	if (!wanted(trace))
		return;
	text_format(&line,
		"{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":\"%s\"}},\n",
		trace->process, thread, name);
	put(trace, &line);
}

static void format_event(const struct trace *trace, const struct trace_event *event, struct text *out)
{
	text_format(out, "{\"name\":\"%s\",\"ph\":\"X\",\"ts\":%lld,\"dur\":%lld,\"pid\":%d,\"tid\":%d}", event->name,
		(long long)event->start_us, (long long)(event->end_us - event->start_us), trace->process,
		event->thread);
}

void trace_event(const struct trace *trace, const struct trace_event *event)
{
	own_text line = {0};

	if (!wanted(trace))
		return;
	format_event(trace, event, &line);
	text_add(&line, ",\n");
	put(trace, &line);
}

void trace_span(const struct trace *trace, const char *name, int64_t start_us)
{
	trace_lap(trace, name, &start_us);
}

void trace_lap(const struct trace *trace, const char *name, int64_t *start_us)
{
	const int64_t now_us = clock_now_us();

	trace_event(trace, &(struct trace_event){.name = name, .start_us = *start_us, .end_us = now_us});
	*start_us = now_us;
}

void trace_count(const struct trace *trace, const char *name, uint32_t vcpu, uint64_t value)
{
	own_text line = {0};

	if (!wanted(trace))
		return;
	text_format(&line, "{\"name\":\"%s\",\"ph\":\"C\",\"ts\":%lld,\"pid\":%d,\"args\":{\"vcpu%u\":%llu}},\n", name,
		(long long)clock_now_us(), trace->process, vcpu, (unsigned long long)value);
	put(trace, &line);
}

void trace_end(struct trace *trace, const char *name, int64_t start_us)
{
	const struct trace_event last = {.name = name, .start_us = start_us, .end_us = clock_now_us()};
	own_text line = {0};

	if (!wanted(trace))
		return;
	format_event(trace, &last, &line);
	text_add(&line, "\n]\n");
	put(trace, &line);
	trace_close(trace);
}
