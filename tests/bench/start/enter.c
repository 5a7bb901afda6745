/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor of exec: enters the namespaces of a process with one setns(2), forks for the pid
 * namespace, executes. No cgroup, no capability, nothing read.
 *
 * usage: enter PID PROGRAM, as root. Ends with the program's exit status, or 125.
 */
#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int pidfd, status;
	pid_t pid;

	if (argc < 3)
		errx(125, "usage: enter PID PROGRAM");
	pidfd = (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	if (pidfd < 0 || setns(pidfd, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
					      CLONE_NEWCGROUP) < 0)
		err(125, "enter %s", argv[1]);
	pid = fork();
	if (pid == 0) {
		execv(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		err(125, "fork");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
