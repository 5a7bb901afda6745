/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/cli.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

struct values {
	bool all, force;
	const char *format;
	struct cli_number count;
	struct cli_list env;
};

static const struct cli_option options[] = {
	{"all", 'a', CLI_FLAG, offsetof(struct values, all), NULL, ""},
	{"force", 'f', CLI_FLAG, offsetof(struct values, force), NULL, ""},
	{"format", 0, CLI_TEXT, offsetof(struct values, format), "FORMAT", ""},
	{"count", 'n', CLI_NUMBER, offsetof(struct values, count), "N", ""},
	{"env", 'e', CLI_LIST, offsetof(struct values, env), "NAME=VALUE", ""},
};

enum { OPTIONS = sizeof options / sizeof *options, WORDS_MAX = 16 };

struct parsed {
	struct values values;
	struct cli_words words;
	char *argv[WORDS_MAX];
	struct err e;
	int r;
};

/* Parses the NULL-terminated words. */
static void parse(struct parsed *p, bool interspersed, const char *const *words)
{
	const struct cli_parser parser = {
		.options = options, .n = OPTIONS, .values = &p->values, .interspersed = interspersed};

	*p = (struct parsed){.words = {.items = p->argv}};
	while (words[p->words.n]) {
		p->argv[p->words.n] = (char *)(uintptr_t)words[p->words.n]; /* moved about, never written to */
		p->words.n++;
	}
	p->r = cli_parse(&parser, &p->words, &p->e);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void release(struct parsed *p)
{
	cli_values_free(options, OPTIONS, &p->values);
}

static void options_are_taken_with_either_form_of_value(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, true, WORDS("--format", "json", "--count=7", "-e", "A=1", "-eB=2", "--env", "C=3"));
	assert_int_equal(p.r, 0);
	assert_string_equal(p.values.format, "json");
	assert_true(p.values.count.set);
	assert_int_equal(p.values.count.value, 7);
	assert_int_equal(p.values.env.n, 3);
	assert_string_equal(p.values.env.items[1], "B=2");
	assert_null(p.values.env.items[3]);
	assert_int_equal(p.words.n, 0);
	release(&p);
}

static void letters_of_flags_stand_together(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, true, WORDS("-afn", "3", "id"));
	assert_int_equal(p.r, 0);
	assert_true(p.values.all && p.values.force);
	assert_int_equal(p.values.count.value, 3);
	assert_int_equal(p.words.n, 1);
	release(&p);
}

static void a_flag_takes_true_and_false(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, true, WORDS("--all=true", "--force=false"));
	assert_int_equal(p.r, 0);
	assert_true(p.values.all);
	assert_false(p.values.force);
	parse(&p, true, WORDS("--all=maybe"));
	assert_int_equal(p.r, -EINVAL);
}

static void arguments_between_options_keep_their_order_and_end_in_null(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, true, WORDS("one", "--all", "two", "-f", "three"));
	assert_int_equal(p.words.n, 3);
	assert_string_equal(p.words.items[0], "one");
	assert_string_equal(p.words.items[1], "two");
	assert_string_equal(p.words.items[2], "three");
	assert_null(p.words.items[3]);
}

/* A cloche that executes itself anew gives its command line on as it got it. */
static void options_before_the_first_argument_leave_the_words_where_they_are(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, false, WORDS("--format", "json", "run", "--all", "id"));
	assert_int_equal(p.r, 0);
	assert_false(p.values.all);
	assert_int_equal(p.words.n, 3);
	assert_string_equal(p.words.items[0], "run");
	assert_string_equal(p.argv[0], "--format");
	assert_string_equal(p.argv[1], "json");
	assert_string_equal(p.argv[2], "run");
}

static void two_dashes_end_the_options(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, true, WORDS("--all", "--", "--force"));
	assert_int_equal(p.r, 0);
	assert_false(p.values.force);
	assert_int_equal(p.words.n, 1);
	assert_string_equal(p.words.items[0], "--force");
}

/* Engines probe for an option by giving it without its value, and look for these words. */
static void a_missing_value_is_told_in_the_words_that_engines_match(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, true, WORDS("--format"));
	assert_int_equal(p.r, -EINVAL);
	assert_non_null(strstr(p.e.text, "flag needs an argument"));
}

static void what_is_no_option_or_no_number_is_refused(void **state)
{
	static const char *const bad[] = {
		"--nothing", "-x", "--count=seven", "--count=-1", "--count= -1", "--count=+1", "--count=", "--al"};
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		parse(&p, true, WORDS(bad[i]));
		assert_int_equal(p.r, -EINVAL);
		assert_string_equal(p.e.code, "usage");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_taken_with_either_form_of_value),
		cmocka_unit_test(letters_of_flags_stand_together),
		cmocka_unit_test(a_flag_takes_true_and_false),
		cmocka_unit_test(arguments_between_options_keep_their_order_and_end_in_null),
		cmocka_unit_test(options_before_the_first_argument_leave_the_words_where_they_are),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(a_missing_value_is_told_in_the_words_that_engines_match),
		cmocka_unit_test(what_is_no_option_or_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
