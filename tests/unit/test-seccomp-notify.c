/* SPDX-License-Identifier: Apache-2.0 */
/* A service, its runtime and the agent: three processes, as in life. */
#include "seccomp/notify.h"

#include "base/fd.h"
#include "base/own.h"
#include "tests/unit/seccomp_child.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define STATE_JSON "{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"]}"

/* An agent's socket in a directory of its own; the path may be longer than an address. */
struct agent {
	char directory[64], path[256];
	int socket;
};

static void agent_listen(struct agent *agent, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	own_fd back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	*agent = (struct agent){.directory = "/tmp/cloche-seccomp-notify-XXXXXX"};
	assert_non_null(mkdtemp(agent->directory));
	(void)snprintf(agent->path, sizeof agent->path, "%s/%s", agent->directory, name);
	agent->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(agent->socket >= 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
	assert_int_equal(chdir(agent->directory), 0); /* a relative name is a short one */
	assert_int_equal(bind(agent->socket, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(fchdir(back), 0);
	assert_int_equal(listen(agent->socket, 1), 0);
}

static void agent_close(struct agent *agent)
{
	(void)close(agent->socket);
	assert_int_equal(unlink(agent->path), 0);
	assert_int_equal(rmdir(agent->directory), 0);
}

/* The agent's turn: takes one state and the descriptor that came with it, and sees the end of the connection. */
static int agent_receive(const struct agent *agent, char *ret_state, size_t room)
{
	own_fd connection = accept4(agent->socket, NULL, NULL, SOCK_CLOEXEC);
	struct err e = ERR_NONE;
	int listener = -1;
	ssize_t n;
	char more;

	assert_true(connection >= 0);
	n = fd_receive(connection, ret_state, room - 1, &listener, &e);
	assert_true(n > 0);
	ret_state[n] = '\0';
	assert_int_equal(read(connection, &more, 1), 0);
	return listener;
}

static void agent_answer(int listener, pid_t expect_pid, int64_t value)
{
	struct seccomp_notif request = {0};
	struct seccomp_notif_resp response = {.val = value};

	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request), 0);
	assert_int_equal(request.data.nr, SYS_getppid);
	assert_int_equal(request.pid, expect_pid);
	response.id = request.id;
	assert_int_equal(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response), 0);
}

/* The service: tells its listener's number by write(2) alone, then exits with what getppid says. */
static void service_run(const struct seccomp_filter *filter, int tell)
{
	struct err e = ERR_NONE;
	int listener;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_apply(filter, &listener, &e) < 0)
		child_leave(CHILD_UNFILTERED);
	if (write(tell, &listener, sizeof listener) != (ssize_t)sizeof listener)
		child_leave(CHILD_UNFILTERED);
	child_leave((int)syscall(SYS_getppid));
}

static void filter_for_notify(struct seccomp_filter *ret)
{
	struct spec_seccomp_rule rule = {NAMES("getppid"), .action = SPEC_ACT_NOTIFY};
	const struct spec_seccomp profile = {.default_action = SPEC_ACT_ALLOW,
		.listener_path = "/run/agent",
		.flags = {true, 1 << SPEC_SECCOMP_WAIT_KILLABLE_RECV},
		.syscalls_n = 1,
		.syscalls = &rule};
	struct err e = ERR_NONE;

	assert_int_equal(seccomp_compile(&profile, ret, &e), 0);
	assert_true(seccomp_filter_notifies(ret));
}

static pid_t service_start(int *ret_listener)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;
	int pipe_fds[2], number;
	own_fd pidfd = -1;
	pid_t pid;

	filter_for_notify(&filter);
	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		service_run(&filter, pipe_fds[1]);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	(void)close(pipe_fds[1]);
	assert_int_equal(read(pipe_fds[0], &number, sizeof number), sizeof number);
	(void)close(pipe_fds[0]);
	*ret_listener = seccomp_listener_take(pidfd, number, &e);
	if (*ret_listener < 0)
		fail_msg("%s", e.text);
	return pid;
}

static void the_agent_decides_what_a_call_returns(void **state)
{
	struct err e = ERR_NONE;
	struct agent agent;
	char received[256];
	own_fd listener = -1, agents = -1;
	pid_t service;

	(void)state;
	agent_listen(&agent, "agent");
	service = service_start(&listener);
	if (seccomp_notify_send(agent.path, STATE_JSON, listener, &e) < 0)
		fail_msg("%s", e.text);
	agents = agent_receive(&agent, received, sizeof received);
	agent_close(&agent);
	assert_string_equal(received, STATE_JSON);
	assert_true(agents >= 0);
	assert_int_equal(fcntl(listener, F_GETFD), FD_CLOEXEC);
	agent_answer(agents, service, 42);
	assert_int_equal(child_wait(service), 42);
}

static void a_path_longer_than_an_address_is_reached(void **state)
{
	char name[108];
	char received[256];
	struct err e = ERR_NONE;
	struct agent agent;
	own_fd sent = open("/dev/null", O_RDONLY | O_CLOEXEC), got = -1;

	(void)state;
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	agent_listen(&agent, name);
	if (seccomp_notify_send(agent.path, STATE_JSON, sent, &e) < 0)
		fail_msg("%s", e.text);
	got = agent_receive(&agent, received, sizeof received);
	agent_close(&agent);
	assert_true(got >= 0);
	assert_string_equal(received, STATE_JSON);
}

static void an_agent_that_is_not_there_is_an_error(void **state)
{
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(seccomp_notify_send("/nonexistent/agent", STATE_JSON, 0, &e), -ENOENT);
	assert_string_equal(e.pointer, "/linux/seccomp/listenerPath");
	assert_non_null(strstr(e.text, "/nonexistent/agent"));
}

static void a_descriptor_that_the_child_lacks_is_an_error(void **state)
{
	own_fd self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(seccomp_listener_take(self, 1000000, &e), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_agent_decides_what_a_call_returns),
		cmocka_unit_test(a_path_longer_than_an_address_is_reached),
		cmocka_unit_test(an_agent_that_is_not_there_is_an_error),
		cmocka_unit_test(a_descriptor_that_the_child_lacks_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
