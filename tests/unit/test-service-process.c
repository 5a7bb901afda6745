/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/process.h"

#include "tests/unit/unit.h"

#include <string.h>

#include <errno.h>

static const char *base_args[] = {"server", NULL}, *base_env[] = {"A=1", NULL};
static uint64_t base_gids[] = {5};
static struct spec_capabilities base_capabilities = {
	.bounding = {true, 1}, .permitted = {true, 1}, .effective = {true, 1}};

static struct spec_process base(void)
{
	return (struct spec_process){
		.args = {true, 1, base_args},
		.env = {true, 1, base_env},
		.cwd = "/srv",
		.user = {.uid = 1, .gid = 2, .additional_gids_n = 1, .additional_gids = base_gids},
		.capabilities = &base_capabilities,
		.no_new_privileges = {true, true},
	};
}

static void no_changes_change_nothing(void **state)
{
	struct spec_process process = base(), before;
	own_arena a = {0};
	struct err e = ERR_NONE;

	(void)state;
	memcpy(&before, &process, sizeof before); /* with the bytes between the members */
	assert_int_equal(process_change(&a, &(struct process_changes){0}, &process, &e), 0);
	assert_memory_equal(&process, &before, sizeof process);
}

static void what_is_given_takes_the_place_of_what_was(void **state)
{
	const char *args[] = {"ls", "-l", NULL};
	struct spec_process process = base();
	own_arena a = {0};
	struct err e = ERR_NONE;
	const struct process_changes changes = {
		.args = {true, 2, args}, .cwd = "/tmp", .uid = {true, 0}, .gid = {true, 7}, .terminal = {true, true}};

	(void)state;
	assert_int_equal(process_change(&a, &changes, &process, &e), 0);
	assert_string_equal(process.args.items[0], "ls");
	assert_string_equal(process.cwd, "/tmp");
	assert_int_equal(process.user.uid, 0);
	assert_int_equal(process.user.gid, 7);
	assert_true(process.terminal.value);
	assert_true(process.no_new_privileges.value);
}

static void lists_grow_and_the_base_stays_as_it_is(void **state)
{
	const char *env[] = {"B=2", NULL};
	const uint64_t gids[] = {6, 7};
	struct spec_process process = base();
	own_arena a = {0};
	struct err e = ERR_NONE;
	const struct process_changes changes = {
		.env = {true, 1, env}, .gids_n = 2, .gids = gids, .capabilities = 1 << 12};

	(void)state;
	assert_int_equal(process_change(&a, &changes, &process, &e), 0);
	assert_int_equal(process.env.n, 2);
	assert_string_equal(process.env.items[0], "A=1");
	assert_string_equal(process.env.items[1], "B=2");
	assert_null(process.env.items[2]);
	assert_int_equal(process.user.additional_gids_n, 3);
	assert_int_equal(process.user.additional_gids[2], 7);
	assert_int_equal(process.capabilities->effective.bits, 1 << 12 | 1);
	assert_int_equal(base_capabilities.effective.bits, 1);
}

static void added_capabilities_are_ambient_only_beside_inheritable_ones(void **state)
{
	struct spec_capabilities inheriting = {.inheritable = {true, 1}};
	struct spec_process process = base(), other = base();
	own_arena a = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(process_change(&a, &(struct process_changes){.capabilities = 2}, &process, &e), 0);
	assert_int_equal(process.capabilities->ambient.bits, 0);
	other.capabilities = &inheriting;
	assert_int_equal(process_change(&a, &(struct process_changes){.capabilities = 2}, &other, &e), 0);
	assert_int_equal(other.capabilities->ambient.bits, 2);
	assert_int_equal(other.capabilities->inheritable.bits, 3);
}

static void a_process_that_cannot_start_is_refused(void **state)
{
	struct spec_process process = base();
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(process_validate(&process, &e), 0);
	process.cwd = "tmp";
	assert_int_equal(process_validate(&process, &e), -EINVAL);
	assert_string_equal(e.pointer, "/cwd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_changes_change_nothing),
		cmocka_unit_test(what_is_given_takes_the_place_of_what_was),
		cmocka_unit_test(lists_grow_and_the_base_stays_as_it_is),
		cmocka_unit_test(added_capabilities_are_ambient_only_beside_inheritable_ones),
		cmocka_unit_test(a_process_that_cannot_start_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
