/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/relay.h"

#include "base/own.h"
#include "base/path.h"
#include "runtime/service/pump.h"
#include "runtime/service/rawmode.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	RELAY_REST_MS = 100,             /* until a terminal that the service has closed is looked at again */
	RELAY_DRAIN_MS = 100,            /* of silence, then nothing more comes of a service that has ended */
	RELAY_DRAIN_BYTES = 1024 * 1024, /* more than a pty can hold: then others still write */
};

enum { RELAY_SIGNALS, RELAY_PROCESS, RELAY_IN_READ, RELAY_IN_WRITE, RELAY_OUT_READ, RELAY_OUT_WRITE, RELAY_FDS };

struct relay_loop {
	struct relay *relay;
	int signals, pidfd;
	struct rawmode mode;
	struct pump in, out;
	bool ended;     /* the service's process is reaped, and status set */
	bool resting;   /* nobody in the service has its terminal open */
	bool abandoned; /* a signal came while output was waiting for its reader */
	int status;
	size_t drained;
};

/* What would not be right to pass on: faults and stops of our own, and what says something about ourselves. */
static const int relay_not_passed[] = {
	SIGKILL, SIGSTOP, SIGCHLD, SIGURG, SIGTTIN, SIGTTOU, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

static sigset_t relay_signal_set(void)
{
	sigset_t set;

	(void)sigfillset(&set); /* these cannot fail: the numbers are right */
	for (size_t i = 0; i < sizeof relay_not_passed / sizeof relay_not_passed[0]; i++)
		(void)sigdelset(&set, relay_not_passed[i]);
	return set;
}

int relay_signalfd(void)
{
	sigset_t set = relay_signal_set();

	return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -1 : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int relay_block(sigset_t *ret_before, struct err *e)
{
	sigset_t set = relay_signal_set();

	if (sigprocmask(SIG_BLOCK, &set, ret_before) < 0)
		return err_sys(e, "block the signals");
	return 0;
}

static void relay_hang_up(struct relay_loop *loop)
{
	own_release_fd(&loop->relay->master);
	loop->in.ended = loop->out.ended = true;
	loop->in.start = loop->in.end = 0;
}

/* The caller's terminal may be on one side alone: "… | cloche run", "cloche run | …". */
static void relay_copy_size(const struct relay *relay)
{
	rawmode_copy_size(isatty(relay->in) ? relay->in : relay->out, relay->master);
}

static void relay_send(const struct relay_loop *loop, int signo)
{
	if (loop->relay->send)
		loop->relay->send(loop->relay->context, signo);
	else
		(void)syscall(SYS_pidfd_send_signal, loop->pidfd, signo, NULL, 0); /* it may have ended */
}

static void relay_signal(struct relay_loop *loop, int signo)
{
	bool terminal = loop->relay->master >= 0;

	if (signo == SIGCONT)
		rawmode_resume(&loop->mode);
	if (signo == SIGCONT || signo == SIGWINCH)
		relay_copy_size(loop->relay);
	if (loop->ended && (signo == SIGTERM || signo == SIGINT || signo == SIGHUP || signo == SIGQUIT))
		loop->abandoned = true;
	/* SIGPIPE: what it says, write(2) says as well. SIGWINCH: the terminal's new size sends one */
	if (signo != SIGPIPE && !(signo == SIGWINCH && terminal))
		relay_send(loop, signo);
}

static int relay_take_signals(struct relay_loop *loop, struct err *e)
{
	struct signalfd_siginfo info;
	ssize_t n;

	while ((n = read(loop->signals, &info, sizeof info)) == (ssize_t)sizeof info)
		relay_signal(loop, (int)info.ssi_signo);
	return n < 0 && errno != EAGAIN && errno != EINTR ? err_sys(e, "read a signal") : 0;
}

static int relay_reap(struct relay_loop *loop, struct err *e)
{
	pid_t pid;

	do
		pid = waitpid(loop->relay->pid, &loop->status, __WALL);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return err_sys(e, "wait for the service's process '%d'", loop->relay->pid);
	loop->ended = true;
	loop->resting = false; /* one more look at its terminal */
	loop->in.ended = true;
	loop->in.start = loop->in.end = 0;
	return 0;
}

static void relay_move(struct relay_loop *loop, const struct pollfd fds[RELAY_FDS])
{
	/* a terminal of the caller's that is gone will not come back; its end is not the end of the service */
	if (fds[RELAY_IN_READ].revents && pump_read(&loop->in) == PUMP_HUNGUP)
		loop->in.ended = true;
	if (fds[RELAY_IN_WRITE].revents)
		(void)pump_write(&loop->in); /* nor is a service that takes none */
	if (fds[RELAY_OUT_READ].revents)
		loop->resting = pump_read(&loop->out) == PUMP_HUNGUP;
	if (fds[RELAY_OUT_WRITE].revents && pump_write(&loop->out) == PUMP_BROKEN)
		relay_hang_up(loop);
	if (loop->ended && fds[RELAY_OUT_READ].revents)
		loop->drained += loop->out.end - loop->out.start;
}

static bool relay_is_done(const struct relay_loop *loop)
{
	bool waiting = loop->out.start < loop->out.end;

	if (!loop->ended)
		return false;
	return loop->abandoned || (!waiting && (loop->out.ended || loop->resting || loop->drained > RELAY_DRAIN_BYTES));
}

static int relay_timeout_ms(const struct relay_loop *loop)
{
	if (loop->ended && loop->out.start == loop->out.end)
		return RELAY_DRAIN_MS;
	return loop->resting ? RELAY_REST_MS : -1;
}

/* What there is to wait for at this moment. */
static void relay_poll_set(const struct relay_loop *loop, struct pollfd fds[RELAY_FDS])
{
	static const struct pollfd nothing = {.fd = -1};

	fds[RELAY_SIGNALS] = (struct pollfd){.fd = loop->signals, .events = POLLIN};
	fds[RELAY_PROCESS] = (struct pollfd){.fd = loop->ended ? -1 : loop->pidfd, .events = POLLIN};
	fds[RELAY_IN_READ] = pump_wants_read(&loop->in);
	fds[RELAY_IN_WRITE] = loop->resting ? nothing : pump_wants_write(&loop->in);
	fds[RELAY_OUT_READ] = loop->resting ? nothing : pump_wants_read(&loop->out);
	fds[RELAY_OUT_WRITE] = pump_wants_write(&loop->out);
}

static int relay_turn(struct relay_loop *loop, struct err *e)
{
	struct pollfd fds[RELAY_FDS];
	int n, r = 0;

	relay_poll_set(loop, fds);
	n = poll(fds, RELAY_FDS, relay_timeout_ms(loop));
	if (n < 0)
		return errno == EINTR ? 0 : err_sys(e, "wait for the service");
	if (n == 0)
		loop->resting = loop->ended; /* looks again, or is at the end of it */
	relay_move(loop, fds);
	if (fds[RELAY_SIGNALS].revents)
		r = relay_take_signals(loop, e);
	if (r == 0 && fds[RELAY_PROCESS].revents)
		r = relay_reap(loop, e);
	return r;
}

/*
 * A terminal to write to without waiting, when its user has stopped it. The descriptor that we were given is
 * shared with the caller's shell and keeps its flags; where it cannot be opened again, it serves as it is.
 */
static int relay_open_out(int out)
{
	return isatty(out) ? open(path_of_fd(out).text, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
}

static int relay_attach(struct relay_loop *loop, int out, struct err *e)
{
	struct relay *relay = loop->relay;

	loop->in = (struct pump){.from = relay->in, .to = relay->master, .ended = relay->master < 0};
	loop->out = (struct pump){.from = relay->master, .to = out, .ended = relay->master < 0};
	if (relay->master < 0)
		return 0;
	if (fcntl(relay->master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		return err_sys(e, "make the terminal not wait");
	relay_copy_size(relay);
	return rawmode_enter(relay->in, &loop->mode, e);
}

static int relay_loop(struct relay_loop *loop, struct err *e)
{
	own_fd terminal = relay_open_out(loop->relay->out);
	int r = relay_attach(loop, terminal >= 0 ? terminal : loop->relay->out, e);

	while (r == 0 && !relay_is_done(loop))
		r = relay_turn(loop, e);
	rawmode_leave(&loop->mode);
	own_release_fd(&loop->relay->master);
	return r;
}

int relay_run(struct relay *relay, int *ret_status, struct err *e)
{
	struct relay_loop loop = {.relay = relay, .mode = RAWMODE_NONE};
	sigset_t set = relay_signal_set();
	own_fd signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	own_fd pidfd = (int)syscall(SYS_pidfd_open, relay->pid, 0);
	int r;

	if (signals < 0)
		return err_sys(e, "make a descriptor for signals");
	if (pidfd < 0)
		return err_sys(e, "open the service's process '%d'", relay->pid);
	loop.signals = signals;
	loop.pidfd = pidfd;
	r = relay_loop(&loop, e);
	if (r == 0)
		*ret_status = loop.status;
	return r;
}
