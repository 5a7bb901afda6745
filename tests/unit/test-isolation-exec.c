/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/exec.h"

#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/*
 * <dir>/one/tool   may be executed        <dir>/one/plain   may not
 * <dir>/two/tool   likewise               <dir>/two/self    is this program
 * <dir>/one/folder is a directory         <dir>/one/orphan  has an interpreter that is not there
 */
struct fixture {
	char dir[64];
	char path[256]; /* "PATH=<dir>/one:<dir>/two" */
	const char *items[2];
	struct strings env;
};

static const char *const fixture_dirs[] = {"one", "two", "one/folder"};
static const struct {
	const char *name, *content;
	mode_t mode;
} fixture_files[] = {
	{"one/tool", "#!/bin/sh\nexit 7\n", 0755},
	{"two/tool", "#!/bin/sh\nexit 8\n", 0755},
	{"one/plain", "", 0644},
	{"one/orphan", "#!/nowhere/sh\n", 0755},
	{"one/noise", "\177no program", 0755},
};

static const char *fixture_path(const struct fixture *f, const char *name)
{
	static char path[4][128];
	static unsigned int turn;
	char *at = path[turn++ % 4];

	(void)snprintf(at, sizeof path[0], "%s/%s", f->dir, name);
	return at;
}

static int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	*state = f;
	(void)snprintf(f->dir, sizeof f->dir, "/tmp/cloche-test-exec-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	for (size_t i = 0; i < sizeof fixture_dirs / sizeof fixture_dirs[0]; i++)
		if (mkdir(fixture_path(f, fixture_dirs[i]), 0755) < 0)
			return -1;
	for (size_t i = 0; i < sizeof fixture_files / sizeof fixture_files[0]; i++) {
		const char *path = fixture_path(f, fixture_files[i].name);
		FILE *file = fopen(path, "we");

		if (!file || fputs(fixture_files[i].content, file) < 0 || fclose(file) < 0 ||
			chmod(path, fixture_files[i].mode) < 0)
			return -1;
	}
	(void)snprintf(f->path, sizeof f->path, "PATH=%s/one:%s/two", f->dir, f->dir);
	f->items[0] = f->path;
	f->env = (struct strings){true, 1, f->items};
	return symlink("/proc/self/exe", fixture_path(f, "two/self"));
}

static int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	(void)unlink(fixture_path(f, "two/self")); /* what is not there need not go */
	for (size_t i = 0; i < sizeof fixture_files / sizeof fixture_files[0]; i++)
		(void)unlink(fixture_path(f, fixture_files[i].name)); /* as above */
	for (size_t i = sizeof fixture_dirs / sizeof fixture_dirs[0]; i > 0; i--)
		(void)rmdir(fixture_path(f, fixture_dirs[i - 1])); /* as above */
	if (rmdir(f->dir) < 0)
		return -1;
	free(f);
	return 0;
}

static void exec_finds_the_first_in_path(void **state)
{
	const struct fixture *f = *state;
	struct exec_path found;
	struct err e = ERR_NONE;

	assert_int_equal(exec_find(&f->env, "tool", &found, &e), 0);
	assert_string_equal(found.text, fixture_path(f, "one/tool"));
	assert_int_equal(exec_find(&f->env, fixture_path(f, "two/tool"), &found, &e), 0);
	assert_string_equal(found.text, fixture_path(f, "two/tool"));
}

static void exec_says_in_the_engines_words_what_it_did_not_find(void **state)
{
	const struct fixture *f = *state;
	const struct {
		const char *name, *text, *code;
		int no;
	} cases[] = {
		{"nothing", "exec: \"nothing\": executable file not found in $PATH", "exec-not-found", ENOENT},
		{"", "exec: \"\": executable file not found in $PATH", "exec-not-found", ENOENT},
		{"folder", "exec: \"folder\": executable file not found in $PATH", "exec-not-found", ENOENT},
		{"plain", "exec: \"plain\": permission denied", "exec-not-permitted", EACCES},
		{"/nowhere/x", "exec: \"/nowhere/x\": stat /nowhere/x: no such file or directory", "exec-not-found",
			ENOENT},
		{"/etc", "exec: \"/etc\": permission denied: it is a directory", "exec-not-permitted", EISDIR},
		{"/dev/null", "exec: \"/dev/null\": permission denied", "exec-not-permitted", EACCES},
		{"/etc/passwd/x", "exec: \"/etc/passwd/x\": stat /etc/passwd/x: not a directory", "exec-not-found",
			ENOTDIR},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct exec_path found;
		struct err e = ERR_NONE;

		assert_int_equal(exec_find(&f->env, cases[i].name, &found, &e), -cases[i].no);
		assert_string_equal(e.text, cases[i].text);
		assert_string_equal(e.code, cases[i].code);
	}
}

