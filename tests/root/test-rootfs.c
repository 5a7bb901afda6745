/* SPDX-License-Identifier: Apache-2.0 */
/* The root filesystem, what is hidden in it, and its devices: `root` or `user`, as test-mounts. */
#include "runtime/isolation/rootfs.h"

#include "base/own.h"
#include "runtime/isolation/dev.h"
#include "runtime/isolation/rootfs_cover.h"
#include "tests/root/namespaces.h"
#include "tests/root/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

static bool in_user_namespace;

static enum dev_way way(void)
{
	return in_user_namespace ? DEV_BIND : DEV_MKNOD;
}

static void masked_and_readonly_paths(void **state)
{
	const char *paths[] = {"/proc/kcore", "/proc/bus", "/proc/not-there", "/proc/version"};
	struct strings masked = {true, 4, paths};
	struct scratch *s = *state;
	struct stat st;

	assert_applies(s, "proc", "proc", "/proc", NULL);
	assert_applies(s, "tmpfs", "tmpfs", "/dev", "mode=755");
	assert_int_equal(dev_make_defaults(s->root, way(), &s->e), 0);
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
	make_dir(s, "/dev");
	assert_int_equal(symlink("/proc/sys/kernel/core_pattern", host(s, "/dev/null")), 0);
	assert_int_equal(rootfs_mask(s->root, &masked, &s->e), -EINVAL);
	assert_string_equal(s->e.pointer, "/linux/maskedPaths/0");
	assert_false(is_mount(s, "/secret"));
}

static void masked_path_through_a_symlink_hides_what_is_in_the_root(void **state)
{
	const char *paths[] = {"/link"};
	struct strings masked = {true, 1, paths};
	struct scratch *s = *state;

	make_dir(s, "/etc");
	assert_int_equal(symlink("../../../etc", host(s, "/link")), 0);
	assert_int_equal(rootfs_mask(s->root, &masked, &s->e), 0);
	assert_true(is_mount(s, "/etc"));
	assert_int_equal(access("/etc/passwd", F_OK), 0);
}

static void default_devices_and_links_are_there(void **state)
{
	struct scratch *s = *state;
	char target[64] = "";
	struct stat st;

	(void)umask(077);
	assert_applies(s, "tmpfs", "tmpfs", "/dev", "mode=755");
	assert_int_equal(dev_make_defaults(s->root, way(), &s->e), 0);
	(void)umask(022);
	assert_int_equal(stat(host(s, "/dev/urandom"), &st), 0);
	assert_int_equal(st.st_mode, S_IFCHR | 0666);
	assert_int_equal(st.st_rdev, makedev(1, 9));
	assert_true(readlink(host(s, "/dev/ptmx"), target, sizeof target - 1) > 0);
	assert_string_equal(target, "pts/ptmx");
	assert_int_equal(readlink(host(s, "/dev/stderr"), target, sizeof target), (ssize_t)strlen("/proc/self/fd/2"));
}

static struct spec_device device(char type, const char *path, int64_t major, int64_t minor)
{
	return (struct spec_device){.type = type, .path = path, .major = {true, major}, .minor = {true, minor}};
}

static void hosts_ptmx_among_the_devices_leaves_the_services_own(void **state)
{
	struct spec_device ptmx = device('c', "/dev/ptmx", 5, 2);
	struct scratch *s = *state;
	char target[64] = "";

	assert_applies(s, "tmpfs", "tmpfs", "/dev", "mode=755");
	assert_int_equal(dev_make_defaults(s->root, way(), &s->e), 0);
	assert_int_equal(dev_make(s->root, &ptmx, 0, way(), &s->e), 0);
	assert_true(readlink(host(s, "/dev/ptmx"), target, sizeof target - 1) > 0);
	assert_string_equal(target, "pts/ptmx");
}

