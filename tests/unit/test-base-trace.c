/* SPDX-License-Identifier: Apache-2.0 */
#include "base/trace.h"

#include "base/fd.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void a_trace_is_a_line_for_each_event(void **state)
{
	const int fd = memfd_create("trace", MFD_CLOEXEC), kept = dup(fd);
	own_text text = {0};
	struct trace trace;
	struct err e = ERR_NONE;

	(void)state;
	trace_open(&trace, fd);
	trace_span(&trace, "memory", clock_now_us());
	trace_count(&trace, "exits", 3, 42);
	trace_close(&trace);
	assert_int_equal(lseek(kept, 0, SEEK_SET), 0);
	assert_int_equal(fd_read_all(kept, "trace", 1 << 16, &text, &e), 0);
	assert_non_null(strstr(text.data, "\"name\":\"cloche-vmm\"}},\n{\"name\":\"memory\",\"ph\":\"X\",\"ts\":"));
	assert_non_null(strstr(text.data, "\"args\":{\"vcpu3\":42}},\n"));
	close(kept);
}

static void no_trace_costs_nothing(void **state)
{
	struct trace trace;

	(void)state;
	trace_open(&trace, -1);
	trace_span(&trace, "memory", clock_now_us());
	trace_count(&trace, "exits", 0, 1);
	trace_close(&trace);
	assert_int_equal(trace.fd, -1);
}

static void a_trace_that_is_ended_is_a_whole_array(void **state)
{
	char path[] = "/tmp/cloche-test-trace-XXXXXX";
	const int fd = mkstemp(path);
	own_text text = {0};
	own_trace trace = TRACE_NONE;
	struct err e = ERR_NONE;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "what was there", 14), 14);
	assert_int_equal(trace_create(path, &trace, &e), 0);
	trace_event(&trace, &(struct trace_event){.name = "step", .start_us = 5, .end_us = 7, .thread = 2});
	trace_name_thread(&trace, 2, "init");
	trace_end(&trace, "run", 0);
	assert_int_equal(trace.fd, -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fd_read_all(fd, "trace", 1 << 16, &text, &e), 0);
	assert_ptr_equal(strstr(text.data, "[\n{\"name\":\"process_name\""), text.data);
	assert_non_null(
		strstr(text.data, "\n{\"name\":\"step\",\"ph\":\"X\",\"ts\":5,\"dur\":2,\"pid\":1,\"tid\":2},\n"));
	assert_non_null(strstr(text.data, "\"tid\":2,\"args\":{\"name\":\"init\"}},\n{\"name\":\"run\""));
	assert_string_equal(text.data + text.length - 4, "}\n]\n");
	close(fd);
}

static void a_trace_that_cannot_be_made_is_an_error(void **state)
{
	own_trace trace = TRACE_NONE;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(trace_create("/nowhere/at/all", &trace, &e), -ENOENT);
	assert_non_null(strstr(e.text, "'/nowhere/at/all'"));
	assert_int_equal(trace.fd, -1);
}

static void a_lap_ends_where_the_next_begins(void **state)
{
	int64_t start_us = 0;

	(void)state;
	trace_lap(NULL, "lap", &start_us);
	assert_true(start_us > 0);
	assert_true(clock_now_us() >= start_us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trace_is_a_line_for_each_event),
		cmocka_unit_test(a_trace_that_is_ended_is_a_whole_array),
		cmocka_unit_test(a_trace_that_cannot_be_made_is_an_error),
		cmocka_unit_test(no_trace_costs_nothing),
		cmocka_unit_test(a_lap_ends_where_the_next_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