static void exec_never_finds_the_running_program(void **state)
{
	const struct fixture *f = *state;
	const char *const names[] = {"self", "/proc/self/exe"};

	for (size_t i = 0; i < 2; i++) {
		struct exec_path found;
		struct err e = ERR_NONE;

		assert_int_equal(exec_find(&f->env, names[i], &found, &e), -EACCES);
		assert_string_equal(e.code, "exec-not-permitted");
		assert_non_null(strstr(e.text, "permission denied"));
	}
}

static void find_in_working_directory(void *data)
{
	const struct fixture *f = data;
	const char *items[] = {"PATH=/nowhere:", NULL};
	const struct strings env = {true, 1, items};
	struct exec_path found;
	struct err e = ERR_NONE;

	CHILD_CHECK(1, chdir(fixture_path(f, "two")) == 0);
	CHILD_CHECK(2, exec_find(&env, "tool", &found, &e) == 0);
	CHILD_CHECK(3, strcmp(found.text, "./tool") == 0);
}

static void exec_takes_an_empty_part_of_path_for_the_working_directory(void **state)
{
	assert_int_equal(child_run(find_in_working_directory, *state), 0);
}

static void find_behind_closed_door(void *data)
{
	const struct fixture *f = data;
	struct exec_path found;
	struct err e = ERR_NONE;

	CHILD_CHECK(1, chmod(f->dir, 0755) == 0 && chmod(fixture_path(f, "one"), 0700) == 0);
	CHILD_CHECK(2, setresuid(1000, 1000, 1000) == 0);
	CHILD_CHECK(3, exec_find(&f->env, "tool", &found, &e) == 0);
	CHILD_CHECK(4, strcmp(found.text, fixture_path(f, "two/tool")) == 0);
	CHILD_CHECK(5, exec_find(&f->env, "plain", &found, &e) == -ENOENT);
	CHILD_CHECK(6, strcmp(e.code, "exec-not-found") == 0);
}

static void exec_does_not_find_what_is_in_a_closed_directory(void **state)
{
	if (geteuid() != 0) {
		print_message("needs to run as root\n");
		skip();
	}
	assert_int_equal(child_run(find_behind_closed_door, *state), 0);
}

static void exec_has_a_path_where_the_environment_has_none(void **state)
{
	const struct strings none = {0};
	struct exec_path found;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(exec_find(&none, "sh", &found, &e), 0);
}

static void exec_tool(void *data)
{
	const struct fixture *f = data;
	const char *args[] = {"tool", NULL};
	const struct strings argv = {true, 1, args};
	struct exec_path found;
	struct err e = ERR_NONE;

	CHILD_CHECK(1, exec_find(&f->env, "tool", &found, &e) == 0);
	(void)exec_service(&found, &argv, &f->env, &e);
	_exit(2);
}

static void exec_replaces_the_process(void **state)
{
	assert_int_equal(child_run(exec_tool, *state), 7);
}

static void exec_failing_keeps_the_process_and_says_why(void **state)
{
	const struct fixture *f = *state;
	const char *args[] = {"x", NULL};
	const struct strings argv = {true, 1, args};
	struct exec_path found;
	struct err e = ERR_NONE;

	assert_int_equal(exec_find(&f->env, "orphan", &found, &e), 0);
	assert_int_equal(exec_service(&found, &argv, &f->env, &e), -ENOENT);
	assert_string_equal(e.code, "exec-not-found");
	assert_non_null(strstr(e.text, "no such file or directory"));
	assert_int_equal(exec_find(&f->env, "noise", &found, &e), 0);
	assert_int_equal(exec_service(&found, &argv, &f->env, &e), -ENOEXEC);
	assert_string_equal(e.code, "exec-not-permitted");
	assert_non_null(strstr(e.text, "exec format error"));
}

