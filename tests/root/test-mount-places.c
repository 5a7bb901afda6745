/* SPDX-License-Identifier: Apache-2.0 */
/* Destinations in root filesystems that were made to trick the one who mounts: `root` or `user`, as test-mounts. */
#include "base/own.h"
#include "tests/root/namespaces.h"
#include "tests/root/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void symlinks_at_the_destination_stay_in_the_root(void **state)
{
	static const char *const targets[] = {"/", "../../../../../..", "/etc", "/tmp/outside", "/not/yet/there"};
	struct scratch *s = *state;

	make_dir(s, "/etc");
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		(void)unlink(host(s, "/link"));
		assert_int_equal(symlink(targets[i], host(s, "/link")), 0);
		assert_applies(s, "tmpfs", "tmpfs", "/link/inside", "size=4k");
		assert_int_equal(access(targets[i][0] == '/' ? targets[i] : "/", F_OK) == 0 && i > 2, 0);
		assert_int_equal(access("/etc/inside", F_OK), -1);
		assert_int_equal(access("/inside", F_OK), -1);
		assert_int_equal(access("/tmp/outside", F_OK), -1);
	}
	assert_true(is_mount(s, "/inside"));
	assert_true(is_mount(s, "/etc/inside"));
	assert_true(is_mount(s, "/tmp/outside/inside"));
	assert_true(is_mount(s, "/not/yet/there/inside"));
}

static void link_to_the_root_is_no_destination(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(symlink("/", host(s, "/link")), 0);
	assert_int_equal(apply(s, "tmpfs", "tmpfs", "/link", NULL), -EINVAL);
	assert_string_equal(s->e.code, "mount-on-root");
	assert_int_equal(apply(s, "tmpfs", "tmpfs", "/link/../link", NULL), -EINVAL);
}

static void dangling_link_of_a_file_leads_into_the_root(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(symlink("../../tmp/made-by-mistake", host(s, "/file")), 0);
	assert_applies(s, "bind", "/etc/passwd", "/file", "bind");
	assert_int_equal(access("/tmp/made-by-mistake", F_OK), -1);
	assert_true(is_mount(s, "/tmp/made-by-mistake"));
}

static void proc_and_sys_behind_a_symlink_are_refused(void **state)
{
	struct scratch *s = *state;

	make_dir(s, "/elsewhere");
	assert_int_equal(symlink("elsewhere", host(s, "/proc")), 0);
	assert_int_equal(symlink("not-there", host(s, "/sys")), 0);
	assert_int_equal(apply(s, "proc", "proc", "/proc", NULL), -ELOOP);
	assert_int_equal(apply(s, "sysfs", "sysfs", "/sys", NULL), -ELOOP);
	assert_int_equal(apply(s, "bind", "/proc", "/proc", "rbind"), -ELOOP);
	assert_false(is_mount(s, "/elsewhere"));
}

static void link_into_proc_is_no_destination(void **state)
{
	struct scratch *s = *state;

	assert_applies(s, "proc", "proc", "/proc", NULL);
	assert_int_equal(symlink("/proc/1/attr", host(s, "/attr")), 0);
	assert_int_equal(apply(s, "tmpfs", "tmpfs", "/attr", NULL), -EINVAL);
	assert_string_equal(s->e.code, "mount-in-proc");
}

static void only_proc_is_bound_on_proc(void **state)
{
	struct scratch *s = *state;

	make_host_dir("/tmp/fake");
	assert_int_equal(apply(s, "bind", "/tmp/fake", "/proc", "rbind"), -EINVAL);
	assert_string_equal(s->e.code, "mount-in-proc");
	assert_applies(s, "bind", "/proc", "/proc", "rbind");
	assert_int_equal(filesystem_of(s, "/proc"), PROC_SUPER_MAGIC);
}

static void file_and_directory_do_not_cover_each_other(void **state)
{
	struct scratch *s = *state;

	make_dir(s, "/directory");
	write_host(s, "/file", "");
	assert_int_equal(apply(s, "bind", "/etc/passwd", "/directory", "bind"), -EISDIR);
	assert_int_equal(apply(s, "bind", "/etc", "/file", "bind"), -ENOTDIR);
	assert_int_equal(apply(s, "tmpfs", "tmpfs", "/file/below", NULL), -ENOTDIR);
}

/* Swaps /swap, a directory, with /evil, a link out of the root, until it is killed. */
static void swap_for_ever(const char *directory, const char *link)
{
	for (;;)
		if (renameat2(AT_FDCWD, directory, AT_FDCWD, link, RENAME_EXCHANGE) < 0)
			_exit(1);
}

static void destination_that_is_swapped_stays_in_the_root(void **state)
{
	struct scratch *s = *state;
	pid_t child;

	make_host_dir("/tmp/victim");
	make_dir(s, "/swap");
	assert_int_equal(symlink("../../tmp/victim", host(s, "/evil")), 0);
	child = fork();
	if (child == 0)
		swap_for_ever(host(s, "/swap"), host(s, "/evil"));
	for (int i = 0; i < 200; i++)
		(void)apply(s, "tmpfs", "tmpfs", "/swap/in", "size=4k"); /* may fail: that is the point of a race */
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(access("/tmp/victim/in", F_OK), -1);
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
		SCRATCH_TEST(symlinks_at_the_destination_stay_in_the_root),
		SCRATCH_TEST(link_to_the_root_is_no_destination),
		SCRATCH_TEST(dangling_link_of_a_file_leads_into_the_root),
		SCRATCH_TEST(proc_and_sys_behind_a_symlink_are_refused),
		SCRATCH_TEST(link_into_proc_is_no_destination),
		SCRATCH_TEST(only_proc_is_bound_on_proc),
		SCRATCH_TEST(file_and_directory_do_not_cover_each_other),
		SCRATCH_TEST(destination_that_is_swapped_stays_in_the_root),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	namespaces_run(argc > 1 && strcmp(argv[1], "user") == 0, tests);
}
