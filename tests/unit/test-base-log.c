/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/text.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What one warning becomes in a log of this form. stderr is kept out of the test's output. */
static void log_one(enum log_form form, const char *message, struct text *ret)
{
	own_fd file = memfd_create("log", MFD_CLOEXEC), kept = dup(STDERR_FILENO), quiet = memfd_create("err", 0);
	struct err e = ERR_NONE;

	assert_true(file >= 0 && kept >= 0 && dup2(quiet, STDERR_FILENO) >= 0);
	log_setup(LOG_LEVEL_DEBUG, form, file);
	log_warning("%s", message);
	log_setup(LOG_LEVEL_WARNING, LOG_FORM_TEXT, -1);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	assert_int_equal(fd_read_all(file, "log", 4096, ret, &e), 0);
}

static void a_message_is_one_line_whatever_is_in_it(void **state)
{
	static const struct {
		const char *message, *text, *json; /* json: how the line begins */
	} cases[] = {
		{"plain", "cloche: warning: plain\n", "{\"level\":\"warning\",\"msg\":\"plain\""},
		{"a\\b \"c\"", "cloche: warning: a\\b \"c\"\n", "{\"level\":\"warning\",\"msg\":\"a\\\\b \\\"c\\\"\""},
		{"x\ncloche: y", "cloche: warning: x\\x0acloche: y\n",
			"{\"level\":\"warning\",\"msg\":\"x\\u000acloche: y\""},
		{"\33[2J\177", "cloche: warning: \\x1b[2J\\x7f\n", "{\"level\":\"warning\",\"msg\":\"\\u001b[2J\177\""},
		{"\302\233"
		 "2J",
			"cloche: warning: \\u009b2J\n",
			"{\"level\":\"warning\",\"msg\":\"\302\233"
			"2J\""},
		{"\302\240\303\251", "cloche: warning: \302\240\303\251\n",
			"{\"level\":\"warning\",\"msg\":\"\302\240\303\251\""},
		{"cut \302", "cloche: warning: cut \302\n", "{\"level\":\"warning\",\"msg\":\"cut \302\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		own_text text = {0}, json = {0};

		log_one(LOG_FORM_TEXT, cases[i].message, &text);
		assert_string_equal(text_string(&text), cases[i].text);
		log_one(LOG_FORM_JSON, cases[i].message, &json);
		assert_int_equal(strncmp(text_string(&json), cases[i].json, strlen(cases[i].json)), 0);
	}
}

/* What stderr gets of a message when the log is a file. */
static void log_to_file(enum log_form form, void (*say)(const char *format, ...), struct text *ret)
{
	own_fd file = memfd_create("log", MFD_CLOEXEC), kept = dup(STDERR_FILENO), shown = memfd_create("err", 0);
	struct err e = ERR_NONE;

	assert_true(file >= 0 && kept >= 0 && dup2(shown, STDERR_FILENO) >= 0);
	log_setup(LOG_LEVEL_WARNING, form, file);
	say("words");
	log_setup(LOG_LEVEL_WARNING, LOG_FORM_TEXT, -1);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	assert_true(lseek(file, 0, SEEK_CUR) > 0); /* the file has it in any case */
	assert_int_equal(lseek(shown, 0, SEEK_SET), 0);
	assert_int_equal(fd_read_all(shown, "err", 4096, ret, &e), 0);
}

static void a_warning_to_an_engine_stays_out_of_what_the_service_prints(void **state)
{
	own_text warned = {0}, warned_engine = {0}, failed_engine = {0};

	(void)state;
	log_to_file(LOG_FORM_TEXT, log_warning, &warned);
	assert_string_equal(text_string(&warned), "cloche: warning: words\n");
	log_to_file(LOG_FORM_JSON, log_warning, &warned_engine);
	assert_string_equal(text_string(&warned_engine), "");
	log_to_file(LOG_FORM_JSON, log_error, &failed_engine);
	assert_string_equal(text_string(&failed_engine), "cloche: words\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_line_whatever_is_in_it),
		cmocka_unit_test(a_warning_to_an_engine_stays_out_of_what_the_service_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
