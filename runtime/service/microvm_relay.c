/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: a hostile guest, with the caller's streams in its hands: so it gives up all else that it could do. */
#include "runtime/service/microvm_relay.h"

#include "runtime/isolation/exec.h"
#include "runtime/proto/agent.h"
#include "runtime/proto/frame.h"
#include "runtime/service/pump.h"
#include "runtime/service/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EXIT_RELAY_FAILED = 125,
	RELAY_NOBODY = 65534,
	RELAY_FIRST_FD = 3,
	RELAY_AFTER_MS = 1000, /* of silence, once the process has ended */
};

enum { FD_CONTROL, FD_SIGNALS, FD_PUMPS, FD_COUNT = FD_PUMPS + 6 };

struct relay_state {
	struct microvm_relay relay;
	struct pump pumps[3]; /* by enum agent_stream */
	int signals;          /* a signalfd */
	struct frame_reader reader;
	bool ended, silent;
	struct agent_status status;
};

/* As the process has ended; what a guest says is no signal is an exit status. */
_Noreturn static void relay_end(const struct agent_status *status)
{
	const struct rlimit no_core = {0};
	int signo = (int)(status->value % NSIG);
	sigset_t set;

	if (!status->signaled || !signo)
		_exit((int)(status->value & 0xff));
	(void)setrlimit(RLIMIT_CORE, &no_core); /* lowering is permitted */
	(void)signal(signo, SIG_DFL);           /* refused for SIGKILL, whose action that is */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, signo); /* a valid number */
	(void)raise(signo);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + signo); /* its default is to be ignored */
}

/* The machine is gone, and the process with it. */
_Noreturn static void relay_lost(void)
{
	relay_end(&(struct agent_status){.signaled = 1, .value = SIGKILL});
}

static void relay_give_up_powers(const struct microvm_relay *relay)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		_exit(EXIT_RELAY_FAILED);
	if (relay->unprivileged)
		return;
	if (setgroups(0, NULL) < 0 || setresgid(RELAY_NOBODY, RELAY_NOBODY, RELAY_NOBODY) < 0 ||
		setresuid(RELAY_NOBODY, RELAY_NOBODY, RELAY_NOBODY) < 0)
		_exit(EXIT_RELAY_FAILED);
}

/* To fixed places, after which all else is closed. */
static void relay_keep(struct microvm_relay *relay)
{
	int *const kept[] = {&relay->control, &relay->signals, &relay->streams[0], &relay->streams[1],
		&relay->streams[2], &relay->terminal};
	enum { KEPT = sizeof kept / sizeof *kept };
	struct err ignored;

	for (size_t i = 0; i < KEPT; i++) /* out of the way of the places */
		if (*kept[i] >= 0)
			*kept[i] = fcntl(*kept[i], F_DUPFD_CLOEXEC, RELAY_FIRST_FD + KEPT);
	for (int i = 0; i < KEPT; i++)
		if (*kept[i] >= 0)
			*kept[i] = dup2(*kept[i], RELAY_FIRST_FD + i);
	if (exec_fds_close(KEPT, -1, &ignored) < 0)
		_exit(EXIT_RELAY_FAILED);
}

static void relay_take_terminal(const struct microvm_relay *relay)
{
	if (relay->terminal >= 0 && (setsid() < 0 || ioctl(relay->terminal, TIOCSCTTY, 0) < 0))
		_exit(EXIT_RELAY_FAILED);
}

static void relay_open(struct relay_state *s)
{
	bool terminal = s->relay.terminal >= 0;
	const int *streams = s->relay.streams;

	s->pumps[AGENT_STREAM_STDIN] = (struct pump){.from = terminal ? s->relay.terminal : STDIN_FILENO,
		.to = streams[AGENT_STREAM_STDIN],
		.ended = streams[AGENT_STREAM_STDIN] < 0};
	s->pumps[AGENT_STREAM_STDOUT] = (struct pump){.from = streams[AGENT_STREAM_STDOUT],
		.to = terminal ? s->relay.terminal : STDOUT_FILENO,
		.ended = streams[AGENT_STREAM_STDOUT] < 0};
	s->pumps[AGENT_STREAM_STDERR] = (struct pump){
		.from = streams[AGENT_STREAM_STDERR], .to = STDERR_FILENO, .ended = streams[AGENT_STREAM_STDERR] < 0};
	(void)signal(SIGPIPE, SIG_IGN); /* write(2) says as much */
	s->signals = relay_signalfd();
	if (s->signals < 0)
		_exit(EXIT_RELAY_FAILED);
}

