/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/wall.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static int choose(const struct wall_wish *wish, struct wall_choice *ret, struct err *e)
{
	static const struct spec plain;
	struct wall_wish whole = *wish;

	*e = ERR_NONE;
	if (!whole.spec)
		whole.spec = &plain;
	return wall_choose(&whole, ret, e);
}

static void who_says_nothing_gets_namespaces(void **state)
{
	struct wall_choice choice;
	struct err e;

	(void)state;
	assert_int_equal(choose(&(struct wall_wish){.program = "/usr/bin/cloche"}, &choice, &e), 0);
	assert_string_equal(choice.name, "namespace");
	assert_string_equal(choice.reason, "");
}

static void whoever_wishes_for_a_microvm_gets_one(void **state)
{
	struct string_pair annotation = {"run.cloche.isolation", "microvm"};
	struct spec_vm vm = {0};
	const struct spec annotated = {.annotations = {true, 1, &annotation}}, with_vm = {.vm = &vm};
	const struct wall_wish wishes[] = {
		{.option = "microvm"},
		{.spec = &annotated},
		{.spec = &with_vm},
		{.program = "/usr/bin/cloche-microvm"},
		{.program = "cloche-microvm"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		struct wall_choice choice;
		struct err e;

		assert_int_equal(choose(&wishes[i], &choice, &e), 0);
		assert_string_equal(choice.name, "microvm");
		assert_string_equal(choice.reason, "");
	}
}

static void the_option_wins_over_the_annotation_and_that_over_the_rest(void **state)
{
	struct string_pair annotation = {"run.cloche.isolation", "namespace"};
	struct spec_vm vm = {0};
	const struct spec both = {.annotations = {true, 1, &annotation}, .vm = &vm};
	struct wall_choice choice;
	struct err e;

	(void)state;
	assert_int_equal(choose(&(struct wall_wish){.spec = &both, .program = "cloche"}, &choice, &e), 0);
	assert_string_equal(choice.name, "namespace");
	assert_int_equal(choose(&(struct wall_wish){.spec = &both, .option = "microvm"}, &choice, &e), 0);
	assert_string_equal(choice.name, "microvm");
}

static void an_annotation_cannot_undo_the_programs_name(void **state)
{
	struct string_pair annotation = {"run.cloche.isolation", "namespace"};
	const struct spec annotated = {.annotations = {true, 1, &annotation}};
	struct wall_wish wish = {.spec = &annotated, .program = "/usr/bin/cloche-microvm"};
	struct wall_choice choice;
	struct err e;

	(void)state;
	assert_int_equal(choose(&wish, &choice, &e), -EPERM);
	assert_string_equal(e.code, "thinner-wall");
	annotation.value = "auto";
	assert_int_equal(choose(&wish, &choice, &e), -EPERM);
	wish.option = "namespace";
	assert_int_equal(choose(&wish, &choice, &e), 0);
	assert_string_equal(choice.name, "namespace");
}

static void an_automatic_choice_says_why(void **state)
{
	struct wall_choice choice;
	struct err e;

	(void)state;
	assert_int_equal(choose(&(struct wall_wish){.option = "auto"}, &choice, &e), 0);
	assert_string_not_equal(choice.reason, "");
	assert_int_equal(strstr(choice.reason, "cannot") != NULL, strcmp(choice.name, "namespace") == 0);
}

static void what_is_no_wall_is_refused(void **state)
{
	struct wall_choice choice;
	struct err e;

	(void)state;
	assert_int_equal(choose(&(struct wall_wish){.option = "jail"}, &choice, &e), -EINVAL);
	assert_string_equal(e.text, "--isolation: found 'jail', want namespace, microvm or auto");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_says_nothing_gets_namespaces),
		cmocka_unit_test(whoever_wishes_for_a_microvm_gets_one),
		cmocka_unit_test(the_option_wins_over_the_annotation_and_that_over_the_rest),
		cmocka_unit_test(an_annotation_cannot_undo_the_programs_name),
		cmocka_unit_test(an_automatic_choice_says_why),
		cmocka_unit_test(what_is_no_wall_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
