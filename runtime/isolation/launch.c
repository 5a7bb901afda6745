/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every process of a launch runs launch_walk() over the same steps. The host begins;
 * a STEP_CLONE returns twice, and the child goes on in the same loop as the init.
 */
#include "runtime/isolation/launch.h"

#include "base/own.h"
#include "runtime/isolation/baton.h"
#include "runtime/isolation/clone.h"
#include "runtime/isolation/launch_laps.h"
#include "runtime/isolation/listener.h"
#include "runtime/isolation/run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { EXIT_LAUNCH_FAILED = 125 };

static int launch_message(struct run *run, enum baton_kind kind, pid_t pid, struct err *e)
{
	return baton_send(run->baton, &(struct baton){.kind = kind, .pid = pid, .fd = -1}, e);
}

/* Why the peer's end closed before it had said that it is done. */
static int launch_peer_died(struct run *run, struct err *e)
{
	siginfo_t info = {0};
	pid_t pid = run->joiner ? run->joiner : run->pid;

	if (run->me != ACTOR_HOST)
		return err_set(e, ECANCELED, "launch-cancelled", "cloche ended while the service was being started");
	if (pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0 && info.si_code != CLD_EXITED)
		return err_set(e, ECHILD, "start-killed",
			"the service's first process was killed by signal %d (%s) while it was being started%s",
			info.si_status, strsignal(info.si_status),
			info.si_status == SIGKILL ? ": is the memory limit too small?" : "");
	return err_set(e, ECHILD, "start-died", "the service's first process ended while it was being started");
}

static int launch_broken(struct err *e)
{
	return err_set(e, EPROTO, "baton-broken", "a message out of place from the service's first process");
}

/* The sender goes on once its listener is with the agent. */
static int launch_listener(struct run *run, int number, struct err *e)
{
	int r = listener_hand_over(run, number, e);

	return r ? r : launch_message(run, BATON_PASS, 0, e);
}

/*
 * What a message means to the receiver: 1: it is our turn, 0: wait for more. Until the exec the
 * sender is our own code, but in a running service's namespaces its processes may have got
 * hold of it: nothing that it says is believed where it makes no sense.
 */
static int launch_hear(struct run *run, struct baton *message, struct err *e)
{
	switch (message->kind) {
	case BATON_PASS:
	case BATON_RELEASE:
		return 1;
	case BATON_PID:
		return run->joiner ? clone_adopt(run, message->pid, e) : launch_broken(e);
	case BATON_CONSOLE:
		own_release_fd(&run->console_master);
		run->console_master = give_fd(&message->fd);
		return 0;
	case BATON_EXEC:
		run->executing = true;
		return 0;
	case BATON_ERROR:
		*e = message->err;
		return -e->no;
	case BATON_END:
		return run->executing ? 1 : launch_peer_died(run, e);
	case BATON_LISTENER:
		return run->me == ACTOR_HOST ? launch_listener(run, message->pid, e) : launch_broken(e);
	}
	return launch_broken(e);
}

/*
 * Takes the baton: reads what the peer says until it is our turn. After BATON_EXEC the
 * end of the stream is what we wait for: execve(2) has closed it.
 */
static int launch_take(struct run *run, struct err *e)
{
	int r = 0;

	while (r == 0) {
		struct baton message = {.fd = -1};

		r = baton_receive(run->baton, run->me == ACTOR_HOST ? run->request->interrupt_fd : -1, &message, e);
		r = r ? r : launch_hear(run, &message, e);
		own_release_fd(&message.fd);
	}
	return r < 0 ? r : 0;
}

/* The actor changes from `from` to `to`: whoever had the baton passes it, whoever is next takes it. */
static int launch_turn(struct run *run, enum actor from, enum actor to, struct err *e)
{
	int r = 0;

	if (from == to)
		return 0;
	if (to == ACTOR_JOINER && run->me == ACTOR_HOST && !run->joiner)
		r = clone_joiner(run, e);
	if (r < 0)
		return r;
	if (run->me == from)
		return launch_message(run, BATON_PASS, 0, e);
	return run->me == to ? launch_take(run, e) : 0;
}

static int launch_step(struct run *run, const struct step *step, struct err *e)
{
	int r;

	if (step->actor != run->me)
		return 0;
	launch_laps_begin(run, step);
	r = step_effects[step->kind].apply(run, step, e);
	if (r == 0)
		launch_laps_end(run, step);
	if (r < 0 && step->pointer)
		(void)err_at(e, "%s", step->pointer); /* the step's own failure is what is returned */
	return r;
}

