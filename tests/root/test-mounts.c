/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of mount for real: `test-mounts root`, or `test-mounts user` in a user namespace. */
#include "base/own.h"
#include "tests/root/namespaces.h"
#include "tests/root/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { MQUEUE_MAGIC = 0x19800202 };

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

static void sysfs_of_the_host_is_bound_with_all_that_is_in_it(void **state)
{
	struct mount_place place = {.root = ((struct scratch *)*state)->root};
	struct mount_setting setting = {.user_namespace = true};
	struct scratch *s = *state;
	struct mount_request r;

	assert_int_equal(request(s, &(struct wish){"sysfs", "sysfs", "/sys", "nosuid,noexec,nodev,ro"}, &r), 0);
	assert_int_equal(mount_request_settle(&r, &setting, &s->arena, &s->e), 0);
	if (mount_apply(&place, &r, -1, &s->e) < 0)
		fail_msg("%s", s->e.text);
	assert_int_equal(filesystem_of(s, "/sys"), SYSFS_MAGIC);
	assert_true(flags_of(s, "/sys") & ST_RDONLY);
	assert_true(flags_of(s, "/sys/fs/cgroup") & ST_RDONLY);
}

static void mqueue_and_devpts_are_mounted(void **state)
{
	struct scratch *s = *state;

	assert_applies(s, "tmpfs", "tmpfs", "/dev", "nosuid,strictatime,mode=755,size=65536k");
	assert_applies(s, "devpts", "devpts", "/dev/pts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=0");
	assert_applies(s, "mqueue", "mqueue", "/dev/mqueue", "nosuid,noexec,nodev");
	assert_int_equal(filesystem_of(s, "/dev/pts"), DEVPTS_SUPER_MAGIC);
	assert_int_equal(access(host(s, "/dev/pts/ptmx"), R_OK | W_OK), 0);
	assert_int_equal(filesystem_of(s, "/dev/mqueue"), MQUEUE_MAGIC);
	assert_int_equal(filesystem_of(s, "/dev"), TMPFS_MAGIC);
	assert_false(flags_of(s, "/dev") & (ST_RELATIME | ST_NOATIME));
}

static void tmpfs_that_is_read_only_takes_entries_until_it_is_sealed(void **state)
{
	struct scratch *s = *state;
	struct mount_place place = {.root = s->root};
	struct mount_request r;

	assert_int_equal(request(s, &(struct wish){"tmpfs", "tmpfs", "/t", "ro"}, &r), 0);
	assert_int_equal(mount_apply(&place, &r, -1, &s->e), 0);
	make_dir(s, "/t/in");
	assert_int_equal(mount_seal(s->root, &r, &s->e), 0);
	assert_int_equal(mkdir(host(s, "/t/late"), 0755), -1);
	assert_int_equal(errno, EROFS);
}

static mode_t mode_of(struct scratch *s, const char *path)
{
	struct stat st;

	assert_int_equal(lstat(host(s, path), &st), 0);
	return st.st_mode;
}

static void tmpfs_has_the_mode_of_what_it_covers(void **state)
{
	struct scratch *s = *state;

	make_dir(s, "/private");
	assert_int_equal(chmod(host(s, "/private"), 0710), 0);
	assert_applies(s, "tmpfs", "tmpfs", "/private", "size=64k");
	assert_int_equal(mode_of(s, "/private"), S_IFDIR | 0710);
	assert_applies(s, "tmpfs", "tmpfs", "/private", "mode=700");
	assert_int_equal(mode_of(s, "/private"), S_IFDIR | 0700);
	assert_applies(s, "tmpfs", "tmpfs", "/new", NULL);
	assert_int_equal(mode_of(s, "/new"), S_IFDIR | 01777);
}

static unsigned int other_id(unsigned int id)
{
	return namespaces_have_ids() ? id : 0;
}

