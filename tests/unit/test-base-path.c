/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include "base/own.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

/* A root with a neighbour: <top>/root, <top>/outside. */
struct tree {
	char top[32];
	int top_fd, root;
};

static int setup(void **state)
{
	static struct tree tree;

	tree = (struct tree){.top = "/tmp/test-base-path.XXXXXX"};
	assert_non_null(mkdtemp(tree.top));
	tree.top_fd = open(tree.top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(tree.top_fd, "root", 0755), 0);
	tree.root = openat(tree.top_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree.root >= 0);
	*state = &tree;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int teardown(void **state)
{
	struct tree *tree = *state;

	(void)close(tree->root);
	(void)close(tree->top_fd);
	return nftw(tree->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void assert_dir(const struct tree *tree, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(tree->root, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISDIR(st.st_mode));
}

static void assert_makes_dir(const struct tree *tree, const char *path)
{
	struct err e = ERR_NONE;
	own_fd fd = path_make_dir_in_root(tree->root, path, 0755, &e);

	if (fd < 0)
		fail_msg("%s: %s", path, e.text);
}

static void directories_are_made_with_their_parents(void **state)
{
	const struct tree *tree = *state;

	assert_makes_dir(tree, "/a/b//c/");
	assert_dir(tree, "a/b/c");
	assert_makes_dir(tree, "/a/b/../d");
	assert_dir(tree, "a/d");
	assert_makes_dir(tree, "/");
}

static void links_and_dots_stay_in_the_root(void **state)
{
	const struct tree *tree = *state;

	assert_int_equal(mkdirat(tree->root, "in", 0755), 0);
	assert_int_equal(symlinkat("../../../in", tree->root, "up"), 0);
	assert_makes_dir(tree, "/up/x");
	assert_makes_dir(tree, "../../outside");
	assert_dir(tree, "in/x");
	assert_dir(tree, "outside");
	assert_int_equal(faccessat(tree->top_fd, "outside", F_OK, 0), -1);
}

static void dangling_links_are_made_to_lead_somewhere_in_the_root(void **state)
{
	const struct tree *tree = *state;

	assert_int_equal(symlinkat("/run", tree->root, "var-run"), 0);
	assert_int_equal(symlinkat("../../outside", tree->root, "relative"), 0);
	assert_makes_dir(tree, "/var-run/service");
	assert_makes_dir(tree, "/relative");
	assert_dir(tree, "run/service");
	assert_dir(tree, "outside");
	assert_int_equal(faccessat(tree->top_fd, "outside", F_OK, 0), -1);
}

static void dangling_link_to_a_file_gets_the_file(void **state)
{
	const struct tree *tree = *state;
	struct err e = ERR_NONE;
	own_fd fd = -1;
	struct stat st;

	assert_int_equal(mkdirat(tree->root, "etc", 0755), 0);
	assert_int_equal(symlinkat("../run/stub/resolv.conf", tree->root, "etc/resolv.conf"), 0);
	fd = path_make_file_in_root(tree->root, "/etc/resolv.conf", 0644, &e);
	if (fd < 0)
		fail_msg("%s", e.text);
	assert_int_equal(fstatat(tree->root, "run/stub/resolv.conf", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void links_in_a_circle_come_to_an_end(void **state)
{
	const struct tree *tree = *state;
	struct err e = ERR_NONE;

	assert_int_equal(symlinkat("b", tree->root, "a"), 0);
	assert_int_equal(symlinkat("a", tree->root, "b"), 0);
	assert_int_equal(path_make_dir_in_root(tree->root, "/a/x", 0755, &e), -ELOOP);
	assert_int_equal(path_make_file_in_root(tree->root, "/a", 0644, &e), -ELOOP);
}

static void link_that_grows_by_itself_comes_to_an_end(void **state)
{
	const struct tree *tree = *state;
	struct err e = ERR_NONE;

	assert_int_equal(symlinkat("x/more", tree->root, "x"), 0);
	assert_int_equal(path_make_dir_in_root(tree->root, "/x", 0755, &e), -ELOOP);
	assert_int_equal(path_make_file_in_root(tree->root, "/x", 0644, &e), -ELOOP);
}

static void plain_path_goes_through_no_link(void **state)
{
	const struct tree *tree = *state;
	struct err e = ERR_NONE;
	own_fd fd = -1;

	assert_int_equal(mkdirat(tree->root, "real", 0755), 0);
	assert_int_equal(symlinkat("real", tree->root, "link"), 0);
	fd = path_open_plain_in_root(tree->root, "/real", O_PATH, &e);
	assert_true(fd >= 0);
	assert_int_equal(path_open_plain_in_root(tree->root, "/link", O_PATH, &e), -ELOOP);
}

static void file_is_made_once_and_opened_after(void **state)
{
	const struct tree *tree = *state;
	struct err e = ERR_NONE;
	own_fd one = path_make_file_in_root(tree->root, "/x/file", 0600, &e);
	own_fd two = path_make_file_in_root(tree->root, "/x/file", 0600, &e);
	struct stat a, b;

	assert_int_equal(fstat(one, &a), 0);
	assert_int_equal(fstat(two, &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(a.st_mode, S_IFREG | 0600);
}

static void dotdot_is_found_as_a_component_only(void **state)
{
	(void)state;
	assert_true(path_has_dotdot(".."));
	assert_true(path_has_dotdot("/a/.."));
	assert_true(path_has_dotdot("../a"));
	assert_false(path_has_dotdot("/a..b/...c/..d"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(directories_are_made_with_their_parents),
		TEST(links_and_dots_stay_in_the_root),
		TEST(dangling_links_are_made_to_lead_somewhere_in_the_root),
		TEST(dangling_link_to_a_file_gets_the_file),
		TEST(links_in_a_circle_come_to_an_end),
		TEST(link_that_grows_by_itself_comes_to_an_end),
		TEST(plain_path_goes_through_no_link),
		TEST(file_is_made_once_and_opened_after),
		cmocka_unit_test(dotdot_is_found_as_a_component_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