static void device_has_the_mode_and_owner_of_the_spec(void **state)
{
	struct spec_device fuse = device('u', "/dev/deep/fuse", 10, 229), fifo = device('p', "/dev/fifo", 0, 0);
	uint64_t owner = namespaces_have_ids() ? 9 : 0;
	struct scratch *s = *state;
	struct stat st;

	fifo.file_mode = (struct opt_uint){true, 0622};
	fifo.uid = fifo.gid = (struct opt_uint){true, owner};
	assert_int_equal(dev_make(s->root, &fifo, 0, way(), &s->e), 0);
	assert_int_equal(stat(host(s, "/dev/fifo"), &st), 0);
	assert_int_equal(st.st_mode, S_IFIFO | 0622);
	assert_int_equal(st.st_uid, owner);
	if (in_user_namespace)
		return;
	fuse.file_mode = (struct opt_uint){true, 0606};
	fuse.gid = (struct opt_uint){true, 7};
	assert_int_equal(dev_make(s->root, &fuse, 0, way(), &s->e), 0);
	assert_int_equal(dev_make(s->root, &fuse, 0, way(), &s->e), 0);
	assert_int_equal(stat(host(s, "/dev/deep/fuse"), &st), 0);
	assert_int_equal(st.st_mode, S_IFCHR | 0606);
	assert_int_equal(st.st_rdev, makedev(10, 229));
	assert_int_equal(st.st_gid, 7);
}

static void other_file_in_place_of_a_device_is_an_error(void **state)
{
	struct spec_device null = device('c', "/dev/null", 1, 3);
	struct scratch *s = *state;

	make_dir(s, "/dev");
	write_host(s, "/dev/null", "not a device");
	assert_int_equal(dev_make(s->root, &null, 4, DEV_MKNOD, &s->e), -EEXIST);
	assert_string_equal(s->e.code, "device-exists");
	assert_string_equal(s->e.pointer, "/linux/devices/4");
}

static void hosts_device_of_another_number_is_not_bound(void **state)
{
	struct spec_device wrong = device('c', "/dev/null", 1, 5);
	struct scratch *s = *state;

	make_dir(s, "/dev");
	assert_int_equal(dev_make(s->root, &wrong, 0, DEV_BIND, &s->e), -ENODEV);
	assert_string_equal(s->e.code, "device-differs");
}

static void device_bound_on_a_symlink_is_refused(void **state)
{
	struct spec_device null = device('c', "/dev/null", 1, 3);
	struct scratch *s = *state;

	make_dir(s, "/dev");
	write_host(s, "/victim", "");
	assert_int_equal(symlink("/victim", host(s, "/dev/null")), 0);
	assert_int_equal(dev_make(s->root, &null, 0, DEV_BIND, &s->e), -ELOOP);
	assert_false(is_mount(s, "/victim"));
}

