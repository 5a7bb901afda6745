/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's agent, over Unix sockets, with real services in namespaces of their own. */
#include "base/own.h"
#include "tests/root/guest.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

static void output_and_status_arrive(void **state)
{
	struct guest *guest = *state;
	struct agent_status status;

	guest_run("echo out; echo err >&2; exit 7", 0);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "out\n");
	guest_expect(guest->host[AGENT_HOST_STDERR], "err\n");
	status = guest_end(guest);
	assert_int_equal(status.signaled, 0);
	assert_int_equal(status.value, 7);
}

static void input_arrives_and_ends(void **state)
{
	struct guest *guest = *state;

	guest_run("cat; echo end", AGENT_CREATE_STDIN);
	assert_int_equal(write(guest->host[AGENT_HOST_STDIN], "in\n", 3), 3);
	own_release_fd(&guest->host[AGENT_HOST_STDIN]);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "in\nend\n");
	assert_int_equal(guest_end(guest).value, 0);
}

static void no_input_is_at_its_end_at_once(void **state)
{
	struct guest *guest = *state;

	guest_run("cat; echo end", 0);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "end\n");
	assert_int_equal(guest_end(guest).value, 0);
}

static void a_missing_program_is_told_with_the_words_of_every_wall(void **state)
{
	struct err e = guest_create_fails(guest_spec("[\"not-there\"]", false));

	(void)state;
	assert_string_equal(e.code, "exec-not-found");
	assert_non_null(strstr(e.text, "executable file not found in $PATH"));
}

static void a_spec_that_is_wrong_is_refused_with_the_field(void **state)
{
	struct err e = guest_create_fails("{\"ociVersion\":\"1.2.0\",\"process\":{\"cwd\":\"/\",\"args\":7}}");

	(void)state;
	assert_string_equal(e.pointer, "/process/args");
}

static void a_second_try_may_follow_a_create_that_failed(void **state)
{
	struct guest *guest = *state;

	(void)guest_create_fails(guest_spec("[\"not-there\"]", false));
	guest_run("echo there", 0);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "there\n");
	assert_int_equal(guest_end(guest).value, 0);
}

static void requests_out_of_place_are_refused(void **state)
{
	const struct agent_start start = {0};
	const struct agent_signal signal = {.signo = SIGTERM};

	(void)state;
	guest_expect_error(&(struct ask){.type = AGENT_TYPES, .answer = AGENT_ERROR}, "no-such-request");
	guest_expect_error(&(struct ask){.type = AGENT_HELLO, .answer = AGENT_ERROR}, "no-such-request");
	guest_expect_error(&(struct ask){.type = AGENT_START, .answer = AGENT_ERROR}, "request-broken");
	guest_expect_error(
		&(struct ask){.type = AGENT_PROCESSES, .answer = AGENT_ERROR, .text = "x"}, "request-broken");
	guest_expect_error(&(struct ask){.type = AGENT_PROCESSES, .answer = AGENT_ERROR}, "no-process");
	guest_expect_error(
		&(struct ask){.type = AGENT_START, .answer = AGENT_ERROR, .head = &start, .head_length = sizeof start},
		"wrong-status");
	guest_expect_error(
		&(struct ask){
			.type = AGENT_SIGNAL, .answer = AGENT_ERROR, .head = &signal, .head_length = sizeof signal},
		"no-process");
}

/* What would set this machine's clock, end the agent or stop the service is no rubbish. */
static bool is_meant(uint16_t type)
{
	return type == AGENT_TIME || type == AGENT_ENTROPY || type == AGENT_SHUTDOWN || type == AGENT_SIGNAL ||
	       type == AGENT_PAUSE;
}

static void send_rubbish(unsigned int *seed)
{
	uint16_t type = (uint16_t)((unsigned int)rand_r(seed) % (AGENT_TYPES + 2));
	size_t length = (size_t)rand_r(seed) % 700;
	own_fd connection = guest_connect();
	struct err ignored;
	char bytes[700];

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)rand_r(seed);
	if (is_meant(type)) /* not even a frame */
		(void)send(connection, bytes, length, MSG_NOSIGNAL);
	else
		(void)frame_send(
			connection, type, &(struct frame_parts){.head = bytes, .head_length = length}, &ignored);
}

