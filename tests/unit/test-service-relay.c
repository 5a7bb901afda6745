/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/service/relay.h"

#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>

enum { MUCH = 300 * 1000 };

/* A pty: ends[0] is the master, ends[1] the slave, which changes no byte on the way. */
static bool make_pty(int ends[2])
{
	struct termios mode;

	ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ends[0] < 0 || grantpt(ends[0]) < 0 || unlockpt(ends[0]) < 0)
		return false;
	ends[1] = ioctl(ends[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ends[1] < 0 || tcgetattr(ends[1], &mode) < 0)
		return false;
	mode.c_oflag &= ~(tcflag_t)OPOST;
	mode.c_lflag &= ~(tcflag_t)ECHO;
	return tcsetattr(ends[1], TCSANOW, &mode) == 0;
}

/* Starts body as a service on a pty, or on none, with the caller's mask; each side closes the other's end. */
static pid_t start(void (*body)(void), const int ends[2], const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid == 0) {
		/* a child of a test: what fails here fails there */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int signo = 1; signo < NSIG; signo++)
			(void)signal(signo, SIG_DFL);       /* a test in the background is made to ignore some */
		(void)sigprocmask(SIG_SETMASK, mask, NULL); /* last: what came early is not to meet what was ignored */
		if (ends) {
			(void)setsid();                     /* as above */
			(void)ioctl(ends[1], TIOCSCTTY, 0); /* as above */
			for (int fd = 0; fd < 3; fd++)
				(void)dup2(ends[1], fd); /* as above */
			(void)close(ends[0]);
			(void)close(ends[1]); /* as above */
		}
		body();
		_exit(0);
	}
	if (ends)
		(void)close(ends[1]); /* the service has its own */
	return pid;
}

static void exit_with_three(void)
{
	_exit(3);
}

static void wait_for_ever(void)
{
	for (;;)
		(void)pause(); /* until a signal ends it */
}

static void relay_status(void *data)
{
	struct relay relay = {.master = -1};
	struct err e = ERR_NONE;
	int status = -1;
	sigset_t before;

	(void)data;
	CHILD_CHECK(1, relay_block(&before, &e) == 0);
	relay.pid = start(exit_with_three, NULL, &before);
	CHILD_CHECK(2, relay_run(&relay, &status, &e) == 0);
	CHILD_CHECK(3, WIFEXITED(status) && WEXITSTATUS(status) == 3);
	CHILD_CHECK(4, relay_run(&relay, &status, &e) == -ESRCH);
}

static void relay_ends_with_the_services_status(void **state)
{
	(void)state;
	assert_int_equal(child_run(relay_status, NULL), 0);
}

static void relay_signals(void *data)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM};

	(void)data;
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct relay relay = {.master = -1};
		struct err e = ERR_NONE;
		int status = -1;
		sigset_t before;

		CHILD_CHECK(1, relay_block(&before, &e) == 0);
		CHILD_CHECK(2, raise(SIGPIPE) == 0 && raise(SIGWINCH) == 0 && raise(signals[i]) == 0);
		(void)sigdelset(&before, signals[i]);
		relay.pid = start(wait_for_ever, NULL, &before);
		CHILD_CHECK(3, relay_run(&relay, &status, &e) == 0);
		CHILD_CHECK(10 + (int)i, WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
	}
}

static void relay_passes_signals_on_even_those_that_came_early(void **state)
{
	(void)state;
	assert_int_equal(child_run(relay_signals, NULL), 0);
}

/* Runs body on a terminal between two descriptors; the wait status. */
static int run_on_terminal(void (*body)(void), int in, int out)
{
	struct relay relay = {.in = in, .out = out};
	struct err e = ERR_NONE;
	int ends[2], status = -1;
	sigset_t before;

	CHILD_CHECK(101, make_pty(ends));
	CHILD_CHECK(102, relay_block(&before, &e) == 0);
	relay.master = ends[0];
	relay.pid = start(body, ends, &before);
	CHILD_CHECK(103, relay_run(&relay, &status, &e) == 0);
	CHILD_CHECK(104, relay.master == -1 && fcntl(ends[0], F_GETFD) < 0);
	return status;
}