static void console_is_the_terminal_and_nothing_else(void **state)
{
	struct scratch *s = *state;
	own_fd master = -1, pty = -1;
	struct stat st, is;
	int unlock = 0;

	assert_applies(s, "devpts", "devpts", "/dev/pts", "newinstance,ptmxmode=0666,mode=0620");
	master = open(host(s, "/dev/pts/ptmx"), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_int_equal(ioctl(master, TIOCSPTLCK, &unlock), 0);
	pty = open(host(s, "/dev/pts/0"), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(pty >= 0);
	assert_int_equal(dev_bind_console(s->root, pty, &s->e), 0);
	assert_int_equal(stat(host(s, "/dev/console"), &is), 0);
	assert_int_equal(fstat(pty, &st), 0);
	assert_int_equal(is.st_rdev, st.st_rdev);
	assert_int_equal(umount(host(s, "/dev/console")), 0);
	assert_int_equal(unlink(host(s, "/dev/console")), 0);
	write_host(s, "/victim", "");
	assert_int_equal(symlink("/victim", host(s, "/dev/console")), 0);
	assert_int_equal(dev_bind_console(s->root, pty, &s->e), -ELOOP);
}

/* The following run in a child with a mount namespace of its own, because it ends in another root. */
static int enter(const char *path, int *ret_root)
{
	struct err e = ERR_NONE;

	if (unshare(CLONE_NEWNS) < 0 || rootfs_isolate(SPEC_PROPAGATION_UNSET, &e) < 0)
		return 101;
	*ret_root = rootfs_open(path, &e);
	if (*ret_root < 0 || rootfs_attach(*ret_root, &e) < 0) {
		printf("# %s\n", e.text);
		return 102;
	}
	return 0;
}

/* 0: only the service's tree is there, read-only. */
static int look_around(void)
{
	if (access("/here", F_OK) < 0)
		return 1;
	if (access("/etc", F_OK) == 0 || access("../../../etc", F_OK) == 0)
		return 2;
	return mkdir("/new", 0755) == 0 || errno != EROFS ? 3 : 0;
}

static int pivot(const void *path)
{
	struct err e = ERR_NONE;
	int root = -1, code = enter(path, &root);

	if (code)
		return code;
	if (rootfs_set_readonly(root, &e) < 0 || rootfs_pivot(root, &e) < 0)
		return 103;
	if (rootfs_propagate(SPEC_PROPAGATION_SHARED, &e) < 0)
		return 104;
	return look_around();
}

static int move(const void *path)
{
	struct err e = ERR_NONE;
	int root = -1, code = enter(path, &root);

	if (code)
		return code;
	if (rootfs_set_readonly(root, &e) < 0 || rootfs_move(root, &e) < 0) {
		printf("# %s\n", e.text);
		return 103;
	}
	return look_around();
}

static void pivot_leaves_nothing_of_the_host(void **state)
{
	struct scratch *s = *state;

	write_host(s, "/here", "");
	assert_int_equal(in_child(pivot, s->path), 0);
}

static void root_without_a_pivot_shows_nothing_of_the_host(void **state)
{
	struct scratch *s = *state;

	write_host(s, "/here", "");
	assert_int_equal(in_child(move, s->path), 0);
}

/* 0: a user namespace in the service could mount a sysfs of its own. */
static int mount_sysfs_in_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET) < 0)
		return 105;
	return mount("sysfs", "/", "sysfs", 0, NULL) == 0 ? 0 : errno == EPERM ? 1 : 106;
}

static int chroot_then_mount_sysfs(const void *path)
{
	struct err e = ERR_NONE;
	int root = -1, code = enter(path, &root);

	if (code)
		return code;
	return rootfs_chroot(root, &e) < 0 ? 103 : mount_sysfs_in_user_namespace();
}

static int move_then_mount_sysfs(const void *path)
{
	int code = move(path);

	return code ? code : mount_sysfs_in_user_namespace();
}

static void root_without_a_pivot_gives_no_way_to_an_uncovered_sysfs(void **state)
{
	struct scratch *s = *state;

	write_host(s, "/here", "");
	if (in_child(chroot_then_mount_sysfs, s->path) != 0)
		print_message("# the host's own sysfs is covered: nothing to see here without the measure\n");
	assert_int_equal(in_child(move_then_mount_sysfs, s->path), 1);
}

/* 0: a mount made in the service's root is there, and is the only one of its kind. */
static int mount_in_shared(const void *path)
{
	struct err e = ERR_NONE;
	int root = -1, code = enter(path, &root);

	if (code)
		return code;
	return mount("tmpfs", path, "tmpfs", 0, NULL) == 0 && mount("tmpfs", "/tmp/shared", "tmpfs", 0, NULL) == 0 &&
			       mkdir("/tmp/shared/leak", 0755) == 0 && rootfs_pivot(root, &e) == 0
		       ? 0
		       : 104;
}

static void mounts_of_the_service_do_not_reach_the_host(void **state)
{
	struct scratch *s = *state;

	make_host_dir("/tmp/shared");
	assert_int_equal(mount("tmpfs", "/tmp/shared", "tmpfs", 0, NULL), 0);
	assert_int_equal(mount(NULL, "/tmp/shared", NULL, MS_SHARED, NULL), 0);
	assert_int_equal(mount(NULL, "/tmp", NULL, MS_SHARED, NULL), 0);
	write_host(s, "/here", "");
	assert_int_equal(in_child(mount_in_shared, s->path), 0);
	assert_int_equal(access("/tmp/shared/leak", F_OK), -1);
	assert_int_equal(access(host(s, "/here"), F_OK), 0);
	assert_int_equal(umount("/tmp/shared"), 0);
	assert_int_equal(mount(NULL, "/tmp", NULL, MS_PRIVATE, NULL), 0);
}

