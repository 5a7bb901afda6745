/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/trace.h"

#include "base/clock.h"
#include "base/fd.h"
#include "tests/unit/unit.h"

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

static void time_does_not_go_back(void **state)
{
	const int64_t before = clock_now_us();

	(void)state;
	assert_true(before > 0);
	assert_true(clock_now_us() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trace_is_a_line_for_each_event),
		cmocka_unit_test(no_trace_costs_nothing),
		cmocka_unit_test(time_does_not_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
