/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/virtio/rate.h"

#include "tests/unit/unit.h"

static const uint64_t second = 1000000000;

static void no_rate_is_no_limit(void **state)
{
	struct rate rate = rate_new(0, 0);

	(void)state;
	for (int i = 0; i < 1000; i++)
		rate_spend(&rate, UINT64_MAX);
	assert_int_equal(rate_wait_ns(&rate, 0), 0);
}

static void a_tenth_of_a_second_goes_at_once(void **state)
{
	struct rate rate = rate_new(1000, 5 * second);

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(rate_wait_ns(&rate, 5 * second), 0);
		rate_spend(&rate, 1);
	}
	assert_in_range(rate_wait_ns(&rate, 5 * second), second / 1000, second / 1000 + 1);
}

static void what_was_spent_beyond_is_paid_back_by_time(void **state)
{
	struct rate rate = rate_new(1000, 0);
	uint64_t wait;

	(void)state;
	rate_spend(&rate, 2100); /* two seconds more than there was */
	wait = rate_wait_ns(&rate, 0);
	assert_in_range(wait, 2 * second, 2 * second + second / 500);
	assert_true(rate_wait_ns(&rate, second) > 0);
	assert_int_equal(rate_wait_ns(&rate, wait), 0);
}

static void over_a_long_time_it_is_the_rate(void **state)
{
	struct rate rate = rate_new(7, 0);
	unsigned int spent = 0;

	(void)state;
	for (uint64_t now = 0; now < 100 * second; now += second / 97) /* looked at in odd moments */
		if (rate_wait_ns(&rate, now) == 0) {
			rate_spend(&rate, 1);
			spent++;
		}
	assert_in_range(spent, 685, 701);
}

static void the_largest_numbers_do_not_overflow(void **state)
{
	struct rate rate = rate_new(UINT64_MAX, 0);

	(void)state;
	rate_spend(&rate, UINT64_MAX);
	rate_spend(&rate, UINT64_MAX);
	assert_true(rate_wait_ns(&rate, 1) > 0);
	assert_int_equal(rate_wait_ns(&rate, UINT64_MAX), 0);
}

static void a_slow_rate_lets_one_through(void **state)
{
	struct rate rate = rate_new(1, 0);

	(void)state;
	assert_int_equal(rate_wait_ns(&rate, 0), 0);
	rate_spend(&rate, 1);
	assert_true(rate_wait_ns(&rate, second / 2) > 0);
	assert_int_equal(rate_wait_ns(&rate, second), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rate_is_no_limit),
		cmocka_unit_test(a_tenth_of_a_second_goes_at_once),
		cmocka_unit_test(what_was_spent_beyond_is_paid_back_by_time),
		cmocka_unit_test(over_a_long_time_it_is_the_rate),
		cmocka_unit_test(the_largest_numbers_do_not_overflow),
		cmocka_unit_test(a_slow_rate_lets_one_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