/* The host's tree stays shared with this service until it is left, by pivot or move. */
struct leaving {
	const char *path;
	int (*leave)(int root, struct err *e);
};

static int leave_shared_tree(const void *argument)
{
	const struct leaving *leaving = argument;
	struct err e = ERR_NONE;
	int root = -1;

	if (unshare(CLONE_NEWNS) < 0 || rootfs_isolate(SPEC_PROPAGATION_SHARED, &e) < 0)
		return 101;
	root = rootfs_open(leaving->path, &e);
	if (root < 0 || rootfs_attach(root, &e) < 0 || leaving->leave(root, &e) < 0) {
		printf("# %s\n", e.text);
		return 102;
	}
	return 0;
}

static void host_keeps_its_mounts_when_a_service_leaves_a_shared_tree(void **state)
{
	struct scratch *s = *state;
	struct leaving leaving[] = {{s->path, rootfs_pivot}, {s->path, rootfs_move}};

	make_host_dir("/tmp/shared");
	assert_int_equal(mount("tmpfs", "/tmp/shared", "tmpfs", 0, NULL), 0);
	assert_int_equal(mount(NULL, "/tmp/shared", NULL, MS_SHARED, NULL), 0);
	make_host_dir("/tmp/shared/proc");
	assert_int_equal(mount("proc", "/tmp/shared/proc", "proc", 0, NULL), 0);
	for (size_t i = 0; i < sizeof leaving / sizeof leaving[0]; i++) {
		assert_int_equal(in_child(leave_shared_tree, &leaving[i]), 0);
		assert_int_equal(access("/tmp/shared/proc/1", F_OK), 0);
	}
	assert_int_equal(umount2("/tmp/shared", MNT_DETACH), 0);
}

static void root_that_is_no_directory_is_named(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(rootfs_open("/tmp/no-root-here", &s->e), -ENOENT);
	assert_string_equal(s->e.pointer, "/root/path");
	s->e = ERR_NONE;
	assert_int_equal(rootfs_open("/etc/passwd", &s->e), -ENOTDIR);
	assert_string_equal(s->e.pointer, "/root/path");
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
		SCRATCH_TEST(masked_and_readonly_paths),
		SCRATCH_TEST(null_that_is_a_symlink_masks_nothing),
		SCRATCH_TEST(masked_path_through_a_symlink_hides_what_is_in_the_root),
		SCRATCH_TEST(default_devices_and_links_are_there),
		SCRATCH_TEST(hosts_ptmx_among_the_devices_leaves_the_services_own),
		SCRATCH_TEST(device_has_the_mode_and_owner_of_the_spec),
		SCRATCH_TEST(other_file_in_place_of_a_device_is_an_error),
		SCRATCH_TEST(hosts_device_of_another_number_is_not_bound),
		SCRATCH_TEST(device_bound_on_a_symlink_is_refused),
		SCRATCH_TEST(console_is_the_terminal_and_nothing_else),
		SCRATCH_TEST(pivot_leaves_nothing_of_the_host),
		SCRATCH_TEST(root_without_a_pivot_shows_nothing_of_the_host),
		SCRATCH_TEST(root_without_a_pivot_gives_no_way_to_an_uncovered_sysfs),
		SCRATCH_TEST(mounts_of_the_service_do_not_reach_the_host),
		SCRATCH_TEST(host_keeps_its_mounts_when_a_service_leaves_a_shared_tree),
		SCRATCH_TEST(root_that_is_no_directory_is_named),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	in_user_namespace = argc > 1 && strcmp(argv[1], "user") == 0;
	namespaces_run(in_user_namespace, tests);
}
