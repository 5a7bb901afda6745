/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program and prints what it cost: "WALL_NS CPU_US PEAK_KIB STATUS". Small itself, since
 * getrusage(2)'s peak memory includes what the process was before its exec.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long us(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status, null = open("/dev/null", O_RDWR);
	long long began = now_ns();
	pid_t pid = argc < 2 ? -1 : vfork();

	if (pid == 0) {
		dup2(null, 0);
		dup2(null, 1);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		err(1, "usage: measure PROGRAM");
	printf("%lld %lld %ld %d\n", now_ns() - began, us(usage.ru_utime) + us(usage.ru_stime), usage.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
