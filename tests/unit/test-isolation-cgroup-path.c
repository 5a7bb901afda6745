/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/cgroup_path.h"
#include "runtime/isolation/cgroup_unit.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

static void path_follows_the_spec(void **state)
{
	static const struct {
		const char *wanted, *found;
	} rows[] = {
		{NULL, "/cloche-web"},
		{"", "/cloche-web"},
		{"/a/b", "/a/b"},
		{"//a/./b//", "/a/b"},
		{"pod/web", "/pod/web"},
		{"/a/..b", "/a/..b"},
	};
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V1);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cgroup_wanted wanted = {.cgroups_path = rows[i].wanted, .id = "web"};
		struct cgroup_path path;
		struct err e = ERR_NONE;

		assert_int_equal(cgroup_path_for(&wanted, &host, &path, &e), 0);
		assert_string_equal(path.text, rows[i].found);
		assert_false(path.below_own);
	}
}

static void path_that_could_leave_its_parent_is_refused(void **state)
{
	static const struct {
		const char *path, *id, *code;
	} rows[] = {
		{"/a/../../b", "web", "cgroup-path-outside"},
		{"..", "web", "cgroup-path-outside"},
		{"/", "web", "cgroup-path-root"},
		{"/./", "web", "cgroup-path-root"},
		{NULL, "a/b", "bad-id"},
		{NULL, "", "bad-id"},
	};
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cgroup_wanted wanted = {.cgroups_path = rows[i].path, .id = rows[i].id};
		struct cgroup_path path = {.text = "untouched"};
		struct err e = ERR_NONE;

		assert_int_equal(cgroup_path_for(&wanted, &host, &path, &e), -EINVAL);
		assert_string_equal(e.code, rows[i].code);
		assert_string_equal(path.text, "untouched");
	}
}

static void path_too_long_for_the_kernel_is_refused(void **state)
{
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);
	static char text[PATH_MAX + 10];
	const struct cgroup_wanted wanted = {.cgroups_path = text, .id = "web"};
	struct cgroup_path path;
	struct err e = ERR_NONE;

	(void)state;
	memset(text, 'a', sizeof text - 1);
	text[0] = '/';
	assert_int_equal(cgroup_path_for(&wanted, &host, &path, &e), -ENAMETOOLONG);
	assert_string_equal(e.pointer, "/linux/cgroupsPath");
}

static void path_of_a_caller_without_the_top_is_below_its_own_cgroup(void **state)
{
	static const struct {
		const char *own;
		bool v2;
		const char *found;
	} rows[] = {
		{"/user/me", false, "/m/user/me/cloche-web"},
		{"/user/me", true, "/m/user/cloche-web"},
		{"/me", true, "/m/cloche-web"},
		{"/", true, "/m/cloche-web"},
		{"/", false, "/m/cloche-web"},
	};
	const struct cgroup_host host = {.root_writable = false};
	const struct cgroup_wanted wanted = {.id = "web"};
	struct cgroup_path path;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cgroup_path_for(&wanted, &host, &path, &e), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cgroup_hierarchy hierarchy = {.mount = "/m", .own = rows[i].own, .v2 = rows[i].v2};
		char dir[PATH_MAX];

		assert_int_equal(cgroup_path_in(&path, &hierarchy, dir, &e), 0);
		assert_string_equal(dir, rows[i].found);
	}
}

static void unit_has_its_place_in_nested_slices(void **state)
{
	static const struct {
		const char *wanted, *found;
	} rows[] = {
		{"a-b.slice:cloche:web", "/a.slice/a-b.slice/cloche-web.scope"},
		{"machine.slice:libpod:42", "/machine.slice/libpod-42.scope"},
		{"::", "/system.slice/web.scope"},
		{"", "/system.slice/cloche-web.scope"},
		{NULL, "/system.slice/cloche-web.scope"},
		{":p:n", "/system.slice/p-n.scope"},
		{"-.slice:p:n", "/p-n.scope"},
		{"a.slice:p:a-pod.slice", "/a.slice/a-pod.slice"},
	};
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cgroup_wanted wanted = {.cgroups_path = rows[i].wanted, .id = "web", .systemd = true};
		struct cgroup_path path;
		struct err e = ERR_NONE;

		assert_int_equal(cgroup_path_for(&wanted, &host, &path, &e), 0);
		assert_string_equal(path.text, rows[i].found);
	}
}

static void unit_of_a_user_is_in_the_slice_of_users(void **state)
{
	const struct cgroup_unit_wanted wanted = {.id = "web", .user = true};
	struct cgroup_unit unit;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cgroup_unit_parse(&wanted, &unit, &e), 0);
	assert_string_equal(unit.slice, "user.slice");
	assert_string_equal(unit.name, "cloche-web.scope");
	assert_false(cgroup_unit_is_slice(&unit));
}

