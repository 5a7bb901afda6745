/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/cpulist.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static void cpulist_reads_what_the_kernel_writes(void **state)
{
	static const struct {
		const char *text;
		unsigned int numbers[6];
		size_t n;
	} cases[] = {
		{"", {0}, 0},
		{"0", {0}, 1},
		{"7", {7}, 1},
		{"0-3,7", {0, 1, 2, 3, 7}, 5},
		{"5-5", {5}, 1},
		{" 1 , 2-3 ,,8191 ", {1, 2, 3, 8191}, 4},
		{"63-65", {63, 64, 65}, 3},
		{"0,0,0", {0}, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct cpulist list, expected = {0};
		struct err e = ERR_NONE;

		assert_int_equal(cpulist_parse(cases[i].text, &list, &e), 0);
		for (size_t n = 0; n < cases[i].n; n++) {
			unsigned int number = cases[i].numbers[n];

			assert_true(cpulist_has(&list, number));
			expected.words[number / CPULIST_WORD_BITS] |= 1UL << number % CPULIST_WORD_BITS;
		}
		assert_memory_equal(&list, &expected, sizeof list);
		assert_int_equal(cpulist_is_empty(&list), cases[i].n == 0);
	}
}

static void cpulist_refuses_what_is_none(void **state)
{
	static const char *const texts[] = {"x", "1-", "-1", "1--2", "3-1", "1 2", "1-2-3", "8192", "0-8192",
		"99999999999999999999", "4294967296", "1;2", "0x1", "+1", "1,a", "1:2", "0-\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct cpulist list = {.words = {42}};
		struct err e = ERR_NONE;

		assert_int_equal(cpulist_parse(texts[i], &list, &e), -EINVAL);
		assert_int_equal(list.words[0], 42);
		assert_non_null(strstr(e.text, texts[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpulist_reads_what_the_kernel_writes),
		cmocka_unit_test(cpulist_refuses_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
