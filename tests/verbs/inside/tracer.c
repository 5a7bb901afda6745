/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs in a service as its first process: takes hold of each process that appears, as early as it can, and writes down
 * what it could have taken over: "PID CapPrm".
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { AHEAD = 4 };

static void tell(pid_t pid, FILE *out)
{
	char path[64], line[256];
	FILE *status;

	(void)snprintf(path, sizeof path, "/proc/%d/status", pid); /* fits */
	status = fopen(path, "re");
	while (status && fgets(line, sizeof line, status))
		if (strncmp(line, "CapPrm:\t", 8) == 0)
			(void)fprintf(out, "%d %s", pid, line + 8); /* what is not written is missed by the test */
	if (status)
		(void)fclose(status); /* only read */
	(void)fflush(out);            /* as above */
}

/* Whether there was one to hold. */
static int take(pid_t pid, FILE *out)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		return 0;
	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0 && waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		tell(pid, out);
		(void)ptrace(PTRACE_DETACH, pid, 0, 0); /* one that is gone needs none */
	}
	return 1;
}

int main(int argc, char **argv)
{
	FILE *out = argc == 2 ? fopen(argv[1], "we") : NULL;
	pid_t last = 1;

	if (!out)
		return 1;
	(void)signal(SIGCHLD, SIG_IGN); /* whoever is left to the first process is reaped by itself */
	for (;;)
		for (pid_t pid = last + 1; pid <= last + AHEAD; pid++)
			if (take(pid, out))
				last = pid;
}
