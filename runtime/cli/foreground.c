/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cli/foreground.h"

#include "base/own.h"
#include "runtime/service/backend.h"
#include "runtime/service/relay.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

int foreground_take_size(struct spec *spec, struct err *e)
{
	struct spec_process *process = spec->process;
	struct winsize window;

	if (!process->terminal.value || process->console_size || ioctl(STDIN_FILENO, TIOCGWINSZ, &window) < 0)
		return 0;
	process->console_size = arena_alloc(&spec->arena, sizeof *process->console_size);
	if (!process->console_size)
		return err_nomem(e);
	*process->console_size = (struct spec_console_size){.height = window.ws_row, .width = window.ws_col};
	return 0;
}

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
