/* SPDX-License-Identifier: Apache-2.0 */
/* Further processes in the guest's service, as test-guest. */
#include "base/own.h"
#include "tests/root/guest.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

/* A connection whose process is started; its token. */
static uint32_t exec_start(int control, const char *args, uint32_t flags)
{
	const struct agent_exec head = {.flags = flags, .window = {.rows = 7, .columns = 9}};
	own_frame frame = {0};
	const struct agent_started *started;

	guest_ask_on(control,
		&(struct ask){.type = AGENT_EXEC,
			.answer = AGENT_STARTED,
			.head = &head,
			.head_length = sizeof head,
			.text = guest_process(args, flags & AGENT_EXEC_TERMINAL)},
		&frame);
	started = frame_exact(&frame, sizeof *started);
	assert_non_null(started);
	return started->token;
}

static int exec_attach(uint32_t token, uint32_t stream)
{
	const struct agent_attach attach = {.token = token, .stream = stream};
	int fd = guest_connect();
	struct err e = ERR_NONE;

	assert_int_equal(
		frame_send(fd, AGENT_ATTACH, &(struct frame_parts){.head = &attach, .head_length = sizeof attach}, &e),
		0);
	return fd;
}

static struct agent_status exec_end(int control)
{
	struct err e = ERR_NONE;
	own_frame frame = {0};
	const struct agent_status *status;

	assert_int_equal(frame_receive(control, sizeof *status, GUEST_PATIENCE_MS, &frame, &e), 1);
	assert_int_equal(frame.type, AGENT_EXITED);
	status = frame_exact(&frame, sizeof *status);
	assert_non_null(status);
	return *status;
}

static void a_further_process_has_its_streams_and_its_status(void **state)
{
	struct guest *guest = *state;
	own_fd control = -1, in = -1, out = -1, error = -1;
	uint32_t token;

	guest_run("cat", AGENT_CREATE_STDIN);
	control = guest_connect();
	token = exec_start(control, "[\"sh\",\"-c\",\"cat; echo err >&2; exit 9\"]", AGENT_EXEC_STDIN);
	in = exec_attach(token, AGENT_STREAM_STDIN);
	out = exec_attach(token, AGENT_STREAM_STDOUT);
	error = exec_attach(token, AGENT_STREAM_STDERR);
	assert_int_equal(write(in, "through\n", 8), 8);
	assert_int_equal(shutdown(in, SHUT_WR), 0);
	guest_expect(out, "through\n");
	guest_expect(error, "err\n");
	assert_int_equal(exec_end(control).value, 9);
	own_release_fd(&guest->host[AGENT_HOST_STDIN]);
	assert_int_equal(guest_end(guest).value, 0);
}

static void output_is_kept_for_who_attaches_late(void **state)
{
	struct guest *guest = *state;
	own_fd control = -1, out = -1, none = -1;
	uint32_t token;

	guest_run("cat", AGENT_CREATE_STDIN);
	control = guest_connect();
	token = exec_start(control, "[\"echo\",\"early\"]", 0);
	(void)usleep(300000);
	out = exec_attach(token, AGENT_STREAM_STDOUT);
	guest_expect(out, "early\n");
	assert_int_equal(exec_end(control).value, 0);
	none = exec_attach(token, AGENT_STREAM_STDERR); /* it is gone */
	guest_expect(none, "");
	guest_signal(SIGKILL, 0, 0);
	assert_int_equal(guest_end(guest).value, SIGKILL);
}

