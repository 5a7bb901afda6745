/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/stats_json.h"

#include "base/text.h"

#include "tests/unit/unit.h"

static void assert_json(const struct stats *stats, const char *wanted)
{
	own_text out = {0};
	struct json_writer w = {.out = &out};

	stats_write_json(&w, stats);
	assert_false(out.failed);
	assert_string_equal(text_string(&out), wanted);
}

static void stats_have_the_names_that_engines_parse(void **state)
{
	uint64_t user[] = {1, 2}, kernel[] = {10, 20};
	struct stats_pair raw[] = {{"rss", 7}};
	struct stats_io_entry entry = {8, 16, "Read", 4096};
	struct stats_hugetlb hugetlb = {"2MB", {.usage = 1, .failures = 2}};
	const struct stats stats = {
		.cpu = {.total_ns = 33,
			.user_ns = 3,
			.kernel_ns = 30,
			.percpu_n = 2,
			.percpu_user_ns = user,
			.percpu_kernel_ns = kernel,
			.periods = 4,
			.throttled_periods = 5,
			.throttled_ns = 6,
			.pressure = {.set = true, .some = {150, 2, 0, 77}}},
		.cpus = "0-1,3",
		.mems = "0",
		.memory = {.cache = 1,
			.usage = {.usage = 2, .max = 3, .limit = UINT64_MAX, .failures = 4},
			.raw_n = 1,
			.raw = raw},
		.pids = {.current = 9},
		.io = {.bytes = {1, &entry}},
		.hugetlb_n = 1,
		.hugetlb = &hugetlb,
	};

	(void)state;
	assert_json(&stats,
		"{\"cpu\":{\"usage\":{\"total\":33,\"percpu\":[11,22],\"percpu_kernel\":[10,20],\"percpu_user\":[1,2],"
		"\"kernel\":30,\"user\":3},\"throttling\":{\"periods\":4,\"throttledPeriods\":5,\"throttledTime\":6},"
		"\"psi\":{\"some\":{\"avg10\":1.50,\"avg60\":0.02,\"avg300\":0.00,\"total\":77},"
		"\"full\":{\"avg10\":0.00,\"avg60\":0.00,\"avg300\":0.00,\"total\":0}}},"
		"\"cpuset\":{\"cpus\":[0,1,3],\"mems\":[0]},"
		"\"memory\":{\"cache\":1,\"usage\":{\"limit\":18446744073709551615,\"usage\":2,\"max\":3,\"failcnt\":4}"
		","
		"\"swap\":{\"limit\":0,\"usage\":0,\"max\":0,\"failcnt\":0},"
		"\"kernel\":{\"limit\":0,\"usage\":0,\"max\":0,\"failcnt\":0},"
		"\"kernelTCP\":{\"limit\":0,\"usage\":0,\"max\":0,\"failcnt\":0},\"raw\":{\"rss\":7}},"
		"\"pids\":{\"current\":9,\"limit\":0},"
		"\"blkio\":{\"ioServiceBytesRecursive\":[{\"major\":8,\"minor\":16,\"op\":\"Read\",\"value\":4096}]},"
		"\"hugetlb\":{\"2MB\":{\"usage\":1,\"max\":0,\"failcnt\":2}}}");
}

static void stats_of_nothing_are_zeroes(void **state)
{
	const struct stats stats = {0};

	(void)state;
	assert_json(&stats, "{\"cpu\":{\"usage\":{\"total\":0,\"kernel\":0,\"user\":0},"
			    "\"throttling\":{\"periods\":0,\"throttledPeriods\":0,\"throttledTime\":0}},\"cpuset\":{},"
			    "\"memory\":{\"cache\":0,\"usage\":{\"limit\":0,\"usage\":0,\"max\":0,\"failcnt\":0},"
			    "\"swap\":{\"limit\":0,\"usage\":0,\"max\":0,\"failcnt\":0},"
			    "\"kernel\":{\"limit\":0,\"usage\":0,\"max\":0,\"failcnt\":0},"
			    "\"kernelTCP\":{\"limit\":0,\"usage\":0,\"max\":0,\"failcnt\":0},\"raw\":{}},"
			    "\"pids\":{\"current\":0,\"limit\":0},\"blkio\":{},\"hugetlb\":{}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stats_have_the_names_that_engines_parse),
		cmocka_unit_test(stats_of_nothing_are_zeroes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