static void close_descriptors(void *data)
{
	struct err e = ERR_NONE;

	(void)data;
	for (int fd = 3; fd < 20; fd++)
		CHILD_CHECK(1, dup2(0, fd) == fd);
	CHILD_CHECK(3, exec_fds_close(2, 9, &e) == 0);
	for (int fd = 0; fd < 20; fd++) {
		int flags = fcntl(fd, F_GETFD);

		CHILD_CHECK(10 + fd, flags == (fd < 5 ? 0 : fd == 9 ? FD_CLOEXEC : -1));
	}
	CHILD_CHECK(4, exec_fds_close(0, -1, &e) == 0);
	CHILD_CHECK(5, fcntl(3, F_GETFD) < 0 && fcntl(9, F_GETFD) < 0);
}

static void exec_keeps_no_descriptor_but_those_to_preserve(void **state)
{
	(void)state;
	assert_int_equal(child_run(close_descriptors, NULL), 0);
}

static void reset_signals(void *data)
{
	struct sigaction now;
	struct err e = ERR_NONE;
	sigset_t mask;

	(void)data;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGTERM);
	CHILD_CHECK(1, sigprocmask(SIG_SETMASK, &mask, NULL) == 0);
	CHILD_CHECK(2, exec_signals_reset(&e) == 0);
	CHILD_CHECK(3, sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
	CHILD_CHECK(4, sigprocmask(SIG_SETMASK, NULL, &mask) == 0 && sigismember(&mask, SIGTERM) == 0);
}

static void exec_gives_no_signal_setting_of_the_caller_away(void **state)
{
	(void)state;
	assert_int_equal(child_run(reset_signals, NULL), 0);
}

static void give_stdio(void *data)
{
	const struct fixture *f = data;
	struct err e = ERR_NONE;
	struct stat pipe_end, file;
	int ends[2], plain = open(fixture_path(f, "one/plain"), O_WRONLY | O_CLOEXEC);

	CHILD_CHECK(1, plain >= 0 && pipe2(ends, O_CLOEXEC) == 0);
	CHILD_CHECK(2, dup2(ends[1], 1) == 1 && dup2(plain, 2) == 2);
	CHILD_CHECK(3, exec_stdio_give(1000, &e) == 0);
	CHILD_CHECK(4, fstat(1, &pipe_end) == 0 && pipe_end.st_uid == 1000);
	CHILD_CHECK(5, fstat(2, &file) == 0 && file.st_uid == 0);
}

static void exec_gives_pipes_and_not_files_to_the_user(void **state)
{
	if (geteuid() != 0) {
		print_message("needs to run as root\n");
		skip();
	}
	assert_int_equal(child_run(give_stdio, *state), 0);
}

static void renew_null(void *data)
{
	const struct fixture *f = data;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), plain = open(fixture_path(f, "one/plain"), O_WRONLY);
	struct err e = ERR_NONE;
	struct stat file;

	CHILD_CHECK(1, dup2(null, 1) == 1 && dup2(plain, 2) == 2);
	CHILD_CHECK(2, write(1, "x", 1) < 0);
	CHILD_CHECK(3, exec_null_renew(&e) == 0);
	CHILD_CHECK(4, write(1, "x", 1) == 1);
	CHILD_CHECK(5, fstat(2, &file) == 0 && S_ISREG(file.st_mode));
}

static void exec_has_null_devices_opened_for_writing_too(void **state)
{
	assert_int_equal(child_run(renew_null, *state), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_finds_the_first_in_path),
		cmocka_unit_test(exec_says_in_the_engines_words_what_it_did_not_find),
		cmocka_unit_test(exec_never_finds_the_running_program),
		cmocka_unit_test(exec_takes_an_empty_part_of_path_for_the_working_directory),
		cmocka_unit_test(exec_does_not_find_what_is_in_a_closed_directory),
		cmocka_unit_test(exec_has_a_path_where_the_environment_has_none),
		cmocka_unit_test(exec_replaces_the_process),
		cmocka_unit_test(exec_failing_keeps_the_process_and_says_why),
		cmocka_unit_test(exec_keeps_no_descriptor_but_those_to_preserve),
		cmocka_unit_test(exec_gives_no_signal_setting_of_the_caller_away),
		cmocka_unit_test(exec_gives_pipes_and_not_files_to_the_user),
		cmocka_unit_test(exec_has_null_devices_opened_for_writing_too),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
