/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/cgroup_follow.h"

#include "tests/unit/unit.h"

static void a_process_below_the_group_is_found(void **state)
{
	(void)state;
	assert_string_equal(cgroup_path_rest("/sys/fs/cgroup/a/b", "/a/b/init.scope"), "/init.scope");
	assert_string_equal(cgroup_path_rest("/sys/fs/cgroup/unified/b", "/b/x/y"), "/x/y");
}

static void a_process_in_the_group_has_no_rest(void **state)
{
	(void)state;
	assert_string_equal(cgroup_path_rest("/sys/fs/cgroup/a/b", "/a/b"), "");
}

static void a_process_elsewhere_is_not_followed(void **state)
{
	(void)state;
	assert_null(cgroup_path_rest("/sys/fs/cgroup/a/b", "/a/bc"));
	assert_null(cgroup_path_rest("/sys/fs/cgroup/a/b", "/other"));
	assert_null(cgroup_path_rest("/sys/fs/cgroup/a/b", "/"));
	assert_null(cgroup_path_rest("/sys/fs/cgroup/a/b", "/../a/b"));
	assert_null(cgroup_path_rest("/sys/fs/cgroup/a/b", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_below_the_group_is_found),
		cmocka_unit_test(a_process_in_the_group_has_no_rest),
		cmocka_unit_test(a_process_elsewhere_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
