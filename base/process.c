/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include "base/fd.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { STAT_START_FIELD = 22, STAT_LIMIT = 4096 };

#ifndef PROC_USER_INIT_INO
#define PROC_USER_INIT_INO                                                                                             \
	0xEFFFFFFDU /* linux/nsfs.h, of later kernels than our headers'; the number is as old as the file */
#endif

bool process_is_in_user_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/user", &status) == 0 && status.st_ino != PROC_USER_INIT_INO;
}

static int process_gone(pid_t pid, struct err *e)
{
	return err_set(e, ESRCH, "no-process", "process %d has ended", pid);
}

int process_start_time(pid_t pid, uint64_t *ret_ticks, struct err *e)
{
	own_text stat = {0};
	char path[48], state;
	const char *at;
	int r;

	(void)snprintf(path, sizeof path, "/proc/%d/stat", pid); /* fits: 11 + 11 characters */
	r = file_read(AT_FDCWD, path, STAT_LIMIT, &stat, e);
	if (r == -ENOENT || r == -ESRCH)
		return process_gone(pid, e);
	if (r < 0)
		return r;
	/* field 2 is the name in brackets, which may have brackets and blanks itself */
	at = strrchr(text_string(&stat), ')');
	state = at && at[1] ? at[2] : '\0';
	if (state == 'Z' || state == 'X')
		return process_gone(pid, e);
	for (int field = 2; at && field < STAT_START_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%" SCNu64, ret_ticks) != 1)
		return err_set(e, EIO, "proc-stat", "'%s' is not as expected", path);
	return 0;
}

int process_open(pid_t pid, uint64_t start_ticks, struct err *e)
{
	own_fd fd = (int)syscall(SYS_pidfd_open, pid, 0);
	uint64_t ticks;
	int r;

	/* EINVAL, too: the number lives on as a session's or a thread's, and older kernels say it so (6.1 does) */
	if (fd < 0)
		return errno == ESRCH || errno == EINVAL ? process_gone(pid, e)
							 : err_sys(e, "open a pidfd of process %d", pid);
	/* after the pidfd, so that both are of the same process */
	r = process_start_time(pid, &ticks, e);
	if (r < 0)
		return r;
	return ticks == start_ticks ? give_fd(&fd) : process_gone(pid, e);
}

int process_signal(int pidfd, int signo, struct err *e)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0) == 0)
		return 0;
	if (errno == ESRCH)
		return err_set(e, ESRCH, "no-process", "os: process already finished");
	return err_sys(e, "send signal %d", signo);
}

int process_wait_end(int pidfd, int timeout_ms, struct err *e)
{
	struct pollfd fd = {.fd = pidfd, .events = POLLIN};
	int n;

	do
		n = poll(&fd, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "wait for a process to end");
	return n ? 0 : err_set(e, ETIMEDOUT, "timeout", "the process did not end within %d ms", timeout_ms);
}

void pid_list_free(struct pid_list *list)
{
	free(list->items);
	*list = (struct pid_list){0};
}

int pid_list_add(struct pid_list *to, pid_t pid, struct err *e)
{
	if (to->n == to->room) {
		size_t room = to->room ? 2 * to->room : 64;
		pid_t *items = reallocarray(to->items, room, sizeof *items);

		if (!items)
			return err_nomem(e);
		to->items = items;
		to->room = room;
	}
	to->items[to->n++] = pid;
	return 0;
}
