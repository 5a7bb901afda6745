/* SPDX-License-Identifier: Apache-2.0 */
/* A further process in a guest's service. */
#include "base/own.h"
#include "config/keys.h"
#include "config/write.h"
#include "runtime/isolation/console.h"
#include "runtime/proto/agent.h"
#include "runtime/service/microvm.h"
#include "runtime/service/microvm_agent.h"
#include "runtime/service/microvm_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

enum { EXEC_MS = 30000 }; /* for connections; the process itself may take as long as it needs */

struct exec_making {
	struct service *service;
	const struct service_exec *request;
	struct microvm_relay relay;
	int master; /* of the terminal */
};

static int exec_check(const struct service *s, const struct service_exec *request, struct err *e)
{
	const char *what = request->cgroup         ? "a cgroup of the host's"
			   : request->preserve_fds ? "descriptors of the host's"
						   : NULL;

	if (!what)
		return 0;
	return err_set(
		e, EOPNOTSUPP, "wall-cannot", "exec in '%s': a process in a microVM cannot have %s", s->state.id, what);
}

static int exec_connect(const struct exec_making *m, struct err *e)
{
	return agent_connect(m->service,
		&(struct agent_watch){
			.pidfd = m->service->pidfd, .interrupt_fd = m->request->interrupt_fd, .timeout_ms = EXEC_MS},
		e);
}

static int exec_start(struct exec_making *m, struct err *e)
{
	const struct spec_process *process = m->request->spec->process;
	const struct agent_watch watch = {
		.pidfd = m->service->pidfd, .interrupt_fd = m->request->interrupt_fd, .timeout_ms = -1};
	struct agent_exec head = {
		.flags = AGENT_EXEC_STDIN | (process->terminal.value ? (uint32_t)AGENT_EXEC_TERMINAL : 0),
		.window = agent_window_of(process)};
	own_text json = {0};
	struct json_writer w = {.out = &json};
	own_frame answer = {0};
	const struct agent_started *started;
	int r;

	table_write(&keys_process, process, &w);
	if (json.failed)
		return err_nomem(e);
	r = agent_ask(m->relay.control,
		&(struct agent_request){
			.type = AGENT_EXEC,
			.answer = AGENT_STARTED,
			.parts = {.head = &head,
				.head_length = sizeof head,
				.tail = json.data,
				.tail_length = json.length},
		},
		&watch, &answer, e);
	started = r < 0 ? NULL : frame_exact(&answer, sizeof *started);
	if (r == 0 && !started)
		return err_set(e, EPROTO, "agent-broken", "the guest's first process does not answer as it should");
	if (r == 0)
		m->relay.token = started->token;
	return r;
}

static int exec_attach(struct exec_making *m, enum agent_stream stream, struct err *e)
{
	const struct agent_attach head = {.token = m->relay.token, .stream = stream};
	int fd = exec_connect(m, e);

	if (fd < 0)
		return fd;
	m->relay.streams[stream] = fd;
	return frame_send(fd, AGENT_ATTACH, &(struct frame_parts){.head = &head, .head_length = sizeof head}, e);
}

/* Stands for the guest's own, which echoes and makes signals: this one hands on. */
static int exec_open_terminal(struct exec_making *m, struct err *e)
{
	const struct spec_process *process = m->request->spec->process;
	struct termios mode;

	if (!process->terminal.value)
		return 0;
	m->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (m->master < 0 || unlockpt(m->master) < 0)
		return err_sys(e, "open a terminal");
	m->relay.terminal = ioctl(m->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (m->relay.terminal < 0 || tcgetattr(m->relay.terminal, &mode) < 0)
		return err_sys(e, "open the terminal's other side");
	cfmakeraw(&mode);
	if (tcsetattr(m->relay.terminal, TCSANOW, &mode) < 0)
		return err_sys(e, "make the terminal hand on what it gets");
	return console_resize(m->master, process->console_size, e);
}

static int exec_prepare(struct exec_making *m, struct err *e)
{
	bool terminal = m->request->spec->process->terminal.value;
	int r = exec_open_terminal(m, e);

	if (r < 0)
		return r;
	m->relay.control = exec_connect(m, e);
	m->relay.signals = m->relay.control < 0 ? m->relay.control : exec_connect(m, e);
	if (m->relay.signals < 0)
		return m->relay.signals;
	r = exec_start(m, e);
	r = r ? r : exec_attach(m, AGENT_STREAM_STDIN, e);
	r = r ? r : exec_attach(m, AGENT_STREAM_STDOUT, e);
	return r || terminal ? r : exec_attach(m, AGENT_STREAM_STDERR, e);
}

static int exec_hand_over(struct exec_making *m, struct err *e)
{
	own_fd socket = -1;
	int r;

	if (!m->request->console_socket)
		return 0;
	socket = console_connect(m->request->console_socket, e);
	r = socket < 0 ? socket : console_send(socket, m->master, e);
	own_release_fd(&m->master);
	return r;
}

static int exec_fork(struct exec_making *m, struct service_executed *ret, struct err *e)
{
	pid_t pid = fork();
	int pidfd;

	if (pid < 0)
		return err_sys(e, "start a process that stands for the guest's");
	if (pid == 0)
		microvm_relay_run(&m->relay);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return err_sys(e, "open a pidfd of %d", pid);
	*ret = (struct service_executed){.pid = pid, .pidfd = pidfd, .console = give_fd(&m->master)};
	return m->request->pid_file ? service_write_pid_file(m->request->pid_file, pid, e) : 0;
}

static void exec_making_free(struct exec_making *m)
{
	own_release_fd(&m->relay.control);
	own_release_fd(&m->relay.signals);
	own_release_fd(&m->relay.terminal);
	own_release_fd(&m->master);
	for (size_t i = 0; i < sizeof m->relay.streams / sizeof *m->relay.streams; i++)
		own_release_fd(&m->relay.streams[i]);
}

int microvm_exec(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e)
{
	__attribute__((cleanup(exec_making_free))) struct exec_making m = {
		.service = s,
		.request = request,
		.relay = {.control = -1,
			.signals = -1,
			.streams = {-1, -1, -1},
			.terminal = -1,
			.unprivileged = s->state.rootless},
		.master = -1,
	};
	int r = exec_check(s, request, e);

	r = r ? r : exec_prepare(&m, e);
	r = r ? r : exec_hand_over(&m, e);
	return r ? r : exec_fork(&m, ret, e);
}
