/* SPDX-License-Identifier: Apache-2.0 */
/* Where the tests of the guest run. */
#include "tests/root/guest.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	return 0;
}

/* As process 1 of a pid namespace, with a /tmp that goes with it. */
static int run_inside(int (*tests)(void))
{
	const char *why;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 || mount("tmpfs", "/tmp", "tmpfs", 0, "mode=755") < 0 ||
		mount("proc", "/proc", "proc", 0, NULL) < 0)
		return skip_all("cannot mount: needs root");
	why = guest_prepare_root();
	return why ? skip_all(why) : tests();
}

static int run_in_namespaces(int (*tests)(void))
{
	int status = 0;
	pid_t child;

	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET) < 0)
		return skip_all("cannot make namespaces: needs root");
	child = fork();
	if (child == 0) {
		status = run_inside(tests);
		(void)fflush(stdout);
		_exit(status);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The cgroup is in the host's tree, and goes whatever becomes of the tests. */
int guest_main(int (*tests)(void))
{
	char cgroup[64];
	int status = 1;
	pid_t child;

	(void)snprintf(cgroup, sizeof cgroup, "/cloche-guest-test-%d", getpid());
	(void)setenv(GUEST_CGROUP, cgroup, 1);
	child = fork();
	if (child == 0) {
		status = run_in_namespaces(tests);
		(void)fflush(stdout);
		_exit(status); /* as in namespaces_run() */
	}
	if (child > 0)
		(void)waitpid(child, &status, 0);
	guest_remove_cgroup();
	return status == 0 ? 0 : 1;
}
