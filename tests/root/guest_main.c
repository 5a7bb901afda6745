/* SPDX-License-Identifier: Apache-2.0 */
/* Where the tests of the guest run. */
#include "tests/root/guest.h"
#include "tests/root/namespaces.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *prepare(void)
{
	if (mount("proc", "/proc", "proc", 0, NULL) < 0)
		return "cannot mount: needs root";
	return guest_prepare_root();
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
		status = namespaces_run_in(0, prepare, tests);
		(void)fflush(stdout);
		_exit(status); /* as in namespaces_run() */
	}
	if (child > 0)
		(void)waitpid(child, &status, 0);
	guest_remove_cgroup();
	return status == 0 ? 0 : 1;
}
