/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloche-vmm: one guest in one process. It gets its machine as one message on descriptor 3 (runtime/proto/machine.h),
 * opens nothing, and ends as the guest's service ended. See docs/microvm.md.
 */
#include "base/fd.h"
#include "base/log.h"
#include "base/own.h"
#include "microvm/vm.h"

#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

enum { EXIT_FAILED = 125, SIGNALED = 128 };

static int restrict_process(struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "give up new privileges");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, "keep others from looking into this process");
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) /* a stream's reader may go at any time */
		return err_sys(e, "ignore SIGPIPE");
	if (fd_raise_limit(NULL, e) < 0) /* each client of the guest is one: an exec has up to four */
		return -e->no;
	if (!mallopt(M_ARENA_MAX, 1)) /* a thread's first malloc would look into /sys for how many heaps there may be */
		return err_nomem(e);
	return vcpu_setup(e);
}

/* The maker may have gone. Standard error is the service's: only who has no other way to say it writes there. */
static bool tell(const struct machine_event *event)
{
	return send(MACHINE_SOCKET_FD, event, sizeof *event, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof *event;
}

static int fail(const struct err *why)
{
	const struct machine_event event = {.kind = MACHINE_FAILED, .err = *why};

	if (!tell(&event))
		log_error("%s", why->text);
	return EXIT_FAILED;
}

/* As PID 1 of its namespace a process cannot end itself by a signal: then the status says which. */
static int end_by(int signo)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, signo);
	(void)signal(signo, SIG_DFL); /* fails for SIGKILL, which needs none */
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(signo);
	return SIGNALED + signo;
}

static int run(struct vm *vm)
{
	const struct machine_event booting = {.kind = MACHINE_BOOTING};
	struct machine_event event;
	int signo, status;

	(void)tell(&booting); /* who does not listen does not want to know */
	vm_run(vm);
	event = ending_describe(&vm->ending, &vm->log);
	ending_tell_log(&event, &vm->log);
	(void)tell(&event);
	status = ending_exit_status(&vm->ending, &event, &signo);
	vm_close(vm);
	return signo ? end_by(signo) : status;
}

int main(void)
{
	static struct vm_wish wish;
	static struct vm vm;
	struct err e = ERR_NONE;
	int r = restrict_process(&e);

	if (r == 0)
		r = machine_receive(MACHINE_SOCKET_FD, &wish.machine, wish.fds, &wish.fds_n, &e);
	if (r == 0)
		r = machine_check(&wish.machine, wish.fds_n, &e);
	if (r == 0)
		r = vm_build(&wish, &vm, &e);
	return r < 0 ? fail(&e) : run(&vm);
}