static void rubbish_ends_its_connection_at_most(void **state)
{
	struct guest *guest = *state;
	unsigned int seed = 7;

	for (int i = 0; i < 200; i++)
		send_rubbish(&seed);
	guest_run("cat", AGENT_CREATE_STDIN);
	for (int i = 0; i < 200; i++)
		send_rubbish(&seed);
	assert_int_equal(write(guest->host[AGENT_HOST_STDIN], "fine", 4), 4);
	own_release_fd(&guest->host[AGENT_HOST_STDIN]);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "fine");
	assert_int_equal(guest_end(guest).value, 0);
}

static void a_signal_ends_the_service_and_the_status_says_which(void **state)
{
	struct guest *guest = *state;
	struct agent_status status;

	guest_run("echo up; while :; do sleep 1; done", 0);
	guest_signal(SIGKILL, 0, 0);
	status = guest_end(guest);
	assert_int_equal(status.signaled, 1);
	assert_int_equal(status.value, SIGKILL);
}

static void a_signal_goes_to_every_process(void **state)
{
	struct guest *guest = *state;

	guest_run("trap 'echo first' TERM; (trap 'echo second; exit' TERM; echo up >&2; while :; do sleep 0.1; done) & "
		  "wait; wait",
		0);
	assert_int_equal(read(guest->host[AGENT_HOST_STDERR], (char[8]){0}, 8), 3);
	guest_signal(SIGTERM, 1, 0);
	assert_int_equal(guest_end(guest).signaled, 0);
}

static void a_service_that_waits_for_its_start_can_be_killed(void **state)
{
	struct guest *guest = *state;

	guest_create("echo never", 0);
	guest_signal(SIGKILL, 0, 0);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "");
	assert_int_equal(guest_end(guest).value, SIGKILL);
}

static void a_start_that_fails_says_why_before_the_end(void **state)
{
	static const char hook[] = "\"hooks\":{\"startContainer\":[{\"path\":\"/bin/not-there\"}]},\"linux\"";
	struct guest *guest = *state;
	const struct agent_create create = {.id = "guest"};
	const struct agent_start start = {0};
	const char *spec = guest_spec("[\"true\"]", false), *at = strstr(spec, "\"linux\"");
	own_text hooked = {0};

	text_add_bytes(&hooked, spec, (size_t)(at - spec));
	text_format(&hooked, "%s%s", hook, at + strlen("\"linux\""));
	guest_ask(&(struct ask){.type = AGENT_CREATE,
		.answer = AGENT_CREATED,
		.head = &create,
		.head_length = sizeof create,
		.text = text_string(&hooked)});
	guest_ask(
		&(struct ask){.type = AGENT_START, .answer = AGENT_ERROR, .head = &start, .head_length = sizeof start});
	assert_int_equal(guest_end(guest).value, 125);
}

static void what_outlives_the_first_process_is_killed(void **state)
{
	struct guest *guest = *state;

	guest_run("sleep 1000 & echo out; exit 3", 0);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "out\n");
	assert_int_equal(guest_end(guest).value, 3);
}

/* More than all buffers on the way hold, to a reader that comes late. */
static void much_output_waits_for_its_reader(void **state)
{
	enum { BYTES = 8 << 20 };
	struct guest *guest = *state;
	char bytes[65536];
	size_t got = 0;
	ssize_t n;

	guest_run("dd if=/dev/zero bs=1048576 count=8 2>/dev/null", 0);
	(void)usleep(200000);
	while ((n = read(guest->host[AGENT_HOST_STDOUT], bytes, sizeof bytes)) > 0)
		got += (size_t)n;
	assert_int_equal(got, BYTES);
	assert_int_equal(guest_end(guest).value, 0);
}

static void a_reader_that_is_gone_is_a_broken_pipe(void **state)
{
	struct guest *guest = *state;
	struct agent_status status;

	own_release_fd(&guest->host[AGENT_HOST_STDOUT]);
	guest_run("dd if=/dev/zero bs=65536 2>/dev/null", 0);
	status = guest_end(guest);
	assert_true(status.signaled || status.value);
}