static void fill_for_copy(struct scratch *s)
{
	struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};

	make_dir(s, "/var");
	make_dir(s, "/var/sub");
	write_host(s, "/var/sub/file", "content");
	assert_int_equal(chown(host(s, "/var/sub/file"), other_id(7), other_id(8)), 0);
	assert_int_equal(chmod(host(s, "/var/sub/file"), 04751), 0);
	assert_int_equal(setxattr(host(s, "/var/sub/file"), "user.note", "kept", 4, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, host(s, "/var/sub/file"), times, 0), 0);
	assert_int_equal(symlink("/etc/passwd", host(s, "/var/link")), 0);
	assert_int_equal(mkfifo(host(s, "/var/fifo"), 0604), 0);
	assert_int_equal(chmod(host(s, "/var/sub"), 0500), 0);
	assert_int_equal(chmod(host(s, "/var"), 0751), 0);
}

static void tmpfs_begins_with_a_copy_of_what_is_there(void **state)
{
	struct scratch *s = *state;
	char text[32] = "";
	struct stat st;
	own_fd fd = -1;

	fill_for_copy(s);
	assert_applies(s, "tmpfs", "tmpfs", "/var", "tmpcopyup");
	assert_true(is_mount(s, "/var"));
	assert_int_equal(mode_of(s, "/var"), S_IFDIR | 0751);
	assert_int_equal(mode_of(s, "/var/sub"), S_IFDIR | 0500);
	assert_int_equal(mode_of(s, "/var/fifo"), S_IFIFO | 0604);
	assert_true(readlink(host(s, "/var/link"), text, sizeof text - 1) > 0);
	assert_string_equal(text, "/etc/passwd");
	assert_int_equal(stat(host(s, "/var/sub/file"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 04751);
	assert_int_equal(st.st_uid, other_id(7));
	assert_int_equal(st.st_gid, other_id(8));
	assert_int_equal(st.st_mtim.tv_sec, 2000);
	assert_int_equal(getxattr(host(s, "/var/sub/file"), "user.note", text, sizeof text), 4);
	fd = open(host(s, "/var/sub/file"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, text, sizeof text), 7);
	assert_memory_equal(text, "content", 7);
}

static void copy_of_a_tree_without_a_bottom_is_an_error(void **state)
{
	struct scratch *s = *state;
	int fd = open(s->path, O_PATH | O_CLOEXEC);

	for (int depth = 0; depth <= 102; depth++) {
		int below;

		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		below = openat(fd, "d", O_PATH | O_CLOEXEC);
		(void)close(fd);
		fd = below;
	}
	(void)close(fd);
	assert_int_equal(apply(s, "tmpfs", "tmpfs", "/d", "tmpcopyup"), -ELOOP);
	assert_string_equal(s->e.code, "tree-too-deep");
	assert_non_null(strstr(s->e.text, "more than 100 directories deep"));
}

static void copy_that_does_not_fit_is_an_error_and_mounts_nothing(void **state)
{
	static char large[64 * 1024];
	struct scratch *s = *state;

	memset(large, 'x', sizeof large - 1);
	make_dir(s, "/var");
	write_host(s, "/var/large", large);
	assert_int_equal(apply(s, "tmpfs", "tmpfs", "/var", "tmpcopyup,size=8k"), -ENOSPC);
	assert_non_null(strstr(s->e.text, "'large'"));
	assert_false(is_mount(s, "/var"));
}

static void bind_of_a_directory_and_of_a_file(void **state)
{
	struct scratch *s = *state;
	struct stat a, b;

	make_host_dir("/tmp/data");
	assert_applies(s, "bind", "/tmp/data", "/srv/deep/data", "rbind,ro,nosuid,rprivate");
	assert_applies(s, "none", "/etc/passwd", "/etc/some/passwd", "bind,ro");
	assert_int_equal(flags_of(s, "/srv/deep/data") & (ST_RDONLY | ST_NOSUID), ST_RDONLY | ST_NOSUID);
	assert_int_equal(stat("/etc/passwd", &a), 0);
	assert_int_equal(stat(host(s, "/etc/some/passwd"), &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(access("/tmp/data", W_OK), 0);
}

static void bind_of_a_socket_and_of_a_fifo(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/socket"};
	own_fd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct scratch *s = *state;

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(mkfifo("/tmp/fifo", 0600), 0);
	assert_applies(s, "bind", "/tmp/socket", "/run/socket", "bind");
	assert_applies(s, "bind", "/tmp/fifo", "/run/fifo", "bind");
	assert_true(S_ISSOCK(mode_of(s, "/run/socket")));
	assert_true(S_ISFIFO(mode_of(s, "/run/fifo")));
}

/* /tmp/tree with a tmpfs in it. */
static void make_tree(void)
{
	make_host_dir("/tmp/tree");
	make_host_dir("/tmp/tree/below");
	(void)umount2("/tmp/tree/below", MNT_DETACH);
	assert_int_equal(mount("tmpfs", "/tmp/tree/below", "tmpfs", 0, NULL), 0);
	make_host_dir("/tmp/tree/below/seen");
}

static void mounts_below_the_source_come_along_only_when_asked_for(void **state)
{
	struct scratch *s = *state;

	make_tree();
	assert_applies(s, "bind", "/tmp/tree", "/one", "bind");
	assert_applies(s, "bind", "/tmp/tree", "/all", "rbind");
	assert_int_equal(access(host(s, "/one/below/seen"), F_OK), -1);
	assert_int_equal(access(host(s, "/all/below/seen"), F_OK), 0);
}

static void recursive_flags_reach_the_mounts_below(void **state)
{
	struct scratch *s = *state;

	make_tree();
	assert_applies(s, "bind", "/tmp/tree", "/top", "rbind,ro,nosuid");
	assert_applies(s, "bind", "/tmp/tree", "/all", "rbind,rro,rnoexec,rnoatime");
	assert_true(flags_of(s, "/top") & ST_RDONLY);
	assert_false(flags_of(s, "/top/below") & ST_RDONLY);
	assert_int_equal(
		flags_of(s, "/all/below") & (ST_RDONLY | ST_NOEXEC | ST_NOATIME), ST_RDONLY | ST_NOEXEC | ST_NOATIME);
}

static void rw_does_not_open_what_the_host_made_read_only(void **state)
{
	struct scratch *s = *state;

	make_host_dir("/tmp/ro");
	assert_int_equal(mount("tmpfs", "/tmp/ro", "tmpfs", MS_RDONLY, NULL), 0);
	assert_int_equal(mount(NULL, "/tmp/ro", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	assert_applies(s, "bind", "/tmp/ro", "/x", "bind,rw,rprivate");
	assert_true(flags_of(s, "/x") & ST_RDONLY);
	assert_int_equal(umount("/tmp/ro"), 0);
}

/* 0: in a user namespace of its own, what the namespace above mounted nosuid stays so. */
static int open_what_is_locked(const void *scratch)
{
	struct scratch s = *(const struct scratch *)scratch;
	struct wish kept = {"bind", "/tmp/locked", "/kept", "bind,ro"},
		    opened = {"bind", "/tmp/locked", "/o", "bind,suid"};
	struct mount_request r;
	own_fd fd = -1;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 || request(&s, &kept, &r) < 0)
		return 1;
	fd = mount_open_source(&r, -1, &s.e);
	if (fd < 0 || request(&s, &opened, &r) < 0)
		return 2;
	if (mount_open_source(&r, -1, &s.e) != -EPERM || strcmp(s.e.code, "mount-flags-locked") != 0)
		return 3;
	return strcmp(s.e.pointer, "/mounts/3/options") == 0 ? 0 : 4;
}

static void flags_that_a_higher_namespace_locked_stay_or_fail(void **state)
{
	make_host_dir("/tmp/locked");
	assert_int_equal(mount("tmpfs", "/tmp/locked", "tmpfs", MS_NOSUID, NULL), 0);
	assert_int_equal(in_child(open_what_is_locked, *state), 0);
	assert_int_equal(umount("/tmp/locked"), 0);
}

static void overlay_has_its_layers(void **state)
{
	struct scratch *s = *state;

	make_host_dir("/tmp/lower,1");
	make_host_dir("/tmp/lower,1/from-below");
	make_host_dir("/tmp/upper");
	make_host_dir("/tmp/work");
	assert_applies(s, "overlay", "overlay", "/o",
		"lowerdir=/tmp/lower\\,1,upperdir=/tmp/upper,workdir=/tmp/work,userxattr");
	make_dir(s, "/o/from-above");
	assert_int_equal(access(host(s, "/o/from-below"), F_OK), 0);
	assert_int_equal(access("/tmp/upper/from-above", F_OK), 0);
	assert_int_equal(access("/tmp/lower,1/from-above", F_OK), -1);
}

static void overlay_without_an_upper_layer_is_read_only(void **state)
{
	struct scratch *s = *state;

	make_host_dir("/tmp/l1");
	make_host_dir("/tmp/l2");
	assert_applies(s, "overlay", "overlay", "/o", "ro,lowerdir=/tmp/l1:/tmp/l2");
	assert_true(flags_of(s, "/o") & ST_RDONLY);
}

static void remount_changes_what_is_there(void **state)
{
	struct scratch *s = *state;

	assert_applies(s, "tmpfs", "tmpfs", "/t", "size=64k");
	assert_applies(s, "tmpfs", "tmpfs", "/t", "remount,size=128k,noexec");
	assert_true(flags_of(s, "/t") & ST_NOEXEC);
	assert_applies(s, "bind", NULL, "/t", "remount,bind,ro");
	assert_true(flags_of(s, "/t") & ST_RDONLY);
	assert_applies(s, "bind", NULL, "/t", "remount,bind,rw");
	assert_false(flags_of(s, "/t") & ST_RDONLY);
	make_dir(s, "/t/in");
	assert_int_equal(apply(s, "bind", NULL, "/t/in", "remount,bind,ro"), -EINVAL);
	assert_string_equal(s->e.code, "not-a-mount");
}

static void propagation_is_as_asked_for(void **state)
{
	struct scratch *s = *state;

	make_tree();
	assert_int_equal(mount(NULL, "/tmp/tree/below", NULL, MS_SHARED, NULL), 0);
	assert_applies(s, "bind", "/tmp/tree/below", "/private", "bind,private");
	assert_applies(s, "bind", "/tmp/tree/below", "/slave", "bind,slave");
	assert_applies(s, "bind", "/tmp/tree/below", "/shared", "bind,shared");
	assert_applies(s, "bind", "/tmp/tree", "/all", "rbind,rslave");
	assert_applies(s, "tmpfs", "tmpfs", "/u", "unbindable");
	assert_string_equal(propagation_of(s, "/private"), "");
	assert_non_null(strstr(propagation_of(s, "/slave"), "master:"));
	assert_non_null(strstr(propagation_of(s, "/shared"), "shared:"));
	assert_non_null(strstr(propagation_of(s, "/all/below"), "master:"));
	assert_string_equal(propagation_of(s, "/u"), "unbindable ");
}

/* A user namespace with 1000 as its 0, kept by a process that the caller ends. */
static int open_user_namespace(pid_t *ret_child)
{
	static char path[64];
	int ready[2], fd;
	char byte = 0;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	*ret_child = fork();
	if (*ret_child == 0) {
		if (unshare(CLONE_NEWUSER) == 0 && write(ready[1], &byte, 1) == 1)
			(void)pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	for (const char *const *map = (const char *const[]){"uid_map", "gid_map", NULL}; *map; map++) {
		own_fd file = -1;

		(void)snprintf(path, sizeof path, "/tmp/proc/%d/%s", *ret_child, *map);
		file = open(path, O_WRONLY | O_CLOEXEC);
		assert_int_equal(write(file, "0 1000 10", 9), 9);
	}
	(void)snprintf(path, sizeof path, "/tmp/proc/%d/ns/user", *ret_child);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void idmapped_source_has_other_owners(void **state)
{
	struct scratch *s = *state;
	struct mount_request r;
	own_fd userns = -1, fd = -1;
	struct stat st;
	pid_t child = -1;

	make_host_dir("/tmp/proc");
	assert_int_equal(mount("proc", "/tmp/proc", "proc", 0, NULL), 0);
	make_host_dir("/tmp/owned");
	userns = open_user_namespace(&child);
	assert_int_equal(request(s, &(struct wish){"bind", "/tmp/owned", "/x", "bind,idmap"}, &r), 0);
	fd = mount_open_source(&r, userns, &s->e);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	assert_int_equal(umount2("/tmp/proc", MNT_DETACH), 0);
	if (fd < 0)
		fail_msg("%s", s->e.text);
	assert_int_equal(mount_attach(s->root, &r, fd, &s->e), 0);
	assert_int_equal(stat(host(s, "/x"), &st), 0);
	assert_int_equal(st.st_uid, 1000);
}

static void idmap_without_a_namespace_is_an_error(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(apply(s, "bind", "/tmp", "/x", "bind,idmap"), -EINVAL);
	assert_string_equal(s->e.code, "idmap-without-namespace");
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

static void filesystem_that_the_kernel_lacks_is_named(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(apply(s, "nosuchfs", "none", "/x", NULL), -ENODEV);
	assert_string_equal(s->e.code, "filesystem-unknown");
	assert_string_equal(s->e.pointer, "/mounts/3");
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
		SCRATCH_TEST(proc_is_mounted_with_its_flags), SCRATCH_TEST(sysfs_is_mounted_read_only),
		SCRATCH_TEST(sysfs_of_the_host_is_bound_with_all_that_is_in_it),
		SCRATCH_TEST(mqueue_and_devpts_are_mounted),
		SCRATCH_TEST(tmpfs_that_is_read_only_takes_entries_until_it_is_sealed),
		SCRATCH_TEST(tmpfs_has_the_mode_of_what_it_covers),
		SCRATCH_TEST(tmpfs_begins_with_a_copy_of_what_is_there),
		SCRATCH_TEST(copy_of_a_tree_without_a_bottom_is_an_error),
		SCRATCH_TEST(copy_that_does_not_fit_is_an_error_and_mounts_nothing),
		SCRATCH_TEST(bind_of_a_directory_and_of_a_file), SCRATCH_TEST(bind_of_a_socket_and_of_a_fifo),
		SCRATCH_TEST(mounts_below_the_source_come_along_only_when_asked_for),
		SCRATCH_TEST(recursive_flags_reach_the_mounts_below),
		SCRATCH_TEST(rw_does_not_open_what_the_host_made_read_only),
		SCRATCH_TEST(flags_that_a_higher_namespace_locked_stay_or_fail), SCRATCH_TEST(overlay_has_its_layers),
		SCRATCH_TEST(overlay_without_an_upper_layer_is_read_only), SCRATCH_TEST(remount_changes_what_is_there),
		SCRATCH_TEST(propagation_is_as_asked_for), SCRATCH_TEST(idmap_without_a_namespace_is_an_error),
		SCRATCH_TEST(missing_source_names_the_field),
		SCRATCH_TEST(parameter_that_the_filesystem_refuses_is_named),
		SCRATCH_TEST(filesystem_that_the_kernel_lacks_is_named),
		SCRATCH_TEST(idmapped_source_has_other_owners), /* last: for those who have other owners */
	};
	size_t n = sizeof all / sizeof all[0];

	return _cmocka_run_group_tests("mounts", all, namespaces_have_ids() ? n : n - 1, NULL, NULL);
}

int main(int argc, char **argv)
{
	namespaces_run(argc > 1 && strcmp(argv[1], "user") == 0, tests);
}
