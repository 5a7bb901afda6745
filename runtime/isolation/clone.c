/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone3(2) by hand, since it is used as fork(2) with namespaces: no stack is given and
 * no memory shared, so the child goes on where the parent stands. The caller has no
 * other threads.
 */
#include "runtime/isolation/clone.h"

#include "base/own.h"
#include "runtime/isolation/baton.h"
#include "runtime/isolation/cgroup_make.h"
#include "runtime/isolation/run.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t clone_process(struct clone_args *arguments)
{
	return (pid_t)syscall(SYS_clone3, arguments, sizeof *arguments);
}

/* Whether processes of a service are in the pid namespace that the new process will be in. */
static bool clone_is_seen(const struct run *run)
{
	const struct plan *plan = run->request->plan;

	if (run->request->target >= 0)
		return true;
	for (size_t i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == STEP_NAMESPACE_JOIN &&
			((const struct spec_namespace *)plan->steps[i].what)->type == SPEC_NS_PID)
			return true;
	return false;
}

/*
 * Who may trace the new process would have what it has: the host's files, until the root is changed,
 * and powers over the service's user namespace that no service has. The child is born with it, as it is seen at once.
 */
static void clone_hide(const struct run *run)
{
	if (clone_is_seen(run))
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* cannot fail with these arguments */
}

/* The child's side of a clone: from now on it is `me`, and only its own end of the baton is open. */
static void clone_become(struct run *run, enum actor me)
{
	run->me = me;
	run->pid = 0;
	run->joiner = 0;
	run->pidfd = -1; /* written by the kernel in the parent only */
	if (run->peer_baton < 0)
		return; /* cloned by the joiner, whose end is the one to keep */
	if (run->request->lock >= 0)
		(void)close(
			run->request->lock); /* a copy would hold the host's lock for as long as the service waits */
	own_release_fd(&run->baton);
	run->baton = give_fd(&run->peer_baton);
}

/* Who may trace the process may read it: the environment is the caller's, and not the service's to know. */
static void clone_forget_environment(void)
{
	for (char **variable = environ; *variable; variable++)
		explicit_bzero(*variable, strlen(*variable));
}

/*
 * The host is the parent, and waits for the number. The joiner may stand under the service's filter by now
 * (plan_exec.c), so where no namespace is to be made it is clone(2), which a filter allows if anything, and write(2).
 */
static int clone_by_joiner(struct run *run, const struct step *step, struct err *e)
{
	/* CLONE_PARENT takes the exit signal from the joiner's own, and refuses another */
	struct clone_args arguments = {.flags = step->flags | CLONE_PARENT};
	pid_t pid;

	if (run->request->target < 0) /* else it has been hidden from its birth on, and may no longer ask for it */
		clone_hide(run);
	clone_forget_environment();
	pid = step->flags ? clone_process(&arguments) : (pid_t)syscall(SYS_clone, CLONE_PARENT, NULL, NULL, NULL, NULL);
	if (pid < 0)
		return err_sys(e, "clone the process that is to be the service's%s",
			run->filter.length ? ", under its seccomp filter" : "");
	if (pid == 0) {
		clone_become(run, ACTOR_INIT);
		return 0;
	}
	(void)baton_write(
		run->baton, &(struct baton){.kind = BATON_PID, .pid = pid, .fd = -1}, e); /* a dead host asks nothing */
	_exit(0);
}

int clone_init(struct run *run, const struct step *step, struct err *e)
{
	int pidfd = -1;
	struct clone_args arguments = {
		.flags = (unsigned long long)(step->flags | CLONE_PIDFD),
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	own_fd cgroup = step->flags & CLONE_INTO_CGROUP ? cgroup_dir_fd(run->request->cgroup, e) : -1;
	pid_t pid;

	if (step->flags & CLONE_INTO_CGROUP) {
		if (cgroup < 0)
			return cgroup;
		arguments.cgroup = (unsigned int)cgroup;
	}
	if (run->me == ACTOR_JOINER)
		return clone_by_joiner(run, step, e);
	clone_hide(run);
	pid = clone_process(&arguments);
	if (pid < 0)
		return err_sys(e, "clone the service's first process into its namespaces");
	if (pid == 0) {
		clone_become(run, ACTOR_INIT);
		return 0;
	}
	run->pid = pid;
	run->pidfd = pidfd;
	own_release_fd(&run->peer_baton);
	return 0;
}

int clone_joiner(struct run *run, struct err *e)
{
	struct clone_args arguments = {.exit_signal = SIGCHLD};
	pid_t pid;

	if (run->request->target >= 0)
		clone_hide(run);
	pid = clone_process(&arguments);
	if (pid < 0)
		return err_sys(e, "start a process to join namespaces with");
	if (pid == 0) {
		clone_become(run, ACTOR_JOINER);
		return 0;
	}
	run->joiner = pid;
	run->pid = pid; /* whose ids are mapped, where that comes before the clone */
	own_release_fd(&run->peer_baton);
	return 0;
}

int clone_adopt(struct run *run, pid_t pid, struct err *e)
{
	siginfo_t info = {0};

	run->pid = pid;
	while (waitpid(run->joiner, NULL, 0) < 0 && errno == EINTR)
		;
	run->joiner = 0;
	run->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (run->pidfd < 0)
		return err_sys(e, "open a pidfd of %d", pid);
	/* what is not our child would be killed and moved by its number, should the joiner have said a wrong one */
	if (waitid(P_PIDFD, (id_t)run->pidfd, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0) {
		run->pid = 0;
		return err_sys(e, "adopt the service's first process %d", pid);
	}
	return 1;
}
