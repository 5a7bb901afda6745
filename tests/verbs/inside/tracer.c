/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs in a service as its first process: takes hold of each process that appears, as early as it can, and writes down
 * what it could have taken over: "PID CapPrm", "PID value of SECRET".
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { AHEAD = 64 };

/* The lines of a file of /proc/PID that begin so; NULs are taken for ends of lines. */
static void tell(pid_t pid, const char *file, const char *begin, FILE *out)
{
	char path[64], line[4096];
	FILE *from;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", pid, file); /* fits */
	from = fopen(path, "re");
	for (size_t n = 0; from; n = 0) {
		for (int c; n < sizeof line - 1 && (c = getc(from)) != EOF && c && c != '\n';)
			line[n++] = (char)c;
		line[n] = '\0';
		if (feof(from))
			break;
		if (strncmp(line, begin, strlen(begin)) == 0)
			(void)fprintf(
				out, "%d %s\n", pid, line + strlen(begin)); /* a line that is not written is missed */
	}
	if (from)
		(void)fclose(from); /* only read */
	(void)fflush(out);          /* as above */
}

/* Whether there was one to hold. */
static int take(pid_t pid, FILE *out)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		return 0;
	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0 && waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
		tell(pid, "status", "CapPrm:\t", out);
		tell(pid, "environ", "SECRET=", out);
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
