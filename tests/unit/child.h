/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of what changes the process that it runs in: in a child, whose exit status tells. */
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Leaves the child with the number of the first check that does not hold; 0 is for all that do. */
#define CHILD_CHECK(number, condition)                                                                                 \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			_exit(number);                                                                                 \
	} while (0)

/* Runs body(data) in a child. Returns its exit status, 0 where body returned, 128 + n where signal n ended it. */
static inline int child_run(void (*body)(void *data), void *data)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is ended leaves nothing behind */
		body(data);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