static void a_terminal_has_its_size_and_is_one(void **state)
{
	const struct agent_window window = {.rows = 33, .columns = 101};
	struct guest *guest = *state;
	char bytes[16];

	guest_run(
		"until [ \"$(stty size 2>&1)\" = '33 101' ]; do sleep 0.1; done; echo sized; read line; echo got $line",
		AGENT_CREATE_TERMINAL | AGENT_CREATE_STDIN);
	assert_int_equal(write(guest->host[AGENT_HOST_WINDOW], &window, sizeof window), sizeof window);
	assert_int_equal(read(guest->host[AGENT_HOST_STDOUT], bytes, sizeof bytes), 7);
	assert_memory_equal(bytes, "sized\r\n", 7);
	assert_int_equal(write(guest->host[AGENT_HOST_STDIN], "word\n", 5), 5);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "word\r\ngot word\r\n");
	assert_int_equal(guest_end(guest).value, 0);
}

/* Its processes, once there are as many: each takes a while to come. */
static void expect_processes(int connection, size_t n)
{
	const struct timespec pause = {.tv_nsec = 50000000};
	size_t found = 0;

	for (int tries = 0; found != n && tries < 200; tries++) {
		own_frame frame = {0};

		guest_ask_on(connection, &(struct ask){.type = AGENT_PROCESSES, .answer = AGENT_PIDS}, &frame);
		found = frame.payload.length / sizeof(uint32_t);
		if (found != n)
			(void)nanosleep(&pause, NULL);
	}
	assert_int_equal(found, n);
}

static void processes_and_figures_are_told_and_a_pause_holds(void **state)
{
	const uint32_t on = 1, off = 0;
	struct guest *guest = *state;
	own_fd connection = -1;
	own_frame frame = {0};

	guest_run("sleep 1000 & cat; true", AGENT_CREATE_STDIN);
	connection = guest_connect();
	expect_processes(connection, 3);
	guest_ask_on(connection, &(struct ask){.type = AGENT_STATS, .answer = AGENT_STATS_JSON}, &frame);
	assert_non_null(strstr(text_string(&frame.payload), "\"cpu\""));
	frame_free(&frame);
	guest_ask_on(connection,
		&(struct ask){.type = AGENT_PAUSE, .answer = AGENT_DONE, .head = &on, .head_length = sizeof on},
		&frame);
	frame_free(&frame);
	assert_int_equal(write(guest->host[AGENT_HOST_STDIN], "x", 1), 1);
	assert_int_equal(recv(guest->host[AGENT_HOST_STDOUT], (char[1]){0}, 1, MSG_DONTWAIT), -1);
	guest_ask_on(connection,
		&(struct ask){.type = AGENT_PAUSE, .answer = AGENT_DONE, .head = &off, .head_length = sizeof off},
		&frame);
	own_release_fd(&guest->host[AGENT_HOST_STDIN]);
	guest_expect(guest->host[AGENT_HOST_STDOUT], "x");
	assert_int_equal(guest_end(guest).value, 0);
}

/* 192.0.2.7/24, 2001:db8::7/64, by way of 192.0.2.1. */
static const struct agent_start networked = {
	.has_network = 1,
	.mac = {0x02, 0, 0, 0, 0, 0x07},
	.mtu = 1400,
	.addresses_n = 2,
	.addresses = {{.family = AF_INET, .prefix = 24, .address = {192, 0, 2, 7}},
		{.family = AF_INET6, .prefix = 64, .address = {0x20, 0x01, 0x0d, 0xb8, [15] = 7}}},
	.routes_n = 2,
	.routes = {{.family = AF_INET, .prefix = 24, .destination = {192, 0, 2, 0}},
		{.family = AF_INET, .gateway = {192, 0, 2, 1}}},
};

static void the_network_is_the_services_when_its_program_runs(void **state)
{
	struct guest *guest = *state;

	if (system("ip link add eth0 type veth peer name peer 2>/dev/null && ip link set peer up") != 0)
		skip();
	guest_create("ip link show eth0 | grep -o -e 'mtu [0-9]*' -e 'ether [0-9a-f:]*'; ip addr show eth0 | "
		     "grep -o -e 'inet [0-9./]*' -e 'inet6 2001:[0-9a-f:/]*'; ip route | grep -o 'default via [0-9.]*'",
		0);
	guest_ask(&(struct ask){
		.type = AGENT_START, .answer = AGENT_DONE, .head = &networked, .head_length = sizeof networked});
	guest_expect(guest->host[AGENT_HOST_STDOUT],
		"mtu 1400\nether 02:00:00:00:00:07\ninet 192.0.2.7/24\ninet6 2001:db8::7/64\ndefault via 192.0.2.1\n");
	assert_int_equal(guest_end(guest).value, 0);
}

