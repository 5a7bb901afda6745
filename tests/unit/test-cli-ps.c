/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/ps_row.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STAT(name, tty, user, kernel, start)                                                                           \
	"42 (" name ") S 7 42 42 " tty " 42 4194304 1 2 3 4 " user " " kernel " 9 9 20 0 1 0 " start " 1 1 1"

static const struct ps_clock noon = {.boot = 1000000000, .now = 1000000000 + 3600, .ticks = 100};

static void parsed(const char *stat, struct ps_row *row)
{
	assert_int_equal(ps_row_parse(stat, row), 0);
}

static void the_fields_of_a_process_are_found(void **state)
{
	struct ps_row row;

	(void)state;
	parsed(STAT("sh", "34817", "100", "50", "900"), &row);
	assert_int_equal(row.pid, 42);
	assert_int_equal(row.ppid, 7);
	assert_int_equal(row.tty, 34817);
	assert_int_equal(row.used_ticks, 150);
	assert_int_equal(row.start_ticks, 900);
	assert_string_equal(row.name, "sh");
}

static void a_name_with_brackets_and_blanks_misleads_nobody(void **state)
{
	struct ps_row row;

	(void)state;
	parsed(STAT("x) S 1 1 (", "0", "1", "1", "5"), &row);
	assert_int_equal(row.ppid, 7);
	assert_string_equal(row.name, "x) S 1 1 (");
}

static void what_is_not_a_stat_is_refused(void **state)
{
	static const char *const bad[] = {"", "42", "42 (sh", "42 sh) S 1", "42 (sh) S", ")("};
	struct ps_row row;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(ps_row_parse(bad[i], &row), -EINVAL);
}

static void a_line_has_the_columns_of_ps(void **state)
{
	static const char command[] = "sleep\0"
				      "1000";
	struct text line = {.data = (char *)(uintptr_t)command, .length = sizeof command}; /* with the last NUL */
	struct ps_row row;
	own_text out = {0};

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	parsed(STAT("sleep", "34817", "180000", "0", "0"), &row); /* half an hour of an hour */
	row.uid = 1000;
	ps_row_format(&row, &noon, &line, &out);
	assert_string_equal(text_string(&out), "1000          42       7 50 01:46 pts/1    00:30:00 sleep 1000\n");
}

static void a_process_without_a_command_line_shows_its_name(void **state)
{
	const struct text nothing = {0};
	struct ps_row row;
	own_text out = {0};

	(void)state;
	parsed(STAT("kworker", "0", "0", "0", "0"), &row);
	ps_row_format(&row, &noon, &nothing, &out);
	assert_non_null(strstr(text_string(&out), " ?        00:00:00 [kworker]\n"));
}

static void a_command_line_cannot_move_the_cursor(void **state)
{
	static const char command[] = "a\033[2J\n\x7f";
	struct text line = {.data = (char *)(uintptr_t)command, .length = sizeof command};
	struct ps_row row;
	own_text out = {0};

	(void)state;
	parsed(STAT("a", "0", "0", "0", "0"), &row);
	ps_row_format(&row, &noon, &line, &out);
	assert_non_null(strstr(text_string(&out), "a?[2J??\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fields_of_a_process_are_found),
		cmocka_unit_test(a_name_with_brackets_and_blanks_misleads_nobody),
		cmocka_unit_test(what_is_not_a_stat_is_refused),
		cmocka_unit_test(a_line_has_the_columns_of_ps),
		cmocka_unit_test(a_process_without_a_command_line_shows_its_name),
		cmocka_unit_test(a_command_line_cannot_move_the_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
