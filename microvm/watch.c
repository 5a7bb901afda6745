/* SPDX-License-Identifier: Apache-2.0 */
/* What a machine watches beside its devices: signals, the terminal, and how long the guest takes to boot. */
#include "microvm/vm.h"

#include "base/own.h"
#include "microvm/virtio/vsock.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <termios.h>

static void tell_window(struct vm *vm)
{
	struct winsize size;
	struct agent_window window;

	if (!vm->vsock || ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return; /* no terminal, or nobody to tell */
	window = (struct agent_window){.rows = size.ws_row, .columns = size.ws_col};
	vsock_set_window(vm->vsock, &window);
}

static void signal_came(struct loop_source *source, uint32_t events)
{
	struct vm *vm = source->self;
	struct signalfd_siginfo info;

	(void)events;
	if (read(source->fd, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH) {
		tell_window(vm);
		return;
	}
	if (ending_get(&vm->ending) == ENDING_NONE)
		vm->ending.signo = (int)info.ssi_signo;
	vm->told_to_end = true;
	vm_end(vm, ENDING_TOLD, NULL);
}

static void boot_took_too_long(struct loop_source *source, uint32_t events)
{
	(void)events;
	vm_end(source->self, ENDING_BOOT_TIMEOUT, NULL);
}

static int watch_signals(struct vm *vm, struct err *e)
{
	own_fd fd = -1;
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGWINCH);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(e, "block signals");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "watch for signals");
	vm->signals = (struct loop_source){.fd = give_fd(&fd), .ready = signal_came, .self = vm};
	return loop_add(&vm->loop, &vm->signals, EPOLLIN, e);
}

/* A terminal is the service's: the guest has one of its own, which echoes and makes signals; ours only hands on. */
static int prepare_terminal(struct vm *vm, struct err *e)
{
	struct termios mode;

	if (tcgetattr(STDIN_FILENO, &mode) < 0)
		return 0; /* it is none */
	cfmakeraw(&mode);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &mode) < 0)
		return err_sys(e, "make the terminal hand on what it gets");
	tell_window(vm);
	return 0;
}

static int watch_boot(struct vm *vm, struct err *e)
{
	const uint32_t ms = vm->wish->machine.boot_timeout_ms;
	const struct itimerspec limit = {.it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}};
	own_fd fd = -1;

	if (ms == 0)
		return 0;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd < 0 || timerfd_settime(fd, 0, &limit, NULL) < 0)
		return err_sys(e, "set the limit of the boot's time");
	vm->boot_timer = (struct loop_source){.fd = give_fd(&fd), .ready = boot_took_too_long, .self = vm};
	return loop_add(&vm->loop, &vm->boot_timer, EPOLLIN, e);
}

int vm_watch(struct vm *vm, struct err *e)
{
	int r = watch_signals(vm, e);

	if (r == 0)
		r = prepare_terminal(vm, e);
	return r < 0 ? r : watch_boot(vm, e);
}

static void forget(struct loop *loop, struct loop_source *source)
{
	int fd = source->fd;

	loop_remove(loop, source);
	own_release_fd(&fd);
}

void vm_unwatch(struct vm *vm)
{
	forget(&vm->loop, &vm->signals);
	forget(&vm->loop, &vm->boot_timer);
}

void vm_booted(struct vm *vm)
{
	forget(&vm->loop, &vm->boot_timer);
	trace_span(&vm->trace, "boot", vm->started_us);
}
