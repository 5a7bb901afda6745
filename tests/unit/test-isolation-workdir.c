/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/workdir.h"

#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct fixture {
	char dir[64];
	int root;
};

static int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	(void)snprintf(f->dir, sizeof f->dir, "/tmp/cloche-test-workdir-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	f->root = open(f->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return f->root < 0 || symlinkat("../../..", f->root, "up") < 0 ? -1 : 0;
}

static int fixture_teardown(void **state)
{
	static const char *const made[] = {"srv/app", "srv", "jail"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
		(void)unlinkat(f->root, made[i], AT_REMOVEDIR); /* a test that failed made none */
	if (unlinkat(f->root, "up", 0) < 0 || rmdir(f->dir) < 0)
		return -1;
	(void)close(f->root); /* a directory */
	free(f);
	return 0;
}

static void workdir_is_made_where_it_is_missing(void **state)
{
	const struct fixture *f = *state;
	struct err e = ERR_NONE;
	struct stat made;

	assert_int_equal(workdir_make(f->root, "/up/srv/app", &e), 0);
	assert_int_equal(workdir_make(f->root, "/srv/app", &e), 0);
	assert_int_equal(fstatat(f->root, "srv/app", &made, 0), 0);
	assert_int_equal(made.st_mode & 07777, 0755);
}

static void enter(void *data)
{
	const struct fixture *f = data;
	struct err e = ERR_NONE;

	CHILD_CHECK(1, workdir_enter(f->dir, &e) == 0);
	CHILD_CHECK(2, workdir_enter("nowhere", &e) == -ENOENT);
	CHILD_CHECK(3, strcmp(e.text, "change to the working directory 'nowhere': No such file or directory") == 0);
}

static void workdir_is_entered_or_says_why_not(void **state)
{
	assert_int_equal(child_run(enter, *state), 0);
}

/* As a process whose cwd names a descriptor that was opened before the root was changed. */
static void enter_outside(void *data)
{
	const struct fixture *f = data;
	struct err e = ERR_NONE;

	CHILD_CHECK(1, mkdirat(f->root, "jail", 0755) == 0 && fchdir(f->root) == 0);
	CHILD_CHECK(77, chroot("jail") == 0);
	CHILD_CHECK(2, workdir_enter(".", &e) == -EXDEV);
	CHILD_CHECK(3, strcmp(e.code, "cwd-outside-root") == 0);
	CHILD_CHECK(4, workdir_enter("/", &e) == 0);
}

static void workdir_outside_of_the_root_is_refused(void **state)
{
	int result = child_run(enter_outside, *state);

	if (result == 77) {
		print_message("needs CAP_SYS_CHROOT\n");
		skip();
	}
	assert_int_equal(result, 0);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_fixture(workdir_is_made_where_it_is_missing),
		with_fixture(workdir_is_entered_or_says_why_not),
		with_fixture(workdir_outside_of_the_root_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
