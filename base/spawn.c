/* SPDX-License-Identifier: Apache-2.0 */
#include "base/spawn.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPAWN_OUTPUT_SHOWN = 400 };

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

/* posix_spawn(3) itself, which reports the child's failing exec as its own result. */
static int spawn_start(const struct spawn *s, int input, int output, pid_t *ret_pid, struct err *e)
{
	static const char *const no_environment[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int no;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if (posix_spawn_file_actions_init(&files) != 0 || posix_spawnattr_init(&attributes) != 0)
		return err_nomem(e); /* glibc's never fail */
	no = posix_spawn_file_actions_adddup2(&files, input, 0);
	no = no ? no : posix_spawn_file_actions_adddup2(&files, output, 1);
	no = no ? no : posix_spawn_file_actions_adddup2(&files, output, 2);
	no = no ? no : posix_spawn_file_actions_addclosefrom_np(&files, 3);
	no = no ? no : posix_spawnattr_setsigmask(&attributes, &none);
	no = no ? no : posix_spawnattr_setsigdefault(&attributes, &all);
	no = no ? no
		: posix_spawnattr_setflags(
			  &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	/* posix_spawn takes arrays of char * for the sake of old programs and changes nothing in them */
	no = no ? no
		: posix_spawnp(ret_pid, s->path, &files, &attributes, (char *const *)(uintptr_t)s->argv,
			  (char *const *)(uintptr_t)(s->envp ? s->envp : no_environment));
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attributes);
	errno = no;
	return no ? err_sys(e, "execute '%s'", s->path) : 0;
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
