/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/foreground.h"

#include "base/own.h"
#include "runtime/service/backend.h"
#include "runtime/service/relay.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

int foreground_begin(struct err *e)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t before, set;
	int fd, r = relay_block(&before, e);

	if (r < 0)
		return r;
	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
		(void)sigaddset(&set, ending[i]); /* these numbers are valid */
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_sys(e, "make a signalfd") : fd;
}

/* By its wall: the process on the host may not be the one that the signal is for. */
static void foreground_send(void *service, int signo)
{
	struct service *s = service;
	struct err ignored; /* the service may have ended */

	(void)backend_of(s)->kill(s, signo, false, &ignored);
}

int foreground_wait(pid_t pid, int *master, struct service *service, struct err *e)
{
	struct relay relay = {
		.pid = pid,
		.master = give_fd(master),
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.send = service ? foreground_send : NULL,
		.context = service,
	};
	int status = 0;
	int r = relay_run(&relay, &status, e);

	if (r < 0)
		return r;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
