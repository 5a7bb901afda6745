/* SPDX-License-Identifier: Apache-2.0 */
/* What a service sees of its cgroups: `root` or `user`, as test-mounts. */
#include "tests/root/namespaces.h"
#include "tests/root/scratch.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void own_cgroups_are_bound_and_their_controllers_linked(void **state)
{
	static const struct mount_cgroup items[] = {
		{"cpu,cpuacct", "cpu,cpuacct", "/tmp/own-cpu"},
		{"systemd", "name=systemd", "/tmp/own-systemd"},
		{"unified", NULL, "/tmp/own-unified"},
	};
	struct mount_cgroups cgroups = {.items = items, .n = 3};
	struct scratch *s = *state;
	char target[32] = "";

	for (size_t i = 0; i < cgroups.n; i++)
		make_host_dir(items[i].own);
	make_host_dir("/tmp/own-cpu/mine");
	s->cgroups = &cgroups;
	assert_applies(s, "cgroup", "cgroup", "/sys/fs/cgroup", "nosuid,noexec,nodev,ro");
	assert_int_equal(filesystem_of(s, "/sys/fs/cgroup"), TMPFS_MAGIC);
	assert_true(flags_of(s, "/sys/fs/cgroup") & ST_RDONLY);
	assert_true(flags_of(s, "/sys/fs/cgroup/systemd") & ST_RDONLY);
	assert_true(is_mount(s, "/sys/fs/cgroup/unified"));
	assert_int_equal(access(host(s, "/sys/fs/cgroup/cpuacct/mine"), F_OK), 0);
	assert_true(readlink(host(s, "/sys/fs/cgroup/cpu"), target, sizeof target - 1) > 0);
	assert_string_equal(target, "cpu,cpuacct");
}

/* Whether the host has the pids controller in a version 1 hierarchy of its own. */
static bool host_has_v1_pids(void)
{
	return access("/sys/fs/cgroup/pids/cgroup.procs", F_OK) == 0;
}

static void cgroup_namespace_gets_the_v2_tree(void **state)
{
	static const struct mount_cgroup v2 = {"unified", NULL, NULL};
	struct mount_cgroups cgroups = {.own_namespace = true, .unified = true, .items = &v2, .n = 1};
	struct scratch *s = *state;

	s->cgroups = &cgroups;
	assert_applies(s, "cgroup", "cgroup", "/v2", "nosuid,ro");
	assert_int_equal(filesystem_of(s, "/v2"), CGROUP2_SUPER_MAGIC);
	assert_true(flags_of(s, "/v2") & ST_RDONLY);
}

static void cgroup_namespace_gets_the_v1_filesystems(void **state)
{
	static const struct mount_cgroup v1 = {"pids", "pids", NULL};
	struct mount_cgroups cgroups = {.own_namespace = true, .items = &v1, .n = 1};
	struct scratch *s = *state;

	s->cgroups = &cgroups;
	assert_applies(s, "cgroup", "cgroup", "/v1", "nosuid,ro");
	assert_int_equal(filesystem_of(s, "/v1/pids"), CGROUP_SUPER_MAGIC);
	assert_int_equal(access(host(s, "/v1/pids/cgroup.procs"), F_OK), 0);
	assert_true(flags_of(s, "/v1/pids") & ST_RDONLY);
}

static void host_without_cgroups_is_said(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(apply(s, "cgroup", "cgroup", "/sys/fs/cgroup", "ro"), -ENODEV);
	assert_string_equal(s->e.pointer, "/mounts/3");
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
		SCRATCH_TEST(own_cgroups_are_bound_and_their_controllers_linked),
		SCRATCH_TEST(cgroup_namespace_gets_the_v2_tree), SCRATCH_TEST(host_without_cgroups_is_said),
		SCRATCH_TEST(cgroup_namespace_gets_the_v1_filesystems), /* last: for hosts with version 1 alone */
	};
	size_t n = sizeof all / sizeof all[0];

	return _cmocka_run_group_tests("cgroups", all, host_has_v1_pids() ? n : n - 1, NULL, NULL);
}

int main(int argc, char **argv)
{
	namespaces_run(argc > 1 && strcmp(argv[1], "user") == 0, tests);
}
