/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/values.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static void a_signal_is_a_number_or_a_name_in_any_case(void **state)
{
	const struct {
		const char *text;
		int signo;
	} rows[] = {
		{"0", 0}, /* kill(2): sends nothing */
		{"9", SIGKILL},
		{"KILL", SIGKILL},
		{"SIGKILL", SIGKILL},
		{"sigterm", SIGTERM},
		{"IOT", SIGABRT},
		{"CLD", SIGCHLD},
		{"POLL", SIGIO},
		{"37", 37},
		{"RTMIN", SIGRTMIN},
		{"SIGRTMIN+3", SIGRTMIN + 3},
		{"rtmax-1", SIGRTMAX - 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err e = ERR_NONE;
		int signo = 0;

		assert_int_equal(cli_value_signal(rows[i].text, &signo, &e), 0);
		assert_int_equal(signo, rows[i].signo);
	}
}

static void what_is_no_signal_is_refused(void **state)
{
	static const char *const bad[] = {"", "-9", "65", "9x", "NOPE", "SIG", "SIGSIGTERM", "RTMIN-1", "RTMIN+99",
		"RTMAX+1", "RTMINx", "RTMIN+", "RTMIN+9223372036854775807", "RTMAX-9223372036854775808"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = ERR_NONE;
		int signo = 42;

		assert_int_equal(cli_value_signal(bad[i], &signo, &e), -EINVAL);
		assert_int_equal(signo, 42);
	}
}

static int id_of(const char *text, uint64_t *ret)
{
	struct err e = ERR_NONE;

	return cli_value_id("--user", text, text + strlen(text), ret, &e);
}

static void an_id_is_a_number_that_the_kernel_takes_for_one(void **state)
{
	static const char *const bad[] = {"", "root", "-1", "+1", " 1", "1x", "4294967295", "99999999999999999999"};
	uint64_t id = 0;

	(void)state;
	assert_int_equal(id_of("4294967294", &id), 0);
	assert_int_equal(id, 4294967294);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(id_of(bad[i], &id), -EINVAL);
}

static void a_variable_needs_a_name_and_a_value(void **state)
{
	const char *good[] = {"A=1", "B="}, *nameless[] = {"=1"}, *bare[] = {"A=1", "B"};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cli_value_env(&(struct cli_list){2, good}, &e), 0);
	assert_int_equal(cli_value_env(&(struct cli_list){1, nameless}, &e), -EINVAL);
	assert_int_equal(cli_value_env(&(struct cli_list){2, bare}, &e), -EINVAL);
	assert_non_null(strstr(e.text, "'B'"));
}

static void a_format_is_a_table_unless_json_is_asked(void **state)
{
	struct err e = ERR_NONE;
	bool json = true;

	(void)state;
	assert_int_equal(cli_value_is_json(NULL, &json, &e), 0);
	assert_false(json);
	assert_int_equal(cli_value_is_json("json", &json, &e), 0);
	assert_true(json);
	assert_int_equal(cli_value_is_json("yaml", &json, &e), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_is_a_number_or_a_name_in_any_case),
		cmocka_unit_test(what_is_no_signal_is_refused),
		cmocka_unit_test(an_id_is_a_number_that_the_kernel_takes_for_one),
		cmocka_unit_test(a_variable_needs_a_name_and_a_value),
		cmocka_unit_test(a_format_is_a_table_unless_json_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
