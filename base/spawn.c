/* SPDX-License-Identifier: Apache-2.0 */
#include "base/spawn.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPAWN_OUTPUT_SHOWN = 400, SPAWN_NOT_EXECUTED = 127 };

static int spawn_memory_file(const char *name, const char *content, struct err *e)
{
	own_fd fd = memfd_create(name, MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return err_sys(e, "memfd_create");
	r = fd_write_all(fd, content, strlen(content), name, e);
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "rewind '%s'", name);
	return give_fd(&fd);
}

/* A copy that is none of 0, 1 and 2, which a caller may have closed. */
static int spawn_above_stdio(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static int spawn_descriptors(int input, int output)
{
	int in = spawn_above_stdio(input), out = spawn_above_stdio(output);

	if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
		dup2(out, STDERR_FILENO) < 0)
		return -1;
	return close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void spawn_signals(void)
{
	const struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		(void)sigaction(signo, &by_default, NULL); /* refused for SIGKILL, SIGSTOP and glibc's own two */
	(void)sigemptyset(&none);                          /* cannot fail */
	(void)sigprocmask(SIG_SETMASK, &none, NULL);       /* as above */
}

/* The child: the program, or why not as an errno into `report`, which an execve(2) that succeeds closes. */
_Noreturn static void spawn_become(const struct spawn *s, pid_t parent, const int files[2], int report)
{
	static const char *const no_environment[] = {NULL};
	int told = spawn_above_stdio(report), no;

	spawn_signals();
	(void)setpgid(0, 0);                    /* a new process is not a session's leader */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* valid arguments: what cloche runs dies with it */
	if (getppid() == parent && spawn_descriptors(files[0], files[1]) == 0)
		/* execvpe takes arrays of char * for the sake of old programs and changes nothing in them */
		(void)execvpe(s->path, (char *const *)(uintptr_t)s->argv,
			(char *const *)(uintptr_t)(s->envp ? s->envp : no_environment));
	no = errno;
	(void)!write(told, &no, sizeof no); /* nobody listens to an orphan */
	_exit(SPAWN_NOT_EXECUTED);
}

/* A fork, not posix_spawn(3), which cannot have the child die with its parent. */
static int spawn_start(const struct spawn *s, int input, int output, pid_t *ret_pid, struct err *e)
{
	const int files[] = {input, output};
	own_fd hear = -1, report = -1;
	pid_t parent = getpid(), pid;
	int ends[2], no = 0;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	hear = ends[0];
	report = ends[1];
	pid = fork();
	if (pid < 0)
		return err_sys(e, "start a process for '%s'", s->path);
	if (pid == 0)
		spawn_become(s, parent, files, report);
	own_release_fd(&report);
	do
		n = read(hear, &no, sizeof no);
	while (n < 0 && errno == EINTR);
	if (n != sizeof no) {
		*ret_pid = pid;
		return 0;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	errno = no;
	return err_sys(e, "execute '%s'", s->path);
}

/* Waits for the end, the time limit or a signal. Leaves the process to be reaped. */
static int spawn_wait(const struct spawn *s, int pidfd, struct err *e)
{
	struct pollfd fds[] = {
		{.fd = pidfd, .events = POLLIN},
		{.fd = s->interrupt_fd, .events = POLLIN},
	};
	int n;

	do
		n = poll(fds, 2, s->timeout_ms);
	while (n < 0 && errno == EINTR); /* a stopped cloche may wait longer than asked, never shorter */
	if (n < 0)
		return err_sys(e, "wait for '%s'", s->path);
	if (n == 0)
		return err_set(e, ETIMEDOUT, "timeout", "'%s' did not end within %d ms and was killed", s->path,
			s->timeout_ms);
	if (!fds[0].revents)
		return err_set(e, EINTR, "interrupted", "'%s' was interrupted by a signal", s->path);
	return 0;
}

static int spawn_status(const struct spawn *s, int status, int output, struct err *e)
{
	char shown[SPAWN_OUTPUT_SHOWN + 1] = "";
	off_t size = lseek(output, 0, SEEK_END);
	ssize_t n = pread(output, shown, SPAWN_OUTPUT_SHOWN, size > SPAWN_OUTPUT_SHOWN ? size - SPAWN_OUTPUT_SHOWN : 0);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	while (n > 0 && strchr(" \t\r\n", shown[n - 1]))
		shown[--n] = '\0';
	for (char *c = shown; *c; c++)
		*c = (char)((unsigned char)*c < 0x20 ? ' ' : *c);
	return err_set(e, ECHILD, "program-failed", "'%s' %s %d%s%s", s->path,
		WIFSIGNALED(status) ? "was killed by signal" : "exited with status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), *shown ? ": " : "", shown);
}

int spawn_run(const struct spawn *spawn, struct err *e)
{
	own_fd input = spawn_memory_file("input", spawn->input ? spawn->input : "", e);
	own_fd output = input < 0 ? -1 : spawn_memory_file("output", "", e);
	own_fd pidfd = -1;
	int status = 0, r;
	pid_t pid = 0;

	if (output < 0)
		return -e->no;
	r = spawn_start(spawn, input, output, &pid, e);
	if (r < 0)
		return r;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	r = pidfd < 0 ? err_sys(e, "open a pidfd of '%s'", spawn->path) : spawn_wait(spawn, pidfd, e);
	if (r < 0)
		(void)kill(-pid, SIGKILL); /* with what it started; our unreaped child: the number is still its own */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return r < 0 ? r : spawn_status(spawn, status, output, e);
}