static void relay_send_window(const struct relay_state *s)
{
	struct winsize size;
	struct agent_window window;
	struct err ignored; /* a machine that is gone is found out by reading */

	if (s->relay.terminal < 0 || ioctl(s->relay.terminal, TIOCGWINSZ, &size) < 0)
		return;
	window = (struct agent_window){.rows = size.ws_row, .columns = size.ws_col};
	(void)frame_send(s->relay.control, AGENT_WINDOW,
		&(struct frame_parts){.head = &window, .head_length = sizeof window}, &ignored);
}

static void relay_take_signal(struct relay_state *s)
{
	struct signalfd_siginfo info;
	struct agent_signal head = {.token = s->relay.token};
	struct err ignored; /* as above */

	if (read(s->signals, &info, sizeof info) != (ssize_t)sizeof info || info.ssi_signo == SIGPIPE)
		return;
	head.signo = (int)info.ssi_signo;
	if (info.ssi_signo == SIGWINCH && s->relay.terminal >= 0)
		relay_send_window(s);
	else
		(void)frame_send(s->relay.signals, AGENT_SIGNAL,
			&(struct frame_parts){.head = &head, .head_length = sizeof head}, &ignored);
}

static void relay_take_control(struct relay_state *s)
{
	struct err ignored;
	int r = frame_reader_feed(&s->reader, s->relay.control, sizeof s->status, &ignored);
	const struct agent_status *status = r > 0 ? frame_exact(&s->reader.frame, sizeof *status) : NULL;

	if (r == 0)
		return;
	if (!status || s->reader.frame.type != AGENT_EXITED)
		relay_lost();
	s->status = *status;
	s->ended = true;
}

static void relay_move(struct pump *pump, const struct pollfd *from, const struct pollfd *to)
{
	bool was_ended = pump->ended;

	if (from->revents && pump_read(pump) == PUMP_HUNGUP)
		pump->ended = true;
	if (to->revents)
		(void)pump_write(pump); /* one that takes nothing any more has ended */
	if (pump->ended && !was_ended)
		(void)shutdown(pump->to, SHUT_WR); /* the guest's end of file; ENOTSOCK: it is the caller's stream */
}

static void relay_poll_set(const struct relay_state *s, struct pollfd fds[FD_COUNT])
{
	fds[FD_CONTROL] = (struct pollfd){.fd = s->ended ? -1 : s->relay.control, .events = POLLIN};
	fds[FD_SIGNALS] = (struct pollfd){.fd = s->signals, .events = POLLIN};
	for (int i = 0; i < 3; i++) {
		fds[FD_PUMPS + 2 * i] = pump_wants_read(&s->pumps[i]);
		fds[FD_PUMPS + 2 * i + 1] = pump_wants_write(&s->pumps[i]);
	}
}

static void relay_turn(struct relay_state *s)
{
	struct pollfd fds[FD_COUNT];
	int n;

	relay_poll_set(s, fds);
	n = poll(fds, FD_COUNT, s->ended ? RELAY_AFTER_MS : -1);
	if (n <= 0) {
		s->silent = n == 0;
		return;
	}
	for (int i = 0; i < 3; i++)
		relay_move(&s->pumps[i], &fds[FD_PUMPS + 2 * i], &fds[FD_PUMPS + 2 * i + 1]);
	if (fds[FD_SIGNALS].revents)
		relay_take_signal(s);
	if (fds[FD_CONTROL].revents)
		relay_take_control(s);
}

static bool relay_is_moved(const struct pump *pump)
{
	return pump->ended && pump->start == pump->end;
}

void microvm_relay_run(const struct microvm_relay *relay)
{
	struct relay_state state = {.relay = *relay};

	relay_take_terminal(relay);
	relay_keep(&state.relay);
	relay_give_up_powers(relay);
	relay_open(&state);
	while (!state.ended || (!state.silent && (!relay_is_moved(&state.pumps[AGENT_STREAM_STDOUT]) ||
							 !relay_is_moved(&state.pumps[AGENT_STREAM_STDERR]))))
		relay_turn(&state);
	relay_end(&state.status);
}