static void write_much(void)
{
	static char block[1000];

	memset(block, 'm', sizeof block);
	for (int i = 0; i < MUCH / 1000; i++)
		CHILD_CHECK(1, write(1, block, sizeof block) == sizeof block);
}

static int slow_reader;

static void count_slowly(void *data)
{
	char block[3000];
	ssize_t n, all = 0;

	(void)data;
	for (int i = 0; (n = read(slow_reader, block, sizeof block)) > 0; i++) {
		all += n;
		if (i % 50 == 0)
			(void)usleep(10000); /* a reader that is sometimes behind */
	}
	CHILD_CHECK(1, all == MUCH);
}

static void relay_output(void *data)
{
	int ends[2], nothing = open("/dev/null", O_RDONLY | O_CLOEXEC), status;
	pid_t reader;

	(void)data;
	CHILD_CHECK(1, nothing >= 0 && pipe2(ends, O_CLOEXEC) == 0);
	reader = fork();
	if (reader == 0) {
		(void)close(ends[1]); /* else it would wait for itself */
		slow_reader = ends[0];
		count_slowly(NULL);
		_exit(0);
	}
	CHILD_CHECK(2, run_on_terminal(write_much, nothing, ends[1]) == 0);
	(void)close(ends[1]); /* the end of file for the reader */
	CHILD_CHECK(3, waitpid(reader, &status, 0) == reader && status == 0);
}

static void relay_loses_no_output_of_a_service_that_has_ended(void **state)
{
	(void)state;
	assert_int_equal(child_run(relay_output, NULL), 0);
}

static void answer(void)
{
	char line[64] = "";

	CHILD_CHECK(1, read(0, line, sizeof line) == 6 && strcmp(line, "hello\n") == 0);
	CHILD_CHECK(2, write(1, "world", 5) == 5);
	CHILD_CHECK(3, close(0) == 0 && close(1) == 0 && close(2) == 0);
	(void)usleep(150000); /* nobody has the terminal open now */
	CHILD_CHECK(4, open("/dev/tty", O_RDWR | O_CLOEXEC) == 0);
	CHILD_CHECK(5, write(0, " again", 6) == 6);
}

