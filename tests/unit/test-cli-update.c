/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/update_parts.h"

#include "tests/unit/unit.h"

#include <errno.h>

static void bytes_come_with_or_without_a_unit(void **state)
{
	const struct {
		const char *text;
		int64_t bytes;
	} rows[] = {
		{"0", 0},
		{"-1", -1},
		{"4096", 4096},
		{"4096b", 4096},
		{"64k", 65536},
		{"64M", 67108864},
		{"64mb", 67108864},
		{"64MiB", 67108864},
		{"2g", 2147483648},
		{"1T", 1099511627776},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t bytes = 7;

		assert_int_equal(update_bytes(rows[i].text, &bytes), 0);
		assert_int_equal(bytes, rows[i].bytes);
	}
}

static void what_is_no_amount_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "m", "x", "-2", "-1m", "1.5g", "64mm", "64mbb", "9999999t", "99999999999999999999"};
	int64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(update_bytes(bad[i], &bytes), -EINVAL);
}

static void options_lie_over_what_a_file_said(void **state)
{
	const struct update_options options = {
		.memory = "1m", .cpu_quota = "-1", .cpuset_cpus = "0", .pids_limit = "9"};
	struct update update = {0};
	struct spec_memory memory = {.limit = {true, 7}, .swap = {true, 8}};
	struct err e = ERR_NONE;
	bool any = false;

	(void)state;
	update.resources.memory = &memory;
	assert_int_equal(update_parts(&options, &update, &any, &e), 0);
	assert_true(any);
	assert_int_equal(memory.limit.value, 1048576);
	assert_int_equal(memory.swap.value, 8);
	assert_int_equal(update.resources.cpu->quota_us.value, -1);
	assert_false(update.resources.cpu->period_us.set);
	assert_string_equal(update.resources.cpu->cpus, "0");
	assert_int_equal(update.resources.pids->limit, 9);
	assert_null(update.resources.block_io);
	update_free(&update);
}

static void no_option_is_no_update(void **state)
{
	const struct update_options options = {0};
	struct update update = {0};
	struct err e = ERR_NONE;
	bool any = false;

	(void)state;
	assert_int_equal(update_parts(&options, &update, &any, &e), 0);
	assert_false(any);
	update_free(&update);
}

static void a_wrong_number_is_told_with_its_option(void **state)
{
	const struct update_options options = {.pids_limit = "many"};
	struct update update = {0};
	struct err e = ERR_NONE;
	bool any = false;

	(void)state;
	assert_int_equal(update_parts(&options, &update, &any, &e), -EINVAL);
	assert_string_equal(e.text, "--pids-limit: found 'many', want a number");
	update_free(&update);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_with_or_without_a_unit),
		cmocka_unit_test(what_is_no_amount_is_refused),
		cmocka_unit_test(options_lie_over_what_a_file_said),
		cmocka_unit_test(no_option_is_no_update),
		cmocka_unit_test(a_wrong_number_is_told_with_its_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