static void unit_that_is_none_is_refused(void **state)
{
	static const char *const rows[] = {"/a/b", "a.slice:b", "a.slice:b:c:d", "a:b:c", "-a.slice:b:c",
		"a-.slice:b:c", "a--b.slice:b:c", "a.slice:../..:c"};
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct cgroup_wanted wanted = {.cgroups_path = rows[i], .id = "web", .systemd = true};
		struct cgroup_path path;
		struct err e = ERR_NONE;

		assert_int_equal(cgroup_path_for(&wanted, &host, &path, &e), -EINVAL);
		assert_string_equal(e.code, "bad-cgroup-unit");
	}
}

static void path_of_a_process_is_the_one_systemd_gave_it(void **state)
{
	static const struct {
		const char *text, *found;
	} rows[] = {
		{"0::/a.slice/w.scope\n", "/a.slice/w.scope"},
		{"4:memory:/x\n1:name=systemd:/a.slice/w.scope\n0::/y\n", "/a.slice/w.scope"},
		{"4:memory:/x\n0::/y\n", "/y"},
		{"0::/\n", NULL},
		{"4:memory:/x\n", NULL},
		{"0::relative/w.scope\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cgroup_path path;
		struct err e = ERR_NONE;
		int r = cgroup_path_of_process(rows[i].text, &path, &e);

		assert_int_equal(r, rows[i].found ? 0 : -ENOENT);
		if (r == 0)
			assert_string_equal(path.text, rows[i].found);
	}
}

static void cgroup_saved_and_loaded_is_the_same(void **state)
{
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_HYBRID);
	const struct cgroup_path path = {.text = "/cloche/my web"};
	own_cgroup first = {0}, second = {0};
	own_text saved = {0}, again = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cgroup_prepare(&host, &path, &first, &e), 0);
	first.places[1].made = 2;
	assert_int_equal(cgroup_save(&first, &saved, &e), 0);
	assert_int_equal(cgroup_load(text_string(&saved), &second, &e), 0);
	assert_int_equal(cgroup_save(&second, &again, &e), 0);
	assert_string_equal(text_string(&saved), text_string(&again));
	assert_int_equal(second.n, host.n);
	assert_string_equal(cgroup_find(&second, CGROUP_CPUACCT)->dir, "/sys/fs/cgroup/cpu,cpuacct/cloche/my web");
	assert_string_equal(cgroup_find_v2(&second)->dir, "/sys/fs/cgroup/unified/cloche/my web");
	assert_int_equal(second.places[1].made, 2);
	assert_int_equal(second.places[1].top, strlen("/sys/fs/cgroup/cpuset"));
}

/* The kernel refuses such a name, too, but only after the state was written, in which a cgroup is a line. */
static void cgroup_with_a_newline_in_its_path_is_refused_before_it_is_saved(void **state)
{
	const struct cgroup_host host = cgroup_host_fixed(CGROUP_MODE_V2);
	const struct cgroup_path path = {.text = "/cloche/two\nlines"};
	struct cgroup cgroup = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(cgroup_prepare(&host, &path, &cgroup, &e), -EINVAL);
	assert_string_equal(e.code, "cgroup-path-newline");
	assert_string_equal(e.pointer, "/linux/cgroupsPath");
}

static void cgroup_state_that_is_none_is_refused(void **state)
{
	static const char *const rows[] = {"x", "2 0 5 0", "2 0 99 0 /a/b", "2 0 1 0 /a/b", "2 0 0 0 relative"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		own_cgroup cgroup = {0};
		struct err e = ERR_NONE;

		assert_int_equal(cgroup_load(rows[i], &cgroup, &e), -EINVAL);
		assert_int_equal(cgroup.n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_follows_the_spec),
		cmocka_unit_test(path_that_could_leave_its_parent_is_refused),
		cmocka_unit_test(path_too_long_for_the_kernel_is_refused),
		cmocka_unit_test(path_of_a_caller_without_the_top_is_below_its_own_cgroup),
		cmocka_unit_test(unit_has_its_place_in_nested_slices),
		cmocka_unit_test(unit_of_a_user_is_in_the_slice_of_users),
		cmocka_unit_test(unit_that_is_none_is_refused),
		cmocka_unit_test(path_of_a_process_is_the_one_systemd_gave_it),
		cmocka_unit_test(cgroup_saved_and_loaded_is_the_same),
		cmocka_unit_test(cgroup_with_a_newline_in_its_path_is_refused_before_it_is_saved),
		cmocka_unit_test(cgroup_state_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
