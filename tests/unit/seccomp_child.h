/* SPDX-License-Identifier: Apache-2.0 */
/* A child that puts itself under a filter, makes one system call, and what became of it. */
#pragma once

#include "seccomp/apply.h"
#include "seccomp/compile.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_LENGTH(table) (sizeof(table) / sizeof(table)[0])

/* Builders of spec data. */
#define NAMES(...) .names = {true, CHILD_LENGTH(((const char *[]){__VA_ARGS__})), (const char *[]){__VA_ARGS__, NULL}}
#define ARGS(...)                                                                                                      \
	.args_n = CHILD_LENGTH(((struct spec_seccomp_arg[]){__VA_ARGS__})), .args = (struct spec_seccomp_arg[])        \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
#define RULES(...)                                                                                                     \
	.syscalls_n = CHILD_LENGTH(((struct spec_seccomp_rule[]){__VA_ARGS__})),                                       \
	.syscalls = (struct spec_seccomp_rule[])                                                                       \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
#define LEAVING                                                                                                        \
	{                                                                                                              \
		NAMES("exit_group", "exit", "rt_sigreturn"), .action = SPEC_ACT_ALLOW                                  \
	}

struct child_call {
	long number;
	unsigned long args[6];
};

/* What a child tells by its exit code; otherwise its signal + 128, as a shell says it. */
enum { CHILD_TRAPPED = 99, CHILD_UNFILTERED = 98, CHILD_KILLED = 128 + SIGSYS };

/* Not _exit(3): a sanitizer makes calls of its own there, which the filter may refuse. */
static inline void child_leave(int code)
{
	(void)syscall(SYS_exit_group, code);
	__builtin_unreachable();
}

static inline void child_note_trap(int signo)
{
	(void)signo;
	child_leave(CHILD_TRAPPED);
}

static inline long child_make_call(const struct child_call *call)
{
	const unsigned long *a = call->args;

	return syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* Never returns: the exit code is the call's errno, 0 where it succeeded. */
static inline void child_run(const struct seccomp_filter *filter, const struct child_call *call)
{
	struct err e = ERR_NONE;
	int listener;

	(void)signal(SIGSYS, child_note_trap); /* a kill does not ask for handlers */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_apply(filter, &listener, &e) < 0)
		child_leave(CHILD_UNFILTERED);
	child_leave(child_make_call(call) < 0 ? errno : 0);
}

static inline int child_wait(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static inline int child_outcome(const struct seccomp_filter *filter, const struct child_call *call)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		child_run(filter, call);
	return child_wait(pid);
}

/* The outcome of a call under a profile that has to compile. */
static inline int child_outcome_of_profile(const struct spec_seccomp *profile, const struct child_call *call)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	if (seccomp_compile(profile, &filter, &e) < 0)
		fail_msg("%s: %s", e.pointer, e.text);
	return child_outcome(&filter, call);
}