static void a_network_that_the_guest_lacks_is_missed(void **state)
{
	(void)state;
	guest_create("true", 0);
	guest_expect_error(&(struct ask){.type = AGENT_START,
				   .answer = AGENT_ERROR,
				   .head = &networked,
				   .head_length = sizeof networked},
		"no-such-device");
}

/* A keyring that was made is there for its user to see, whoever has it. */
static void a_session_keyring_is_made_for_the_service(void **state)
{
	struct guest *guest = *state;

	if (access("/proc/keys", R_OK) < 0)
		skip();
	guest_create_named("with-keyring", "grep -c ' _ses.with-keyring:' /proc/keys", 0);
	guest_start();
	guest_expect(guest->host[AGENT_HOST_STDOUT], "1\n");
	assert_int_equal(guest_end(guest).value, 0);
}

static void no_session_keyring_is_made_where_none_is_wanted(void **state)
{
	struct guest *guest = *state;

	if (access("/proc/keys", R_OK) < 0)
		skip();
	guest_create_named(
		"without-keyring", "grep -c ' _ses.without-keyring:' /proc/keys", AGENT_CREATE_NO_NEW_KEYRING);
	guest_start();
	guest_expect(guest->host[AGENT_HOST_STDOUT], "0\n");
	assert_int_equal(guest_end(guest).value, 1);
}

static void a_shutdown_ends_the_service_and_the_agent(void **state)
{
	struct guest *guest = *state;

	guest_run("cat", AGENT_CREATE_STDIN);
	guest_ask(&(struct ask){.type = AGENT_SHUTDOWN, .answer = AGENT_DONE});
	assert_int_equal(guest_end(guest).value, SIGKILL);
}

static void a_shutdown_without_a_service_ends_without_a_status(void **state)
{
	struct guest *guest = *state;
	int exit_status = -1;

	guest_ask(&(struct ask){.type = AGENT_SHUTDOWN, .answer = AGENT_DONE});
	guest_expect(guest->host[AGENT_HOST_STATUS], "");
	assert_int_equal(waitpid(guest->agent, &exit_status, 0), guest->agent);
	guest->agent = 0;
	assert_int_equal(exit_status, 0);
}

static int tests_run(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(output_and_status_arrive),
		GUEST_TEST(input_arrives_and_ends),
		GUEST_TEST(no_input_is_at_its_end_at_once),
		GUEST_TEST(a_missing_program_is_told_with_the_words_of_every_wall),
		GUEST_TEST(a_spec_that_is_wrong_is_refused_with_the_field),
		GUEST_TEST(a_second_try_may_follow_a_create_that_failed),
		GUEST_TEST(requests_out_of_place_are_refused),
		GUEST_TEST(rubbish_ends_its_connection_at_most),
		GUEST_TEST(a_signal_ends_the_service_and_the_status_says_which),
		GUEST_TEST(a_signal_goes_to_every_process),
		GUEST_TEST(a_service_that_waits_for_its_start_can_be_killed),
		GUEST_TEST(a_start_that_fails_says_why_before_the_end),
		GUEST_TEST(what_outlives_the_first_process_is_killed),
		GUEST_TEST(much_output_waits_for_its_reader),
		GUEST_TEST(a_reader_that_is_gone_is_a_broken_pipe),
		GUEST_TEST(a_terminal_has_its_size_and_is_one),
		GUEST_TEST(processes_and_figures_are_told_and_a_pause_holds),
		GUEST_TEST(the_network_is_the_services_when_its_program_runs),
		GUEST_TEST(a_network_that_the_guest_lacks_is_missed),
		GUEST_TEST(a_session_keyring_is_made_for_the_service),
		GUEST_TEST(no_session_keyring_is_made_where_none_is_wanted),
		GUEST_TEST(a_shutdown_ends_the_service_and_the_agent),
		GUEST_TEST(a_shutdown_without_a_service_ends_without_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return guest_main(tests_run);
}
