/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/console.h"

#include "base/fd.h"
#include "base/own.h"
#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

struct fixture {
	char dir[64];
	int root;
};

static int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	(void)snprintf(f->dir, sizeof f->dir, "/tmp/cloche-test-console-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	f->root = open(f->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return f->root < 0 ? -1 : 0;
}

static int fixture_teardown(void **state)
{
	static const char *const made[] = {"dev/pts", "dev"};
	struct fixture *f = *state;

	(void)unlinkat(f->root, "dev/pts/ptmx", 0); /* each test makes some of them */
	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
		(void)unlinkat(f->root, made[i], AT_REMOVEDIR); /* as above */
	if (rmdir(f->dir) < 0)
		return -1;
	(void)close(f->root); /* a directory */
	free(f);
	return 0;
}

/* A pty of the host's devpts, or a skip. */
static void open_here(uid_t uid, struct console *ret)
{
	own_fd root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct err e = ERR_NONE;

	if (access("/dev/pts/ptmx", R_OK | W_OK) == 0) {
		assert_int_equal(console_open(root, uid, ret, &e), 0);
		return;
	}
	print_message("needs a devpts whose ptmx may be opened\n");
	skip();
}

static void console_is_a_pty_of_the_user(void **state)
{
	own_console console = CONSOLE_NONE;
	struct stat slave;

	(void)state;
	open_here(geteuid(), &console);
	assert_true(isatty(console.slave));
	assert_int_equal(fstat(console.slave, &slave), 0);
	assert_int_equal(slave.st_uid, geteuid());
	assert_int_equal(fcntl(console.master, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(console.slave, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(console.master, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(write(console.slave, "x", 1), 1);
}

static void console_of_a_root_without_devpts_is_refused(void **state)
{
	const struct fixture *f = *state;
	own_console console = CONSOLE_NONE;
	struct err e = ERR_NONE;

	assert_int_equal(console_open(f->root, 0, &console, &e), -ENOENT);
	assert_string_equal(e.code, "devpts-missing");
	assert_int_equal(mkdirat(f->root, "dev", 0755), 0);
	assert_int_equal(mkdirat(f->root, "dev/pts", 0755), 0);
	assert_int_equal(mkfifoat(f->root, "dev/pts/ptmx", 0666), 0);
	(void)alarm(5); /* ends a test that hangs */
	assert_int_equal(console_open(f->root, 0, &console, &e), -ENOTTY);
	(void)alarm(0); /* returns what was left */
	assert_string_equal(e.code, "devpts-missing");
	assert_int_equal(console.master, -1);
}

/* The right device in the wrong place: it would be a terminal of the host's. */
static void console_of_a_root_that_brings_its_own_ptmx_is_refused(void **state)
{
	const struct fixture *f = *state;
	own_console console = CONSOLE_NONE;
	struct err e = ERR_NONE;

	assert_int_equal(mkdirat(f->root, "dev", 0755), 0);
	assert_int_equal(mkdirat(f->root, "dev/pts", 0755), 0);
	if (mknodat(f->root, "dev/pts/ptmx", S_IFCHR | 0666, makedev(5, 2)) < 0) {
		print_message("needs CAP_MKNOD\n");
		skip();
	}
	assert_int_equal(console_open(f->root, 0, &console, &e), -ENOTTY);
	assert_string_equal(e.code, "devpts-missing");
}

static void console_has_the_size_asked_for(void **state)
{
	const struct spec_console_size size = {.height = 33, .width = 121}, nothing = {0};
	const struct spec_console_size huge = {.height = 65536 + 24, .width = 80};
	own_console console = CONSOLE_NONE;
	struct err e = ERR_NONE;
	struct winsize now;

	(void)state;
	open_here(geteuid(), &console);
	assert_int_equal(console_resize(console.master, &size, &e), 0);
	assert_int_equal(console_resize(console.master, &nothing, &e), 0);
	assert_int_equal(console_resize(console.master, NULL, &e), 0);
	assert_int_equal(console_resize(console.master, &huge, &e), -EINVAL);
	assert_int_equal(ioctl(console.slave, TIOCGWINSZ, &now), 0);
	assert_int_equal(now.ws_row, 33);
	assert_int_equal(now.ws_col, 121);
}

static void take(void *data)
{
	const struct console *console = data;
	struct err e = ERR_NONE;

	CHILD_CHECK(1, console_put(console->slave, &e) == 0 && console_take(&e) == 0);
	CHILD_CHECK(2, getsid(0) == getpid());
	for (int fd = 0; fd < 3; fd++)
		CHILD_CHECK(3, isatty(fd) && fcntl(fd, F_GETFD) == 0);
	CHILD_CHECK(4, tcgetpgrp(0) == getpid());
	CHILD_CHECK(5, dprintf(1, "from inside") == 11);
}

static void console_becomes_the_terminal_of_a_session(void **state)
{
	own_console console = CONSOLE_NONE;
	char text[32] = "";

	(void)state;
	open_here(geteuid(), &console);
	assert_int_equal(child_run(take, &console), 0);
	assert_int_equal(read(console.master, text, sizeof text - 1), 11);
	assert_string_equal(text, "from inside");
}

static void console_is_handed_over_with_a_name(void **state)
{
	own_console console = CONSOLE_NONE;
	own_fd received = -1;
	struct err e = ERR_NONE;
	char name[64] = "";
	int ends[2];

	(void)state;
	open_here(geteuid(), &console);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(console_send(ends[0], console.master, &e), 0);
	assert_int_equal(fd_receive(ends[1], name, sizeof name - 1, &received, &e), 9);
	assert_string_equal(name, "/dev/ptmx");
	assert_true(isatty(received));
	(void)close(ends[0]); /* sockets of the test */
	(void)close(ends[1]); /* as above */
}

static void console_socket_may_have_a_long_path(void **state)
{
	static const char deep[] = "a-directory-with-a-long-name-that-alone-has-sixty-characters-a";
	const struct fixture *f = *state;
	own_fd listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), directory = -1, connected = -1;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[256];
	struct err e = ERR_NONE;

	assert_int_equal(mkdirat(f->root, deep, 0755), 0);
	directory = openat(f->root, deep, O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/console.sock", directory);
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 1), 0);
	(void)snprintf(path, sizeof path, "%s/%s/./././././././././console.sock", f->dir, deep);
	assert_true(strlen(path) >= sizeof address.sun_path);
	connected = console_connect(path, &e);
	assert_true(connected >= 0);
	assert_int_equal(unlinkat(directory, "console.sock", 0), 0);
	assert_int_equal(console_connect(path, &e), -ENOENT);
	assert_int_equal(unlinkat(f->root, deep, AT_REMOVEDIR), 0);
	assert_int_equal(console_connect(path, &e), -ENOENT);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(console_is_a_pty_of_the_user),
		with_fixture(console_of_a_root_without_devpts_is_refused),
		with_fixture(console_of_a_root_that_brings_its_own_ptmx_is_refused),
		cmocka_unit_test(console_has_the_size_asked_for),
		cmocka_unit_test(console_becomes_the_terminal_of_a_session),
		cmocka_unit_test(console_is_handed_over_with_a_name),
		with_fixture(console_socket_may_have_a_long_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
