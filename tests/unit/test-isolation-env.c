/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/env.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 8 };

static size_t count(const char *const *items)
{
	size_t n = 0;

	while (items[n])
		n++;
	return n;
}

static void env_is_the_specs_and_what_is_extra(void **state)
{
	const struct {
		struct env_extra extra;
		const char *asked[ROOM], *expected[ROOM];
	} cases[] = {
		{{"/root", 0, 1}, {"A=1", "B=2"}, {"A=1", "B=2", "HOME=/root"}},
		{{"/root", 0, 1}, {"HOME=/srv", "A=1"}, {"HOME=/srv", "A=1"}},
		{{"/root", 0, 1}, {"HOME=", "A=1"}, {"A=1", "HOME=/root"}},
		{{"/root", 0, 1}, {"HOME=/srv", "A=1", "HOME="}, {"A=1", "HOME=/root"}},
		{{"/", 0, 1}, {"A=1", "AB=2", "A=3", "AB=4", "A=5"}, {"AB=4", "A=5", "HOME=/"}},
		{{"/", 0, 1}, {"A", "A-B=1", "A="}, {"A-B=1", "A=", "HOME=/"}},
		{{"/", 2, 7}, {"LISTEN_FDS=9", "HOME=/x"}, {"HOME=/x", "LISTEN_FDS=2", "LISTEN_PID=7"}},
		{{"/", 0, 1}, {NULL}, {"HOME=/"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *items[ROOM];
		struct strings asked = {true, count(cases[i].asked), items}, env = {0};
		own_arena a = {0};
		struct err e = ERR_NONE;

		memcpy(items, cases[i].asked, sizeof items);
		assert_int_equal(env_build(&a, &asked, &cases[i].extra, &env, &e), 0);
		assert_int_equal(env.n, count(cases[i].expected));
		assert_null(env.items[env.n]);
		for (size_t n = 0; n < env.n; n++)
			assert_string_equal(env.items[n], cases[i].expected[n]);
	}
}

static void env_of_many_variables_keeps_the_last_of_each(void **state)
{
	enum { MANY = 20000, NAMES = 1000 };
	const struct env_extra extra = {.home = "/"};
	static char texts[MANY][16];
	static const char *items[MANY + 1];
	struct strings asked = {true, MANY, items}, env = {0};
	own_arena a = {0};
	struct err e = ERR_NONE;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(texts[i], sizeof texts[i], "V%d=%d", i % NAMES, i);
		items[i] = texts[i];
	}
	assert_int_equal(env_build(&a, &asked, &extra, &env, &e), 0);
	assert_int_equal(env.n, NAMES + 1);
	assert_string_equal(env.items[0], "V0=19000");
	assert_string_equal(env.items[999], "V999=19999");
}

static void env_find_takes_the_whole_name_and_the_last(void **state)
{
	const char *items[] = {"PATHS=no", "PATH=first", "PATH=last", "EMPTY", NULL};
	const struct strings env = {true, 4, items};

	(void)state;
	assert_string_equal(env_find(&env, "PATH"), "last");
	assert_string_equal(env_find(&env, "EMPTY"), "");
	assert_null(env_find(&env, "PAT"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(env_is_the_specs_and_what_is_extra),
		cmocka_unit_test(env_of_many_variables_keeps_the_last_of_each),
		cmocka_unit_test(env_find_takes_the_whole_name_and_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