static void relay_both_ways(void *data)
{
	int in[2], out[2];
	char text[64] = "";

	(void)data;
	CHILD_CHECK(1, pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	CHILD_CHECK(2, write(in[1], "hello\n", 6) == 6 && close(in[1]) == 0);
	CHILD_CHECK(3, run_on_terminal(answer, in[0], out[1]) == 0);
	CHILD_CHECK(4, read(out[0], text, sizeof text - 1) == 11);
	CHILD_CHECK(5, strcmp(text, "world again") == 0);
}

static void relay_goes_on_when_the_service_opens_its_terminal_again(void **state)
{
	(void)state;
	assert_int_equal(child_run(relay_both_ways, NULL), 0);
}

static void write_for_ever(void)
{
	while (write(1, "y", 1) == 1)
		continue;
	wait_for_ever();
}

static void relay_broken(void *data)
{
	int out[2], nothing = open("/dev/null", O_RDONLY | O_CLOEXEC), status;

	(void)data;
	CHILD_CHECK(1, nothing >= 0 && pipe2(out, O_CLOEXEC) == 0 && close(out[0]) == 0);
	status = run_on_terminal(write_for_ever, nothing, out[1]);
	CHILD_CHECK(2, WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
}

static void relay_hangs_up_when_nobody_takes_the_output(void **state)
{
	(void)state;
	assert_int_equal(child_run(relay_broken, NULL), 0);
}

static void write_one(void)
{
	CHILD_CHECK(1, write(1, "x", 1) == 1);
}

static void relay_abandoned(void *data)
{
	static char block[64 * 1024];
	int out[2], nothing = open("/dev/null", O_RDONLY | O_CLOEXEC), status;
	pid_t user, caller = getpid();

	(void)data;
	CHILD_CHECK(1, nothing >= 0 && pipe2(out, O_CLOEXEC | O_NONBLOCK) == 0);
	while (write(out[1], block, sizeof block) > 0)
		continue; /* until it takes no more */
	user = fork();
	if (user == 0) {
		(void)usleep(200000); /* by then the service has ended */
		CHILD_CHECK(1, kill(caller, SIGWINCH) == 0 && kill(caller, SIGTERM) == 0 && kill(caller, SIGUSR1) == 0);
		_exit(0);
	}
	CHILD_CHECK(2, run_on_terminal(write_one, nothing, out[1]) == 0);
	CHILD_CHECK(3, waitpid(user, &status, 0) == user && status == 0);
}

static void relay_does_not_wait_for_a_reader_when_told_to_end(void **state)
{
	(void)state;
	assert_int_equal(child_run(relay_abandoned, NULL), 0);
}

static void check_size(void)
{
	struct winsize size;

	CHILD_CHECK(1, write(1, "ready", 5) == 5);
	do {
		CHILD_CHECK(2, ioctl(0, TIOCGWINSZ, &size) == 0);
		(void)usleep(1000); /* the second size is on its way */
	} while (size.ws_row == 20);
	CHILD_CHECK(3, size.ws_row == 21 && size.ws_col == 81);
}

/* The caller's user: looks at the terminal while the service runs, and changes its size. */
static void use_terminal(int master, int slave, pid_t caller)
{
	const struct winsize size = {.ws_row = 21, .ws_col = 81};
	struct termios raw;
	char text[8] = "";

	CHILD_CHECK(1, read(master, text, 5) == 5 && strcmp(text, "ready") == 0);
	CHILD_CHECK(2, tcgetattr(slave, &raw) == 0 && !(raw.c_lflag & (ICANON | ECHO | ISIG)));
	CHILD_CHECK(3, ioctl(slave, TIOCSWINSZ, &size) == 0 && kill(caller, SIGWINCH) == 0);
}

/* Member by member: between them are bytes that nobody sets. */
static bool same_modes(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
	       a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

static void relay_terminal(void *data)
{
	const struct winsize size = {.ws_row = 20, .ws_col = 80};
	struct termios before, after;
	int ends[2], status;
	pid_t user, caller = getpid();

	(void)data;
	(void)alarm(10); /* ends a test that hangs: passed on, it ends the service */
	CHILD_CHECK(1, make_pty(ends) && tcgetattr(ends[1], &before) == 0 && ioctl(ends[1], TIOCSWINSZ, &size) == 0);
	user = fork();
	if (user == 0) {
		use_terminal(ends[0], ends[1], caller);
		_exit(0);
	}
	CHILD_CHECK(2, run_on_terminal(check_size, ends[1], ends[1]) == 0);
	CHILD_CHECK(3, waitpid(user, &status, 0) == user && status == 0);
	CHILD_CHECK(4, tcgetattr(ends[1], &after) == 0 && same_modes(&before, &after));
}

static void relay_has_the_terminal_raw_and_gives_it_back(void **state)
{
	(void)state;
	assert_int_equal(child_run(relay_terminal, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relay_ends_with_the_services_status),
		cmocka_unit_test(relay_passes_signals_on_even_those_that_came_early),
		cmocka_unit_test(relay_loses_no_output_of_a_service_that_has_ended),
		cmocka_unit_test(relay_goes_on_when_the_service_opens_its_terminal_again),
		cmocka_unit_test(relay_hangs_up_when_nobody_takes_the_output),
		cmocka_unit_test(relay_does_not_wait_for_a_reader_when_told_to_end),
		cmocka_unit_test(relay_has_the_terminal_raw_and_gives_it_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
