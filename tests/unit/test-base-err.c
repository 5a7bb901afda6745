/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static void texts_from_elsewhere_end(void **state)
{
	struct err e = {.no = ENOENT};

	(void)state;
	memset(e.code, 'c', sizeof e.code);
	memset(e.pointer, 'p', sizeof e.pointer);
	memset(e.text, 't', sizeof e.text);
	assert_int_equal(err_sanitise(&e), -ENOENT);
	assert_int_equal(strnlen(e.code, sizeof e.code), sizeof e.code - 1);
	assert_int_equal(strnlen(e.pointer, sizeof e.pointer), sizeof e.pointer - 1);
	assert_int_equal(strnlen(e.text, sizeof e.text), sizeof e.text - 1);
}

static void texts_from_elsewhere_cannot_change_a_terminal(void **state)
{
	struct err e = {.no = EIO, .code = "a\tb", .pointer = "/a\x7f", .text = "open '\xc3\xa4':\n\x1b[2J"};

	(void)state;
	(void)err_sanitise(&e); /* what it returns is tested below */
	assert_string_equal(e.code, "a?b");
	assert_string_equal(e.pointer, "/a?");
	assert_string_equal(e.text, "open '\xc3\xa4':??[2J");
}

static void a_number_from_elsewhere_is_that_of_a_failure(void **state)
{
	static const struct {
		int said, taken;
	} rows[] = {{1, 1}, {4095, 4095}, {0, EIO}, {-ENOENT, EIO}, {4096, EIO}, {INT32_MIN, EIO}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = {.no = rows[i].said};

		assert_int_equal(err_sanitise(&e), -rows[i].taken);
		assert_int_equal(e.no, rows[i].taken);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_from_elsewhere_end),
		cmocka_unit_test(texts_from_elsewhere_cannot_change_a_terminal),
		cmocka_unit_test(a_number_from_elsewhere_is_that_of_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
