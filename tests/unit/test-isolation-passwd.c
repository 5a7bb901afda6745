/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/passwd.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void passwd_finds_the_first_home_of_a_user(void **state)
{
	static const char many[] = "root:x:0:0:root:/root:/bin/sh\n"
				   "web:x:33:33::/srv/www:/bin/false\n"
				   "again:x:33:33::/other:\n"
				   "last:x:4294967295:0::/last:";
	const struct {
		uint32_t uid;
		const char *home;
	} cases[] = {{0, "/root"}, {33, "/srv/www"}, {UINT32_MAX, "/last"}, {1, NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct passwd_home home = {"untouched"};
		bool found = passwd_find_home(many, sizeof many - 1, cases[i].uid, &home);

		assert_int_equal(found, cases[i].home != NULL);
		assert_string_equal(home.text, cases[i].home ? cases[i].home : "untouched");
	}
}

static void passwd_takes_no_home_from_a_malformed_entry(void **state)
{
	static const char *const lines[] = {
		"",
		"\n\n",
		":",
		"::::::",
		"web:x:7:7::/home",
		"web:x:7:7::/home:/bin/sh:more",
		"web:x:+7:7::/home:",
		"web:x: 7:7::/home:",
		"web:x:7x:7::/home:",
		"web:x:4294967303:7::/home:",
		"web:x:99999999999999999999999999999999999999:7::/home:",
		"web:x:7:7::home:",
		"web:x:7:7:::",
		"#web:x:7\n:7::/home:",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct passwd_home home = {"untouched"};

		assert_false(passwd_find_home(lines[i], strlen(lines[i]), 7, &home));
		assert_string_equal(home.text, "untouched");
	}
}

static void passwd_takes_no_home_that_holds_a_nul_or_is_too_long(void **state)
{
	static const char nul[] = "web:x:7:7::/ho\0me:/bin/sh\n";
	char line[PATH_MAX + 64];
	struct passwd_home home;
	int n = snprintf(line, sizeof line, "web:x:7:7::/%0*d:/bin/sh", PATH_MAX - 2, 0);

	(void)state;
	assert_false(passwd_find_home(nul, sizeof nul - 1, 7, &home));
	assert_true(passwd_find_home(line, (size_t)n, 7, &home));
	assert_int_equal(strlen(home.text), PATH_MAX - 1);
	n = snprintf(line, sizeof line, "web:x:7:7::/%0*d:/bin/sh", PATH_MAX - 1, 0);
	assert_false(passwd_find_home(line, (size_t)n, 7, &home));
}

struct fixture {
	char dir[64];
	int root;
};

static int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	(void)snprintf(f->dir, sizeof f->dir, "/tmp/cloche-test-passwd-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	f->root = open(f->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return f->root < 0 ? -1 : mkdirat(f->root, "etc", 0755);
}

static int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	(void)unlinkat(f->root, "etc/passwd", 0); /* a test may have made none */
	if (unlinkat(f->root, "etc", AT_REMOVEDIR) < 0 || rmdir(f->dir) < 0)
		return -1;
	(void)close(f->root); /* a directory */
	free(f);
	return 0;
}

static void fixture_write(const struct fixture *f, const char *text, off_t size)
{
	int fd = openat(f->root, "etc/passwd", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	if (size > 0)
		assert_int_equal(ftruncate(fd, size), 0);
	assert_int_equal(close(fd), 0);
}

static void passwd_is_read_below_the_root(void **state)
{
	const struct fixture *f = *state;

	fixture_write(f, "web:x:7:7::/srv:/bin/sh\n", 0);
	assert_string_equal(passwd_home(f->root, 7).text, "/srv");
	assert_string_equal(passwd_home(f->root, 8).text, "/");
}

static void passwd_missing_means_the_root_is_home(void **state)
{
	const struct fixture *f = *state;

	assert_string_equal(passwd_home(f->root, 0).text, "/");
}

static void passwd_that_links_out_of_the_root_is_not_followed(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(symlinkat("../../../../etc/passwd", f->root, "etc/passwd"), 0);
	assert_string_equal(passwd_home(f->root, 0).text, "/");
}

static void passwd_that_is_a_pipe_keeps_nobody_waiting(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(mkfifoat(f->root, "etc/passwd", 0644), 0);
	(void)alarm(5); /* ends a test that hangs */
	assert_string_equal(passwd_home(f->root, 0).text, "/");
	(void)alarm(0); /* returns what was left */
}

static void passwd_that_is_huge_is_not_read(void **state)
{
	const struct fixture *f = *state;

	fixture_write(f, "root:x:0:0::/root:/bin/sh\n", (off_t)1 << 40);
	assert_string_equal(passwd_home(f->root, 0).text, "/");
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwd_finds_the_first_home_of_a_user),
		cmocka_unit_test(passwd_takes_no_home_from_a_malformed_entry),
		cmocka_unit_test(passwd_takes_no_home_that_holds_a_nul_or_is_too_long),
		with_fixture(passwd_is_read_below_the_root),
		with_fixture(passwd_missing_means_the_root_is_home),
		with_fixture(passwd_that_links_out_of_the_root_is_not_followed),
		with_fixture(passwd_that_is_a_pipe_keeps_nobody_waiting),
		with_fixture(passwd_that_is_huge_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
