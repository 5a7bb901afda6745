/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor of a start-up: the same namespaces, mounts and cgroups as the bench's bundle
 * (spec.json beside this file), made with the fewest system calls that do it, and nothing else: no
 * spec is read, nothing is checked, written down or reported. What any runtime costs is a multiple of this.
 *
 * usage: floor ROOTFS PROGRAM, as root. Ends with the program's exit status, or 125.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(call) ((call) < 0 ? err(125, "%s", #call) : (void)0)

static const char *const v1[] = {
	"cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "systemd", "unified"};
enum { HIERARCHIES = sizeof v1 / sizeof *v1 };

static int v2_only;
static int hierarchies = HIERARCHIES;

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(125, "write %s", path);
	close(fd);
}

static void read_into(const char *from, const char *to)
{
	char text[256] = "";
	int fd = open(from, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

	if (n > 0)
		write_file(to, text);
	close(fd);
}

static void cgroup_path(char path[256], int i, const char *file)
{
	if (v2_only)
		snprintf(path, 256, "/sys/fs/cgroup/floor%d%s", getpid(), file);
	else
		snprintf(path, 256, "/sys/fs/cgroup/%s/floor%d%s", v1[i], getpid(), file);
}

static void cgroups_make(void)
{
	char path[256], parent[256];

	for (int i = 0; i < hierarchies; i++) {
		cgroup_path(path, i, "");
		CHECK(mkdir(path, 0755));
	}
	if (v2_only)
		return;
	for (int i = 0; i < 2; i++) {
		snprintf(parent, sizeof parent, "/sys/fs/cgroup/cpuset/cpuset.%s", i ? "mems" : "cpus");
		cgroup_path(path, 2, i ? "/cpuset.mems" : "/cpuset.cpus");
		read_into(parent, path);
	}
}

static void cgroups_enter(pid_t pid)
{
	char path[256], text[16];

	snprintf(text, sizeof text, "%d", pid);
	for (int i = 0; i < (v2_only ? 0 : HIERARCHIES - 1); i++) { /* version 2 is entered by the clone */
		cgroup_path(path, i, "/cgroup.procs");
		write_file(path, text);
	}
}

static void cgroups_remove(void)
{
	char path[256];

	for (int i = 0; i < hierarchies; i++) {
		cgroup_path(path, i, "");
		while (rmdir(path) < 0 && errno == EBUSY)
			;
	}
}

static void mount_at(const char *type, const char *target, unsigned long flags, const char *data)
{
	if (mount(type, target, type, flags, data) < 0)
		err(125, "mount %s on %s", type, target);
}

static void mounts_cgroup(void)
{
	char path[256], options[64];

	if (v2_only) {
		mount_at("cgroup2", "sys/fs/cgroup", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
		return;
	}
	mount_at("tmpfs", "sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755");
	for (int i = 0; i < hierarchies; i++) {
		int named = strcmp(v1[i], "systemd") == 0, v2 = strcmp(v1[i], "unified") == 0;

		snprintf(path, sizeof path, "sys/fs/cgroup/%s", v1[i]);
		snprintf(options, sizeof options, "%s%s", named ? "name=" : "", v2 ? "" : v1[i]);
		CHECK(mkdir(path, 0755));
		if (mount(v2 ? "cgroup2" : "cgroup", path, v2 ? "cgroup2" : "cgroup",
			    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0)
			err(125, "mount %s", path);
	}
}

static void mounts_make(void)
{
	static const struct {
		const char *name;
		unsigned int minor;
	} devices[] = {{"dev/null", 3}, {"dev/zero", 5}, {"dev/full", 7}, {"dev/random", 8}, {"dev/urandom", 9}};
	const unsigned long strict = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	mount_at("proc", "proc", strict, NULL);
	mount_at("tmpfs", "dev", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
	CHECK(mkdir("dev/pts", 0755));
	CHECK(mkdir("dev/shm", 0755));
	CHECK(mkdir("dev/mqueue", 0755));
	mount_at("devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5");
	mount_at("tmpfs", "dev/shm", strict, "mode=1777,size=65536k");
	mount_at("mqueue", "dev/mqueue", strict, NULL);
	mount_at("sysfs", "sys", strict | MS_RDONLY, NULL);
	mounts_cgroup();
	umask(0);
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		CHECK(mknod(devices[i].name, S_IFCHR | 0666, makedev(1, devices[i].minor)));
	CHECK(mknod("dev/tty", S_IFCHR | 0666, makedev(5, 0)));
	CHECK(symlink("/proc/self/fd", "dev/fd"));
	CHECK(symlink("/proc/self/fd/0", "dev/stdin"));
	CHECK(symlink("/proc/self/fd/1", "dev/stdout"));
	CHECK(symlink("/proc/self/fd/2", "dev/stderr"));
	CHECK(symlink("pts/ptmx", "dev/ptmx"));
	umask(022);
}

static void paths_cover(void)
{
	static const char *const masked[] = {"/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
		"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"};
	static const char *const locked[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

	for (size_t i = 0; i < sizeof masked / sizeof *masked; i++)
		if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) < 0 && errno == ENOTDIR)
			mount_at("tmpfs", masked[i], MS_RDONLY, NULL);
	for (size_t i = 0; i < sizeof locked / sizeof *locked; i++)
		if (mount(locked[i], locked[i], NULL, MS_BIND | MS_REC, NULL) == 0)
			(void)mount(NULL, locked[i], NULL,
				MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static void service(const char *rootfs, char **argv, int go)
{
	char byte;

	if (read(go, &byte, 1) != 1)
		errx(125, "the parent has gone");
	CHECK(unshare(CLONE_NEWCGROUP));
	CHECK(setsid());
	CHECK(sethostname("floor", 5));
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL));
	CHECK(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL));
	CHECK(chdir(rootfs));
	mounts_make();
	CHECK(syscall(SYS_pivot_root, ".", "."));
	CHECK(umount2(".", MNT_DETACH));
	CHECK(chdir("/"));
	paths_cover();
	CHECK(syscall(SYS_close_range, 3, ~0U, 0));
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	execv(argv[0], argv);
	err(127, "%s", argv[0]);
}

int main(int argc, char **argv)
{
	int pipe_fds[2], status, v2_fd = -1;
	char path[256];
	struct clone_args arguments = {
		.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
		.exit_signal = SIGCHLD,
	};
	pid_t pid;

	if (argc < 3)
		errx(125, "usage: floor ROOTFS PROGRAM");
	v2_only = access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0;
	if (v2_only)
		hierarchies = 1;
	else if (access("/sys/fs/cgroup/unified/cgroup.procs", F_OK) < 0)
		hierarchies = HIERARCHIES - 1;
	cgroups_make();
	CHECK(pipe2(pipe_fds, O_CLOEXEC));
	if (v2_only || hierarchies == HIERARCHIES) {
		cgroup_path(path, hierarchies - 1, "");
		CHECK(v2_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint64_t)v2_fd;
	}
	pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
	if (pid < 0)
		err(125, "clone3");
	if (pid == 0)
		service(argv[1], argv + 2, pipe_fds[0]);
	cgroups_enter(pid);
	CHECK(write(pipe_fds[1], "", 1));
	CHECK(waitpid(pid, &status, 0));
	cgroups_remove();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
