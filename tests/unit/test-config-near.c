/* SPDX-License-Identifier: Apache-2.0 */
#include "config/near.h"

#include "config/keys.h"
#include "config/names.h"

#include "tests/unit/unit.h"

#include <string.h>

static void distances_count_edits_up_to_the_most_allowed(void **state)
{
	static const struct {
		const char *a, *b;
		size_t most, distance;
	} rows[] = {
		{"hostname", "hostname", 3, 0},
		{"hostnme", "hostname", 3, 1},
		{"hostnaame", "hostname", 3, 1},
		{"hostnaem", "hostname", 3, 1}, /* neighbours swapped */
		{"HostName", "hostname", 3, 0},
		{"kitten", "sitting", 3, 3},
		{"kitten", "sitting", 2, 3},
		{"", "abc", 3, 3},
		{"abc", "", 2, 3},
		{"a", "abcdefgh", 2, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(near_distance(rows[i].a, rows[i].b, rows[i].most), rows[i].distance);
}

static void names_past_any_sensible_length_are_far_apart(void **state)
{
	char a[200], b[200];

	(void)state;
	memset(a, 'a', sizeof a);
	memset(b, 'a', sizeof b);
	a[199] = b[199] = '\0';
	assert_int_equal(near_distance(a, b, 3), 4);
}

static void the_nearest_name_is_proposed_and_none_that_is_far(void **state)
{
	(void)state;
	assert_string_equal(names_nearest(&names_capability, "CAP_SYS_ADMIM"), "CAP_SYS_ADMIN");
	assert_string_equal(names_nearest(&names_capability, "cap_chown"), "CAP_CHOWN");
	assert_null(names_nearest(&names_capability, "SYS_EVERYTHING"));
	assert_null(names_nearest(&names_namespace, "x"));
	assert_string_equal(key_nearest(&keys_process, "noNewPriviledges")->name, "noNewPrivileges");
	assert_string_equal(key_nearest(&keys_spec, "mount")->name, "mounts");
	assert_null(key_nearest(&keys_spec, "volumes"));
}

static void names_are_found_both_ways(void **state)
{
	(void)state;
	assert_int_equal(names_find(&names_capability, "CAP_CHECKPOINT_RESTORE"), 40);
	assert_string_equal(names_of(&names_capability, 21), "CAP_SYS_ADMIN");
	assert_null(names_of(&names_capability, 41));
	assert_null(names_of(&names_seccomp_action, 0));
	assert_int_equal(names_find(&names_seccomp_action, "SCMP_ACT_NONE"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_count_edits_up_to_the_most_allowed),
		cmocka_unit_test(names_past_any_sensible_length_are_far_apart),
		cmocka_unit_test(the_nearest_name_is_proposed_and_none_that_is_far),
		cmocka_unit_test(names_are_found_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
