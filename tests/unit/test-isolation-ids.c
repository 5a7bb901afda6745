/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/ids.h"

#include "base/fd.h"
#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

static void need_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("needs to run as root\n");
	skip();
}

static void become_user(void *data)
{
	uint64_t groups[] = {3000, 4000};
	const struct spec_user user = {.uid = 1000, .gid = 2000, .additional_gids_n = 2, .additional_gids = groups};
	uid_t uids[3];
	gid_t gids[3], now[4];
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, ids_apply(&user, &e) == 0);
	CHILD_CHECK(2, getresuid(&uids[0], &uids[1], &uids[2]) == 0 && getresgid(&gids[0], &gids[1], &gids[2]) == 0);
	for (int i = 0; i < 3; i++)
		CHILD_CHECK(3, uids[i] == 1000 && gids[i] == 2000);
	CHILD_CHECK(4, getgroups(4, now) == 2 && now[0] == 3000 && now[1] == 4000);
	CHILD_CHECK(5, setresuid(0, 0, 0) < 0);
}

static void ids_are_all_of_the_users(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(child_run(become_user, NULL), 0);
}

static void drop_groups(void *data)
{
	const gid_t callers[] = {27};
	const struct spec_user user = {.uid = 1000, .gid = 1000};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(1, setgroups(1, callers) == 0);
	CHILD_CHECK(2, ids_apply(&user, &e) == 0);
	CHILD_CHECK(3, getgroups(0, NULL) == 0);
}

static void ids_leave_no_group_of_the_caller(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(child_run(drop_groups, NULL), 0);
}

/* (uid_t)-1 means "unchanged" to the kernel: the service would be root. */
static void ids_that_mean_unchanged_are_refused(void **state)
{
	uint64_t group = UINT32_MAX;
	const struct {
		struct spec_user user;
		const char *pointer;
	} cases[] = {
		{{.uid = UINT32_MAX, .gid = 1}, "/process/user/uid"},
		{{.uid = 1, .gid = UINT32_MAX}, "/process/user/gid"},
		{{.uid = 1, .gid = 1, .additional_gids_n = 1, .additional_gids = &group},
			"/process/user/additionalGids"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e = ERR_NONE;

		assert_int_equal(ids_apply(&cases[i].user, &e), -EINVAL);
		assert_string_equal(e.pointer, cases[i].pointer);
		assert_string_equal(e.code, "id-invalid");
	}
}

/* In a user namespace without maps no id but the overflow's exists, and nobody may set groups. */
static void become_unmapped(void *data)
{
	uint64_t group = 5;
	const struct spec_user grouped = {.additional_gids_n = 1, .additional_gids = &group},
			       alone = {.uid = 1, .gid = 1};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(77, unshare(CLONE_NEWUSER) == 0);
	CHILD_CHECK(1, ids_apply(&grouped, &e) < 0 && strcmp(e.pointer, "/process/user/additionalGids") == 0);
	e = ERR_NONE;
	CHILD_CHECK(2, ids_apply(&alone, &e) < 0 && e.text[0]);
}

static void ids_that_are_not_mapped_are_an_error(void **state)
{
	int result = child_run(become_unmapped, NULL);

	(void)state;
	if (result == 77) {
		print_message("needs to make a user namespace\n");
		skip();
	}
	assert_int_equal(result, 0);
}

static bool write_proc(const char *path, const char *text)
{
	struct err e = ERR_NONE;

	return file_write(AT_FDCWD, path, text, &e) == 0;
}

/* As without newgidmap(1): one id each, and setgroups(2) denied to all. */
static void become_without_groups(void *data)
{
	uint64_t group = 0;
	const struct spec_user grouped = {.additional_gids_n = 1, .additional_gids = &group}, alone = {0};
	char uid_map[32], gid_map[32];
	struct err e = ERR_NONE;

	(void)data;
	(void)snprintf(uid_map, sizeof uid_map, "0 %u 1", geteuid()); /* fits */
	(void)snprintf(gid_map, sizeof gid_map, "0 %u 1", getegid()); /* fits */
	CHILD_CHECK(77, unshare(CLONE_NEWUSER) == 0);
	CHILD_CHECK(77, write_proc("/proc/self/setgroups", "deny") && write_proc("/proc/self/uid_map", uid_map) &&
				write_proc("/proc/self/gid_map", gid_map));
	CHILD_CHECK(1, ids_apply(&alone, &e) == 0 && e.no == 0);
	CHILD_CHECK(2, ids_apply(&grouped, &e) == -EPERM && strcmp(e.code, "groups-denied") == 0);
	CHILD_CHECK(3, strcmp(e.pointer, "/process/user/additionalGids") == 0);
}

static void ids_do_without_groups_where_they_are_denied(void **state)
{
	int result = child_run(become_without_groups, NULL);

	(void)state;
	if (result == 77) {
		print_message("needs to make a user namespace\n");
		skip();
	}
	assert_int_equal(result, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_all_of_the_users),
		cmocka_unit_test(ids_leave_no_group_of_the_caller),
		cmocka_unit_test(ids_that_mean_unchanged_are_refused),
		cmocka_unit_test(ids_that_are_not_mapped_are_an_error),
		cmocka_unit_test(ids_do_without_groups_where_they_are_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
