/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "tests/unit/unit.h"

static void text_that_is_empty_reads_as_an_empty_string(void **state)
{
	own_text t = {0};

	(void)state;
	assert_string_equal(text_string(&t), "");
}

static void text_grows_past_its_first_room(void **state)
{
	own_text t = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_format(&t, "%d,", i % 10);
	assert_false(t.failed);
	assert_int_equal(t.length, 2000);
	assert_memory_equal(t.data, "0,1,2,3,4,5,6,7,8,9,0,", 22);
	assert_int_equal(t.data[2000], '\0');
}

static void text_reset_keeps_nothing(void **state)
{
	own_text t = {0};

	(void)state;
	text_add(&t, "one");
	text_reset(&t);
	text_add(&t, "two");
	assert_string_equal(text_string(&t), "two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_is_empty_reads_as_an_empty_string),
		cmocka_unit_test(text_grows_past_its_first_room),
		cmocka_unit_test(text_reset_keeps_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
