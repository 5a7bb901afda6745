/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/pump.h"

#include "base/own.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

/* A pump from a pipe to a socket, and the ends that are left to us. */
struct fixture {
	struct loop loop;
	struct pumps pumps;
	struct pump pump;
	int source, sink;
	struct err e;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	int pipes[2], sockets[2];

	assert_non_null(f);
	assert_int_equal(loop_open(&f->loop, &f->e), 0);
	f->pumps.loop = &f->loop;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	assert_int_equal(pump_begin(&f->pump, &f->pumps, pipes[0], sockets[0], &f->e), 0);
	f->source = pipes[1];
	f->sink = sockets[1];
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pump_free(&f->pump);
	assert_null(f->pumps.first);
	own_release_fd(&f->source);
	own_release_fd(&f->sink);
	loop_close(&f->loop);
	free(f);
	return 0;
}

/* Turns the loop until nothing happens any more for a while. */
static void settle(struct fixture *f)
{
	for (int i = 0; i < 5; i++)
		assert_int_equal(loop_turn(&f->loop, 0, &f->e), 0);
}

static void expect(struct fixture *f, const char *want)
{
	char bytes[64] = "";

	assert_int_equal(recv(f->sink, bytes, sizeof bytes - 1, MSG_DONTWAIT), (ssize_t)strlen(want));
	assert_string_equal(bytes, want);
}

static void bytes_go_through(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write(f->source, "word", 4), 4);
	settle(f);
	expect(f, "word");
	assert_false(f->pump.ended);
}

static void the_end_of_the_source_is_told_and_the_sink_is_waited_for(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write(f->source, "last", 4), 4);
	own_release_fd(&f->source);
	settle(f);
	assert_true(f->pump.ended);
	assert_false(f->pump.taken);
	expect(f, "last");
	expect(f, "");
	own_release_fd(&f->sink);
	settle(f);
	assert_true(f->pump.taken);
}

static void a_sink_that_takes_nothing_holds_the_source_back(void **state)
{
	struct fixture *f = *state;
	char bytes[4096] = {0};
	size_t written = 0, before;

	assert_int_equal(fcntl(f->source, F_SETFL, O_WRONLY | O_NONBLOCK), 0);
	do {
		before = written;
		while (write(f->source, bytes, sizeof bytes) > 0)
			written += sizeof bytes;
		settle(f);
	} while (written > before);
	own_release_fd(&f->source);
	for (ssize_t n = 1; n > 0; settle(f)) {
		n = recv(f->sink, bytes, sizeof bytes, MSG_DONTWAIT);
		written -= n > 0 ? (size_t)n : 0;
	}
	assert_int_equal(written, 0);
	assert_true(f->pump.ended);
}

static void a_sink_that_is_gone_breaks_the_source(void **state)
{
	struct fixture *f = *state;

	(void)signal(SIGPIPE, SIG_IGN);
	own_release_fd(&f->sink);
	assert_int_equal(write(f->source, "lost", 4), 4);
	settle(f);
	assert_true(f->pump.ended && f->pump.taken);
	assert_int_equal(write(f->source, "more", 4), -1);
}

/* Others still have the source open: what is there is moved, then silence is the end. */
static void a_process_that_has_ended_is_drained(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write(f->source, "rest", 4), 4);
	pump_finish(&f->pump);
	assert_true(pumps_want_tick(&f->pumps));
	pumps_tick(&f->pumps);
	assert_false(f->pump.ended);
	settle(f);
	pumps_tick(&f->pumps);
	assert_false(f->pump.ended);
	pumps_tick(&f->pumps);
	assert_true(f->pump.ended);
	assert_false(pumps_want_tick(&f->pumps));
	expect(f, "rest");
}

static void a_terminal_that_nobody_has_open_rests(void **state)
{
	struct fixture *f = *state;
	own_fd master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1;
	struct pump pump;
	int sink[2];

	assert_true(master >= 0 && unlockpt(master) == 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sink), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0);
	assert_int_equal(pump_begin(&pump, &f->pumps, give_fd(&master), sink[0], &f->e), 0);
	own_release_fd(&slave);
	settle(f);
	assert_true(pump.resting && !pump.ended);
	pump_finish(&pump);
	pumps_tick(&f->pumps);
	settle(f);
	assert_true(pump.ended);
	pump_free(&pump);
	(void)close(sink[1]);
}

#define PUMP_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PUMP_TEST(bytes_go_through),
		PUMP_TEST(the_end_of_the_source_is_told_and_the_sink_is_waited_for),
		PUMP_TEST(a_sink_that_takes_nothing_holds_the_source_back),
		PUMP_TEST(a_sink_that_is_gone_breaks_the_source),
		PUMP_TEST(a_process_that_has_ended_is_drained),
		PUMP_TEST(a_terminal_that_nobody_has_open_rests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
