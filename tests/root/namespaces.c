/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/root/namespaces.h"

#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int skip(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	return 0;
}

static int skip_by_errno(const char *what, const char *needs)
{
	char why[160];

	(void)snprintf(why, sizeof why, "%s: %s; needs %s", what, strerror(errno), needs);
	return skip(why);
}

static bool write_file(const char *path, const char *text)
{
	own_fd fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length = (ssize_t)strlen(text);

	return fd >= 0 && write(fd, text, (size_t)length) == length;
}

/* Root maps a range that is nobody's, others themselves. */
static bool map_ids(pid_t pid, uid_t uid, gid_t gid)
{
	char path[64], map[64];
	bool range = uid == 0;

	(void)snprintf(path, sizeof path, "/proc/%d/setgroups", pid);
	if (!range && !write_file(path, "deny"))
		return false;
	(void)snprintf(path, sizeof path, "/proc/%d/uid_map", pid);
	(void)snprintf(map, sizeof map, "0 %u %u", range ? 100000 : uid, range ? 65536U : 1U);
	if (!write_file(path, map))
		return false;
	(void)snprintf(path, sizeof path, "/proc/%d/gid_map", pid);
	(void)snprintf(map, sizeof map, "0 %u %u", range ? 100000 : gid, range ? 65536U : 1U);
	return write_file(path, map);
}

/* A helper outside maps the ids of this process, once it is told that the namespace is there. */
static bool enter_user_namespace(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	pid_t self = getpid(), helper;
	int go[2], status = 0;
	char byte = 0;

	if (pipe2(go, O_CLOEXEC) < 0)
		return false;
	helper = fork();
	if (helper == 0)
		_exit(read(go[0], &byte, 1) == 1 && map_ids(self, uid, gid) ? 0 : 1);
	if (helper < 0 || unshare(CLONE_NEWUSER) < 0 || write(go[1], &byte, 1) != 1 ||
		waitpid(helper, &status, 0) != helper || status != 0)
		return false;
	(void)close(go[0]);
	(void)close(go[1]);
	/* changing ids makes our /proc files the host root's, out of reach */
	return setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0;
}

bool namespaces_have_ids(void)
{
	struct stat st;
	own_fd fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 && fchown(fd, 9, 9) == 0 && fstat(fd, &st) == 0 && st.st_uid == 9;
}

static int run_inside(const char *(*prepare)(void), int (*tests)(void))
{
	const char *why;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 || mount("tmpfs", "/tmp", "tmpfs", 0, "mode=755") < 0)
		return skip_by_errno("mount a tmpfs of our own", "root");
	why = prepare ? prepare() : NULL;
	return why ? skip(why) : tests();
}

int namespaces_run_in(int more, const char *(*prepare)(void), int (*tests)(void))
{
	int status = 0;
	pid_t child;

	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET | more) < 0)
		return skip_by_errno("make namespaces", "root");
	child = fork();
	if (child == 0) {
		status = run_inside(prepare, tests);
		(void)fflush(stdout);
		_exit(status);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

void namespaces_run(bool user_namespace, int (*tests)(void))
{
	int status = user_namespace && !enter_user_namespace()
			     ? skip_by_errno("make a user namespace", "root, or unprivileged user namespaces")
			     : namespaces_run_in(CLONE_NEWCGROUP, NULL, tests);

	(void)fflush(stdout);
	_exit(status); /* not exit(): the leak checker wants to fork, and the new pid namespace is over */
}
