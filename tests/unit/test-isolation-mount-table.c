/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/mount_table.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <unistd.h>

static void lines_of_mountinfo_are_read(void **state)
{
	own_arena arena = {0};
	struct mount_table table;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(mount_table_parse("51 37 0:27 /scratch/b / rw,relatime - tmpfs tmpfs rw\n"
					   "57 51 0:5 /null /proc/kcore rw shared:1 master:2 - devtmpfs udev rw\n"
					   "58 51 8:1 /with\\040blank /a\\134\\011b rw - ext4 /dev/sda1 rw\n",
				 &arena, &table, &e),
		0);
	assert_int_equal(table.n, 3);
	assert_string_equal(table.items[0].point, "/");
	assert_string_equal(table.items[1].type, "devtmpfs");
	assert_string_equal(table.items[1].root, "/null");
	assert_string_equal(mount_table_find(&table, 58)->root, "/with blank");
	assert_string_equal(mount_table_find(&table, 58)->point, "/a\\\tb");
	assert_null(mount_table_find(&table, 37));
}

static void a_line_that_is_cut_is_refused(void **state)
{
	static const char *const lines[] = {
		"51", "51 37 0:27 /root", "51 37 0:27 /root /point rw", "x 37 0:27 / / rw - tmpfs t rw"};
	struct mount_table table;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		own_arena arena = {0};
		struct err e = ERR_NONE;

		assert_int_equal(mount_table_parse(lines[i], &arena, &table, &e), -EINVAL);
	}
}

static void this_process_has_a_root(void **state)
{
	own_arena arena = {0};
	struct mount_table table;
	struct err e = ERR_NONE;
	size_t roots = 0;

	(void)state;
	assert_int_equal(mount_table_of(getpid(), &arena, &table, &e), 0);
	for (size_t i = 0; i < table.n; i++)
		roots += table.items[i].point[0] == '/' && !table.items[i].point[1];
	assert_true(roots >= 1);
	assert_int_equal(mount_table_of(0x7fffffff, &arena, &table, &e), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_mountinfo_are_read),
		cmocka_unit_test(a_line_that_is_cut_is_refused),
		cmocka_unit_test(this_process_has_a_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
