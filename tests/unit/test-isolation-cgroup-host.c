/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/cgroup_host.h"

#include "tests/unit/unit.h"

#include <errno.h>

static struct cgroup_host parse(const char *self, const char *mountinfo, const char *v2_controllers)
{
	const struct cgroup_host_texts texts = {self, mountinfo, v2_controllers};
	struct cgroup_host host = {0};
	struct err e = ERR_NONE;

	assert_int_equal(cgroup_host_parse(&texts, &host, &e), 0);
	return host;
}

static const struct cgroup_hierarchy *of(const struct cgroup_host *host, enum cgroup_controller controller)
{
	int at = cgroup_host_find(host, controller);

	assert_true(at >= 0);
	return &host->items[at];
}

static void host_with_version_2_only_is_v2(void **state)
{
	own_cgroup_host host = parse("0::/user.slice/a.scope\n",
		"24 30 0:22 / /proc rw,nosuid - proc proc rw\n"
		"35 25 0:30 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
		"cpuset cpu io memory pids\n");

	(void)state;
	assert_int_equal(host.mode, CGROUP_MODE_V2);
	assert_int_equal(host.n, 1);
	assert_string_equal(of(&host, CGROUP_MEMORY)->mount, "/sys/fs/cgroup");
	assert_string_equal(of(&host, CGROUP_IO)->own, "/user.slice/a.scope");
	assert_int_equal(cgroup_host_find(&host, CGROUP_HUGETLB), -1);
	assert_true(cgroup_host_is_v2(&host, CGROUP_HUGETLB));
}

static void host_with_comounted_controllers_has_one_hierarchy_for_both(void **state)
{
	own_cgroup_host host = parse("3:cpu,cpuacct:/x\n2:memory:/\n1:name=systemd:/\n",
		"31 23 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
		"32 23 0:30 / /elsewhere/mem rw - cgroup cgroup rw,memory\n"
		"33 23 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n",
		NULL);

	(void)state;
	assert_int_equal(host.mode, CGROUP_MODE_V1);
	assert_int_equal(host.n, 3);
	assert_int_equal(cgroup_host_find(&host, CGROUP_CPU), cgroup_host_find(&host, CGROUP_CPUACCT));
	assert_string_equal(of(&host, CGROUP_MEMORY)->mount, "/elsewhere/mem");
	assert_string_equal(of(&host, CGROUP_CPU)->own, "/x");
	assert_string_equal(host.items[2].mount, "/sys/fs/cgroup/systemd");
}

static void host_with_controllers_in_version_1_beside_version_2_is_hybrid(void **state)
{
	own_cgroup_host host = parse("2:memory:/\n0::/\n",
		"32 23 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		"41 23 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
		"hugetlb\n");

	(void)state;
	assert_int_equal(host.mode, CGROUP_MODE_HYBRID);
	assert_false(cgroup_host_is_v2(&host, CGROUP_MEMORY));
	assert_true(cgroup_host_is_v2(&host, CGROUP_HUGETLB));
	assert_int_equal(cgroup_host_find_v2(&host), 1);
	assert_int_equal(cgroup_host_find(&host, CGROUP_CORE), 1);
}

static void host_seen_from_a_container_has_its_own_cgroup_below_the_mount(void **state)
{
	own_cgroup_host host = parse("2:memory:/docker/1/sub\n",
		"32 23 0:30 /other /wrong rw - cgroup cgroup rw,memory\n"
		"33 23 0:30 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
		NULL);

	(void)state;
	assert_string_equal(of(&host, CGROUP_MEMORY)->mount, "/sys/fs/cgroup/memory");
	assert_string_equal(of(&host, CGROUP_MEMORY)->own, "/sub");
}