static void a_further_process_has_a_terminal_of_its_own_and_its_size(void **state)
{
	static const char args[] =
		"[\"sh\",\"-c\",\"stty size; until [ \\\"$(stty size)\\\" = '20 60' ]; do sleep 0.1; done; "
		"read l; echo sized\"]";
	const struct agent_window window = {.rows = 20, .columns = 60};
	const struct frame_parts parts = {.head = &window, .head_length = sizeof window};
	struct guest *guest = *state;
	own_fd control = -1, in = -1, out = -1;
	struct err e = ERR_NONE;
	uint32_t token;
	char bytes[8];

	guest_run("cat", AGENT_CREATE_STDIN);
	control = guest_connect();
	token = exec_start(control, args, AGENT_EXEC_TERMINAL | AGENT_EXEC_STDIN);
	in = exec_attach(token, AGENT_STREAM_STDIN);
	out = exec_attach(token, AGENT_STREAM_STDOUT);
	assert_int_equal(recv(out, bytes, 5, MSG_WAITALL), 5);
	assert_memory_equal(bytes, "7 9\r\n", 5);
	assert_int_equal(frame_send(control, AGENT_WINDOW, &parts, &e), 0);
	assert_int_equal(write(in, "\n", 1), 1);
	guest_expect(out, "\r\nsized\r\n");
	assert_int_equal(exec_end(control).value, 0);
	guest_signal(SIGKILL, 0, 0);
	assert_int_equal(guest_end(guest).value, SIGKILL);
}

static void a_further_process_takes_signals(void **state)
{
	own_fd control = -1;
	struct agent_status status;

	(void)state;
	guest_run("cat", AGENT_CREATE_STDIN);
	control = guest_connect();
	guest_signal(SIGTERM, 0, exec_start(control, "[\"sleep\",\"1000\"]", 0));
	status = exec_end(control);
	assert_int_equal(status.signaled, 1);
	assert_int_equal(status.value, SIGTERM);
}

static void a_further_process_ends_with_the_service(void **state)
{
	struct guest *guest = *state;
	own_fd control = -1;

	guest_run("cat", AGENT_CREATE_STDIN);
	control = guest_connect();
	(void)exec_start(control, "[\"sleep\",\"1000\"]", 0);
	own_release_fd(&guest->host[AGENT_HOST_STDIN]);
	assert_int_equal(exec_end(control).value, SIGKILL);
	assert_int_equal(guest_end(guest).value, 0);
}

static void a_further_process_that_cannot_start_says_why(void **state)
{
	const struct agent_exec head = {0};

	(void)state;
	guest_run("cat", AGENT_CREATE_STDIN);
	guest_expect_error(&(struct ask){.type = AGENT_EXEC,
				   .answer = AGENT_ERROR,
				   .head = &head,
				   .head_length = sizeof head,
				   .text = guest_process("[\"not-there\"]", false)},
		"exec-not-found");
}

static void many_processes_run_side_by_side(void **state)
{
	enum { MANY = 80 }; /* more than the connections that the agent takes at once from who waits for an answer */
	struct guest *guest = *state;
	int controls[MANY], ins[MANY], outs[MANY];

	guest_run("cat", AGENT_CREATE_STDIN);
	for (int i = 0; i < MANY; i++) {
		uint32_t token;

		controls[i] = guest_connect();
		token = exec_start(controls[i], "[\"cat\"]", AGENT_EXEC_STDIN);
		ins[i] = exec_attach(token, AGENT_STREAM_STDIN);
		outs[i] = exec_attach(token, AGENT_STREAM_STDOUT);
	}
	for (int i = 0; i < MANY; i++) {
		char line[16];

		assert_true(dprintf(ins[i], "%d\n", i) > 0);
		assert_int_equal(shutdown(ins[i], SHUT_WR), 0);
		(void)snprintf(line, sizeof line, "%d\n", i);
		guest_expect(outs[i], line);
		assert_int_equal(exec_end(controls[i]).value, 0);
		assert_int_equal(close(controls[i]) | close(ins[i]) | close(outs[i]), 0);
	}
	guest_signal(SIGKILL, 0, 0);
	assert_int_equal(guest_end(guest).value, SIGKILL);
}

static int tests_run(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(a_further_process_has_its_streams_and_its_status),
		GUEST_TEST(output_is_kept_for_who_attaches_late),
		GUEST_TEST(a_further_process_has_a_terminal_of_its_own_and_its_size),
		GUEST_TEST(a_further_process_takes_signals),
		GUEST_TEST(a_further_process_ends_with_the_service),
		GUEST_TEST(a_further_process_that_cannot_start_says_why),
		GUEST_TEST(many_processes_run_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return guest_main(tests_run);
}
