/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/entry.h"

#include "runtime/cli/cli.h"
#include "tests/unit/unit.h"

#include <string.h>

static bool launches(const char *const *words)
{
	int n = 0;

	while (words[n])
		n++;
	return entry_launches(n, (char *const *)(uintptr_t)words); /* only read */
}

static void entry_knows_the_verbs_that_launch(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_verbs_n; i++) {
		const char *const words[] = {"cloche", cli_verbs[i]->name, NULL};

		assert_int_equal(launches(words), cli_verbs[i]->launches);
	}
}

static void entry_finds_a_verb_wherever_it_stands_and_nothing_else(void **state)
{
	static const struct {
		const char *words[6];
		bool launches;
	} cases[] = {
		{{"cloche"}, false},
		{{"run"}, false}, /* the program's own name */
		{{"cloche", ""}, false},
		{{"cloche", "runs"}, false},
		{{"cloche", "ru"}, false},
		{{"cloche", "--root", "/x", "exec", "web"}, true},
		{{"cloche", "state", "web"}, false},
		{{NULL}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(launches(cases[i].words), cases[i].launches);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_knows_the_verbs_that_launch),
		cmocka_unit_test(entry_finds_a_verb_wherever_it_stands_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