/* Applies this process's steps. *done counts those that succeeded, for undoing: one that fails leaves nothing. */
static int launch_walk(struct run *run, size_t *done, struct err *e)
{
	const struct plan *plan = run->request->plan;
	enum actor holder = ACTOR_HOST;
	int r = 0;

	for (size_t i = *done; i < plan->n && r == 0; i++, *done += r == 0) {
		const struct step *step = &plan->steps[i];

		r = launch_turn(run, holder, step->actor, e);
		r = r ? r : launch_step(run, step, e);
		holder = step->actor;
		if (step->kind != STEP_CLONE || r < 0)
			continue;
		if (run->me == ACTOR_HOST && step->actor == ACTOR_JOINER)
			r = launch_take(run, e);
		/* the new process and the host go on side by side: whoever is next in the list has the baton */
		holder = i + 1 < plan->n ? plan->steps[i + 1].actor : ACTOR_HOST;
	}
	if (r == 0 && run->me == ACTOR_HOST && holder != ACTOR_HOST)
		r = launch_take(run, e);
	return r;
}

/* The end of every process but the host's that did not become the service. */
_Noreturn static void launch_child_end(struct run *run, const struct err *why)
{
	struct baton message = {.kind = BATON_ERROR, .fd = -1, .err = *why};
	struct err ignored;

	(void)baton_write(run->baton, &message, &ignored); /* the host may be gone, and then nobody asks */
	_exit(EXIT_LAUNCH_FAILED);
}

static void launch_kill(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGKILL); /* our unreaped child: the number is still its own */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void launch_undo(struct run *run, size_t done)
{
	const struct plan *plan = run->request->plan;

	/* while the joiner lives, pid is its own; a first process that it has cloned unseen ends at the closed baton */
	launch_kill(run->joiner ? run->joiner : run->pid);
	own_release_fd(&run->baton);
	for (size_t i = done; i-- > 0;) {
		const struct step *step = &plan->steps[i];

		if (step->actor == ACTOR_HOST && step_effects[step->kind].undo)
			step_effects[step->kind].undo(run, step);
	}
}

static void run_release(struct run *run)
{
	arena_free(&run->arena);
	for (size_t i = 0; run->fds && i < run->request->plan->n; i++)
		own_release_fd(&run->fds[i]);
	free(give_mem(run->fds));
	own_release_fd(&run->baton);
	own_release_fd(&run->peer_baton);
	own_release_fd(&run->pidfd);
	own_release_fd(&run->root);
	own_release_fd(&run->console_master);
	cgroup_entry_close(&run->entry);
	seccomp_filter_free(&run->filter);
	launch_laps_close(run);
}

static int run_prepare(struct run *run, const struct launch_request *request, struct err *e)
{
	int pair[2];

	*run = (struct run){
		.request = request,
		.me = ACTOR_HOST,
		.baton = -1,
		.peer_baton = -1,
		.pidfd = -1,
		.root = -1,
		.console_master = -1,
	};
	run->fds = malloc((request->plan->n + 1) * sizeof *run->fds);
	if (!run->fds)
		return err_nomem(e);
	memset(run->fds, -1, (request->plan->n + 1) * sizeof *run->fds); /* every byte of -1 is 0xff */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	run->baton = pair[0];
	run->peer_baton = pair[1];
	return launch_laps_open(run, e);
}

int launch_run(const struct launch_request *request, struct launch_result *ret, struct err *e)
{
	__attribute__((cleanup(run_release))) struct run run;
	size_t done = 0;
	int r = run_prepare(&run, request, e);

	if (r == 0)
		r = launch_walk(&run, &done, e);
	if (run.me != ACTOR_HOST)
		launch_child_end(&run, e);
	launch_laps_write(&run);
	if (r < 0) {
		launch_undo(&run, done);
		return r;
	}
	*ret = (struct launch_result){
		.pid = run.pid, .pidfd = give_fd(&run.pidfd), .console = give_fd(&run.console_master)};
	return 0;
}

int launch_release(const struct launch_waiting *waiting, struct err *e)
{
	const struct plan plan = {.spec = waiting->spec};
	const struct launch_request request = {
		.plan = &plan, .id = waiting->id, .bundle = waiting->bundle, .interrupt_fd = -1};
	struct run run = {.request = &request,
		.me = ACTOR_HOST,
		.baton = waiting->connection,
		.pidfd = waiting->pidfd,
		.pid = waiting->pid,
		.console_master = -1};

	return launch_take(&run, e);
}