static void host_mounted_from_outside_our_namespace_is_taken_as_the_top(void **state)
{
	own_cgroup_host host = parse("0::/\n", "33 23 0:30 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "");

	(void)state;
	assert_string_equal(host.items[0].own, "/");
}

static void host_mount_point_with_escaped_space_is_read_as_written(void **state)
{
	own_cgroup_host host = parse("0::/\n", "33 23 0:30 / /my\\040cgroup rw - cgroup2 cgroup2 rw\n", "");

	(void)state;
	assert_string_equal(host.items[0].mount, "/my cgroup");
}

static void host_hierarchy_that_is_not_mounted_is_left_out(void **state)
{
	own_cgroup_host host = parse("3:rdma:/\n0::/\n", "33 23 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "");

	(void)state;
	assert_int_equal(host.n, 1);
	assert_int_equal(host.mode, CGROUP_MODE_V2);
}

static void host_without_cgroups_says_so(void **state)
{
	const struct cgroup_host_texts texts = {"0::/\n", "24 30 0:22 / /proc rw - proc proc rw\n", NULL};
	struct cgroup_host host = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cgroup_host_parse(&texts, &host, &e), -ENOENT);
	assert_string_equal(e.code, "no-cgroups");
}

static void host_lines_that_are_no_mounts_are_skipped(void **state)
{
	own_cgroup_host host = parse("nonsense\n\n0::/\n",
		"\n - \n1 2 3\n33 23 0:30 / - cgroup\n33 23 0:30 / /c rw - cgroup2 cgroup2 rw\n33 23 0:30 / /d", "");

	(void)state;
	assert_int_equal(host.n, 1);
	assert_string_equal(host.items[0].mount, "/c");
}

static void host_backslash_before_anything_but_three_octal_digits_stays(void **state)
{
	own_cgroup_host host = parse("0::/\n", "33 23 0:30 / /a\\1\xc4\xc4\\08\\1 rw - cgroup2 cgroup2 rw\n", "");

	(void)state;
	assert_string_equal(host.items[0].mount, "/a\\1\xc4\xc4\\08\\1");
}

/* No kernel writes these: a hierarchy has controllers or a name, and paths begin at their root. */
static void host_hierarchies_without_a_name_or_a_whole_path_are_skipped(void **state)
{
	own_cgroup_host host = parse("5::/x\n4:pids:x\n2:memory:/x\n",
		"31 23 0:29 / /other rw - cgroup cgroup rw,cpu\n"
		"32 23 0:30 / relative rw - cgroup cgroup rw,memory\n"
		"33 23 0:30 / /memory rw - cgroup cgroup rw,memory\n"
		"34 23 0:31 / /pids rw - cgroup cgroup rw,pids\n",
		NULL);

	(void)state;
	assert_int_equal(host.n, 1);
	assert_string_equal(host.items[0].mount, "/memory");
}

static void host_made_up_has_every_controller_of_its_mode(void **state)
{
	struct cgroup_host v1 = cgroup_host_fixed(CGROUP_MODE_V1), v2 = cgroup_host_fixed(CGROUP_MODE_V2);
	struct cgroup_host hybrid = cgroup_host_fixed(CGROUP_MODE_HYBRID);

	(void)state;
	assert_true(cgroup_host_find(&v1, CGROUP_FREEZER) >= 0);
	assert_int_equal(cgroup_host_find_v2(&v1), -1);
	assert_int_equal(cgroup_host_find(&v2, CGROUP_FREEZER), -1);
	assert_int_equal(cgroup_host_find(&v2, CGROUP_MISC), 0);
	assert_false(cgroup_host_is_v2(&hybrid, CGROUP_CPU));
	assert_true(cgroup_host_find_v2(&hybrid) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_with_version_2_only_is_v2),
		cmocka_unit_test(host_with_comounted_controllers_has_one_hierarchy_for_both),
		cmocka_unit_test(host_with_controllers_in_version_1_beside_version_2_is_hybrid),
		cmocka_unit_test(host_seen_from_a_container_has_its_own_cgroup_below_the_mount),
		cmocka_unit_test(host_mounted_from_outside_our_namespace_is_taken_as_the_top),
		cmocka_unit_test(host_mount_point_with_escaped_space_is_read_as_written),
		cmocka_unit_test(host_hierarchy_that_is_not_mounted_is_left_out),
		cmocka_unit_test(host_without_cgroups_says_so),
		cmocka_unit_test(host_lines_that_are_no_mounts_are_skipped),
		cmocka_unit_test(host_backslash_before_anything_but_three_octal_digits_stays),
		cmocka_unit_test(host_hierarchies_without_a_name_or_a_whole_path_are_skipped),
		cmocka_unit_test(host_made_up_has_every_controller_of_its_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
