/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts for real, in namespaces that die with the program: `test-mounts root`, or
 * `test-mounts user` in a user namespace. Every test has a root filesystem of its own
 * below /tmp, attached as a mount, and applies requests to it as a start-up does.
 */
#include "base/own.h"
#include "base/path.h"
#include "runtime/isolation/dev.h"
#include "runtime/isolation/mount_apply.h"
#include "runtime/isolation/rootfs.h"
#include "runtime/isolation/rootfs_cover.h"
#include "tests/root/namespaces.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { OPTIONS_MAX = 8 };

static bool in_user_namespace;

struct scratch {
	int root;      /* the root filesystem, mounted */
	char path[64]; /* where it is on the "host" */
	struct arena arena;
	struct err e;
};

static int scratch_setup(void **state)
{
	static int number;
	struct scratch *s = calloc(1, sizeof *s);

	assert_non_null(s);
	(void)snprintf(s->path, sizeof s->path, "/tmp/root-%d", number++);
	assert_int_equal(mkdir(s->path, 0755), 0);
	s->root = open_tree(AT_FDCWD, s->path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	assert_true(s->root >= 0);
	assert_int_equal(move_mount(s->root, "", AT_FDCWD, s->path, MOVE_MOUNT_F_EMPTY_PATH), 0);
	*state = s;
	return 0;
}

static int scratch_teardown(void **state)
{
	struct scratch *s = *state;

	(void)close(s->root);
	(void)umount2(s->path, MNT_DETACH);
	arena_free(&s->arena);
	free(s);
	return 0;
}

/* The host's path of a file in the root filesystem. */
static const char *host(struct scratch *s, const char *path)
{
	return arena_format(&s->arena, "%s%s", s->path, path);
}

static void write_host(struct scratch *s, const char *path, const char *text)
{
	own_fd fd = open(host(s, path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* A mount as in a spec; options: words with commas between them, or NULL. */
struct wish {
	const char *type, *source, *destination, *options;
};

static int request(struct scratch *s, const struct wish *wish, struct mount_request *ret)
{
	struct spec_mount *m = arena_alloc(&s->arena, sizeof *m);

	*m = (struct spec_mount){.type = wish->type, .source = wish->source, .destination = wish->destination};
	if (wish->options) {
		m->options = (struct strings){true, 1, arena_array(&s->arena, 2, sizeof(char *))};
		m->options.items[0] = wish->options;
	}
	return mount_request_from_spec(m, 3, &s->arena, ret, &s->e);
}

static int apply(struct scratch *s, const char *type, const char *source, const char *destination, const char *options)
{
	struct wish wish = {type, source, destination, options};
	struct mount_place place = {.root = s->root};
	struct mount_request r;
	int result = request(s, &wish, &r);

	return result < 0 ? result : mount_apply(&place, &r, -1, &s->e);
}

static void assert_applies(
	struct scratch *s, const char *type, const char *source, const char *destination, const char *options)
{
	if (apply(s, type, source, destination, options) < 0)
		fail_msg("%s on %s: %s", type, destination, s->e.text);
}

static long filesystem_of(struct scratch *s, const char *path)
{
	struct statfs fs;

	assert_int_equal(statfs(host(s, path), &fs), 0);
	return (long)fs.f_type;
}

static unsigned long flags_of(struct scratch *s, const char *path)
{
	struct statvfs fs;

	assert_int_equal(statvfs(host(s, path), &fs), 0);
	return fs.f_flag;
}

static void proc_is_mounted_with_its_flags(void **state)
{
	struct scratch *s = *state;

	assert_applies(s, "proc", "proc", "/proc", "nosuid,noexec,nodev,hidepid=2");
	assert_int_equal(filesystem_of(s, "/proc"), PROC_SUPER_MAGIC);
	assert_int_equal(flags_of(s, "/proc") & (ST_NOSUID | ST_NOEXEC | ST_NODEV), ST_NOSUID | ST_NOEXEC | ST_NODEV);
	assert_int_equal(access(host(s, "/proc/1/status"), F_OK), 0);
}

static void sysfs_is_mounted_read_only(void **state)
{
	struct scratch *s = *state;

	assert_applies(s, "sysfs", "sysfs", "/sys", "nosuid,noexec,nodev,ro");
	assert_int_equal(filesystem_of(s, "/sys"), SYSFS_MAGIC);
	assert_true(flags_of(s, "/sys") & ST_RDONLY);
}

static void mqueue_and_devpts_are_mounted(void **state)
{
	struct scratch *s = *state;
	const char *gid = in_user_namespace && getgid() != 0 ? "" : ",gid=0";

	assert_applies(s, "tmpfs", "tmpfs", "/dev", "nosuid,strictatime,mode=755,size=65536k");
	assert_applies(s, "devpts", "devpts", "/dev/pts",
		arena_format(&s->arena, "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620%s", gid));
	assert_applies(s, "mqueue", "mqueue", "/dev/mqueue", "nosuid,noexec,nodev");
	assert_int_equal(filesystem_of(s, "/dev/pts"), DEVPTS_SUPER_MAGIC);
	assert_int_equal(access(host(s, "/dev/pts/ptmx"), R_OK | W_OK), 0);
	assert_int_equal(filesystem_of(s, "/dev/mqueue"), 0x19800202);
	assert_int_equal(filesystem_of(s, "/dev"), TMPFS_MAGIC);
	assert_true(!(flags_of(s, "/dev") & (ST_RELATIME | ST_NOATIME)));
}

static void tmpfs_that_is_read_only_takes_entries_until_it_is_sealed(void **state)
{
	struct scratch *s = *state;
	struct mount_place place = {.root = s->root};
	struct mount_request r;

	assert_int_equal(request(s, &(struct wish){"tmpfs", "tmpfs", "/t", "ro"}, &r), 0);
	assert_int_equal(mount_apply(&place, &r, -1, &s->e), 0);
	assert_int_equal(mkdir(host(s, "/t/in"), 0755), 0);
	assert_int_equal(mount_seal(s->root, &r, &s->e), 0);
	assert_int_equal(mkdir(host(s, "/t/late"), 0755), -1);
	assert_int_equal(errno, EROFS);
}

static void bind_of_a_directory_and_of_a_file(void **state)
{
	struct scratch *s = *state;
	struct stat a, b;

	assert_int_equal(mkdir("/tmp/data", 0755) == 0 || errno == EEXIST, 1);
	assert_applies(s, "bind", "/tmp/data", "/srv/deep/data", "rbind,ro,nosuid,rprivate");
	assert_applies(s, "none", "/etc/passwd", "/etc/some/passwd", "bind,ro");
	assert_true(flags_of(s, "/srv/deep/data") & ST_RDONLY);
	assert_true(flags_of(s, "/srv/deep/data") & ST_NOSUID);
	assert_int_equal(stat("/etc/passwd", &a), 0);
	assert_int_equal(stat(host(s, "/etc/some/passwd"), &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(access("/tmp/data", W_OK), 0);
}

static void missing_source_names_the_field(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(apply(s, "bind", "/tmp/nowhere", "/x", "bind"), -ENOENT);
	assert_string_equal(s->e.pointer, "/mounts/3/source");
	assert_non_null(strstr(s->e.text, "No such file or directory"));
}

static void parameter_that_the_filesystem_refuses_is_named(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(apply(s, "tmpfs", "tmpfs", "/x", "sice=5"), -EINVAL);
	assert_string_equal(s->e.pointer, "/mounts/3/options/0");
	assert_non_null(strstr(s->e.text, "Unknown parameter 'sice'"));
}

static void symlinks_at_the_destination_stay_in_the_root(void **state)
{
	static const char *const targets[] = {"/", "../../../../../..", "/etc", "/tmp/outside"};
	struct scratch *s = *state;

	assert_int_equal(mkdir(host(s, "/etc"), 0755), 0);
	assert_int_equal(mkdir(host(s, "/tmp"), 0755), 0);
	assert_int_equal(mkdir(host(s, "/tmp/outside"), 0755), 0);
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		struct stat before, after;

		(void)unlink(host(s, "/link"));
		assert_int_equal(symlink(targets[i], host(s, "/link")), 0);
		assert_int_equal(stat("/etc", &before), 0);
		assert_applies(s, "tmpfs", "tmpfs", "/link/inside", "size=4k");
		assert_int_equal(stat("/etc", &after), 0);
		assert_int_equal(before.st_dev, after.st_dev);
		assert_int_equal(access("/etc/inside", F_OK), -1);
		assert_int_equal(access("/inside", F_OK), -1);
	}
}

static void link_to_the_root_is_no_destination(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(symlink("/", host(s, "/link")), 0);
	assert_int_equal(apply(s, "tmpfs", "tmpfs", "/link", NULL), -EINVAL);
	assert_string_equal(s->e.code, "mount-on-root");
}

static void dangling_link_is_not_followed_out(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(symlink("/tmp/made-by-mistake", host(s, "/file")), 0);
	(void)apply(s, "bind", "/etc/passwd", "/file", "bind");
	assert_int_equal(access("/tmp/made-by-mistake", F_OK), -1);
	assert_int_equal(access("/tmp", F_OK), 0);
}

static void proc_behind_a_symlink_is_refused(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(mkdir(host(s, "/elsewhere"), 0755), 0);
	assert_int_equal(symlink("elsewhere", host(s, "/proc")), 0);
	assert_int_equal(apply(s, "proc", "proc", "/proc", NULL), -ELOOP);
	assert_true(filesystem_of(s, "/elsewhere") != PROC_SUPER_MAGIC);
}

static void masked_and_readonly_paths(void **state)
{
	const char *paths[] = {"/proc/kcore", "/proc/bus", "/proc/not-there", "/proc/version"};
	struct strings masked = {true, 4, paths};
	struct scratch *s = *state;
	struct stat st;

	assert_applies(s, "proc", "proc", "/proc", NULL);
	assert_applies(s, "tmpfs", "tmpfs", "/dev", "mode=755");
	assert_int_equal(dev_make_defaults(s->root, in_user_namespace ? DEV_BIND : DEV_MKNOD, &s->e), 0);
	assert_int_equal(rootfs_mask(s->root, &masked, &s->e), 0);
	assert_int_equal(rootfs_readonly_path(s->root, "/proc/sys", &s->e), 0);
	assert_int_equal(rootfs_readonly_path(s->root, "/proc/nothing", &s->e), 0);
	assert_int_equal(stat(host(s, "/proc/version"), &st), 0);
	assert_true(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
	assert_int_equal(access(host(s, "/proc/bus/input"), F_OK), -1);
	assert_true(flags_of(s, "/proc/bus") & ST_RDONLY);
	assert_true(flags_of(s, "/proc/sys") & ST_RDONLY);
	assert_false(flags_of(s, "/proc") & ST_RDONLY);
}

static void null_that_is_a_symlink_masks_nothing(void **state)
{
	const char *paths[] = {"/secret"};
	struct strings masked = {true, 1, paths};
	struct scratch *s = *state;

	write_host(s, "/secret", "s");
	assert_int_equal(mkdir(host(s, "/dev"), 0755), 0);
	assert_int_equal(symlink("/proc/sys/kernel/core_pattern", host(s, "/dev/null")), 0);
	assert_int_equal(rootfs_mask(s->root, &masked, &s->e), -EINVAL);
	assert_string_equal(s->e.pointer, "/linux/maskedPaths/0");
}

static void default_devices_and_links_are_there(void **state)
{
	struct scratch *s = *state;
	char target[64] = "";
	struct stat st;

	(void)umask(077);
	assert_applies(s, "tmpfs", "tmpfs", "/dev", "mode=755");
	assert_int_equal(dev_make_defaults(s->root, in_user_namespace ? DEV_BIND : DEV_MKNOD, &s->e), 0);
	(void)umask(022);
	assert_int_equal(stat(host(s, "/dev/urandom"), &st), 0);
	assert_int_equal(st.st_mode, S_IFCHR | 0666);
	assert_int_equal(st.st_rdev, makedev(1, 9));
	assert_true(readlink(host(s, "/dev/ptmx"), target, sizeof target - 1) > 0);
	assert_string_equal(target, "pts/ptmx");
}

/* In a child with a mount namespace of its own, because it ends without this root. */
static int pivot_in_child(const char *path)
{
	struct err e = ERR_NONE;
	own_fd root = -1;

	if (unshare(CLONE_NEWNS) < 0 || rootfs_isolate(SPEC_PROPAGATION_UNSET, &e) < 0)
		return 1;
	root = rootfs_open(path, &e);
	if (root < 0 || rootfs_attach(root, &e) < 0 || rootfs_set_readonly(root, &e) < 0 ||
		rootfs_pivot(root, &e) < 0) {
		printf("# %s\n", e.text);
		return 2;
	}
	if (access("/here", F_OK) < 0 || access("/etc", F_OK) == 0 || mkdir("/new", 0755) == 0 || errno != EROFS)
		return 3;
	return rootfs_propagate(SPEC_PROPAGATION_SHARED, &e) < 0 ? 4 : 0;
}

static void pivot_leaves_nothing_of_the_host(void **state)
{
	struct scratch *s = *state;
	int status = 0;
	pid_t child;

	write_host(s, "/here", "");
	child = fork();
	if (child == 0)
		_exit(pivot_in_child(s->path));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		TEST(proc_is_mounted_with_its_flags),
		TEST(sysfs_is_mounted_read_only),
		TEST(mqueue_and_devpts_are_mounted),
		TEST(tmpfs_that_is_read_only_takes_entries_until_it_is_sealed),
		TEST(bind_of_a_directory_and_of_a_file),
		TEST(missing_source_names_the_field),
		TEST(parameter_that_the_filesystem_refuses_is_named),
		TEST(symlinks_at_the_destination_stay_in_the_root),
		TEST(link_to_the_root_is_no_destination),
		TEST(dangling_link_is_not_followed_out),
		TEST(proc_behind_a_symlink_is_refused),
		TEST(masked_and_readonly_paths),
		TEST(null_that_is_a_symlink_masks_nothing),
		TEST(default_devices_and_links_are_there),
		TEST(pivot_leaves_nothing_of_the_host),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	in_user_namespace = argc > 1 && strcmp(argv[1], "user") == 0;
	namespaces_run(in_user_namespace, tests);
}
