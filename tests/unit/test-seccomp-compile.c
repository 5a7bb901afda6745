/* SPDX-License-Identifier: Apache-2.0 */
/* Each profile is loaded into a child, which makes the calls: what counts is what the kernel makes of the program. */
#include "seccomp/compile.h"

#include "tests/unit/seccomp_child.h"

#include <sched.h>

/*
 * copy_file_range(2) looks at its first descriptor first: with 1000 there it fails with EBADF
 * when it is let through, whatever the other five arguments are.
 */
#define PROBE "copy_file_range"
#define PROBED(...)                                                                                                    \
	{                                                                                                              \
		SYS_copy_file_range,                                                                                   \
		{                                                                                                      \
			1000, __VA_ARGS__                                                                              \
		}                                                                                                      \
	}
#define LET_THROUGH  EBADF
#define HIGHEST_CALL 9999

struct expectation {
	struct child_call call;
	int outcome;
};

struct policy {
	const char *name;
	struct spec_seccomp profile;
	struct expectation expect[4]; /* up to the first without a number */
};

#define PROBE_DENIED_WHEN(...)                                                                                         \
	{                                                                                                              \
		.default_action = SPEC_ACT_ALLOW, RULES({NAMES(PROBE), .action = SPEC_ACT_ERRNO, ARGS(__VA_ARGS__)})   \
	}

static struct policy policies[] = {
	{"what an allow list does not name fails with the default errno",
		{.default_action = SPEC_ACT_ERRNO, RULES(LEAVING, {NAMES(PROBE), .action = SPEC_ACT_ALLOW})},
		{{PROBED(0), LET_THROUGH}, {{SYS_getppid}, EPERM}}},
	{"the default errno is the profile's",
		{.default_action = SPEC_ACT_ERRNO, .default_errno_ret = {true, EXDEV}, RULES(LEAVING)},
		{{{SYS_getppid}, EXDEV}}},
	{"a rule's errno is the rule's",
		{.default_action = SPEC_ACT_ALLOW,
			RULES({NAMES("getppid"), .action = SPEC_ACT_ERRNO, .errno_ret = {true, ENOTTY}},
				{NAMES("getsid"), .action = SPEC_ACT_ERRNO})},
		{{{SYS_getppid}, ENOTTY}, {{SYS_getsid}, EPERM}, {{SYS_getpid}, 0}}},
	{"KILL_PROCESS kills",
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("getppid"), .action = SPEC_ACT_KILL_PROCESS})},
		{{{SYS_getppid}, CHILD_KILLED}, {{SYS_getpid}, 0}}},
	{"KILL kills a process of one thread",
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("getppid"), .action = SPEC_ACT_KILL})},
		{{{SYS_getppid}, CHILD_KILLED}}},
	{"KILL_THREAD kills a process of one thread",
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("getppid"), .action = SPEC_ACT_KILL_THREAD})},
		{{{SYS_getppid}, CHILD_KILLED}}},
	{"TRAP sends SIGSYS, which can be caught",
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("getppid"), .action = SPEC_ACT_TRAP})},
		{{{SYS_getppid}, CHILD_TRAPPED}}},
	{"TRACE without a tracer fails with ENOSYS",
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("getppid"), .action = SPEC_ACT_TRACE})},
		{{{SYS_getppid}, ENOSYS}}},
	{"LOG lets through",
		{.default_action = SPEC_ACT_ERRNO, RULES(LEAVING, {NAMES("getppid"), .action = SPEC_ACT_LOG})},
		{{{SYS_getppid}, 0}, {{SYS_getpgrp}, EPERM}}},
	{"a default of KILL kills also on what is newer than the profile",
		{.default_action = SPEC_ACT_KILL, RULES(LEAVING)},
		{{{SYS_getppid}, CHILD_KILLED}, {{HIGHEST_CALL}, CHILD_KILLED}}},
	{"EQ compares all 64 bits", PROBE_DENIED_WHEN({1, 0x100000002, 0, SPEC_CMP_EQ}),
		{{PROBED(0x100000002), EPERM}, {PROBED(2), LET_THROUGH}}},
	{"NE is true of every other value", PROBE_DENIED_WHEN({2, 7, 0, SPEC_CMP_NE}),
		{{PROBED(0, 7), LET_THROUGH}, {PROBED(0, 8), EPERM}, {PROBED(0, 0x100000007), EPERM}}},
	{"LT leaves the bound out", PROBE_DENIED_WHEN({3, 5, 0, SPEC_CMP_LT}),
		{{PROBED(0, 0, 4), EPERM}, {PROBED(0, 0, 5), LET_THROUGH}, {PROBED(0, 0, 0x100000000), LET_THROUGH}}},
	{"LE takes the bound in", PROBE_DENIED_WHEN({3, 5, 0, SPEC_CMP_LE}),
		{{PROBED(0, 0, 5), EPERM}, {PROBED(0, 0, 6), LET_THROUGH}}},
	{"GE takes the bound in", PROBE_DENIED_WHEN({4, 5, 0, SPEC_CMP_GE}),
		{{PROBED(0, 0, 0, 5), EPERM}, {PROBED(0, 0, 0, 4), LET_THROUGH}}},
	{"GT leaves the bound out", PROBE_DENIED_WHEN({5, 5, 0, SPEC_CMP_GT}),
		{{PROBED(0, 0, 0, 0, 6), EPERM}, {PROBED(0, 0, 0, 0, 5), LET_THROUGH}}},
	{"MASKED_EQ takes the mask first", PROBE_DENIED_WHEN({1, 0xf0, 0x30, SPEC_CMP_MASKED_EQ}),
		{{PROBED(0x3f), EPERM}, {PROBED(0x4f), LET_THROUGH}}},
	{"conditions on different arguments must all hold",
		PROBE_DENIED_WHEN({1, 1, 0, SPEC_CMP_EQ}, {2, 2, 0, SPEC_CMP_EQ}),
		{{PROBED(1, 2), EPERM}, {PROBED(1, 3), LET_THROUGH}, {PROBED(0, 2), LET_THROUGH}}},
	{"of conditions on the same argument one is enough",
		PROBE_DENIED_WHEN({1, 1, 0, SPEC_CMP_EQ}, {1, 3, 0, SPEC_CMP_EQ}),
		{{PROBED(1), EPERM}, {PROBED(3), EPERM}, {PROBED(2), LET_THROUGH}}},
	{"of two rules for a call one is enough",
		{.default_action = SPEC_ACT_ALLOW,
			RULES({NAMES(PROBE), .action = SPEC_ACT_ERRNO, ARGS({1, 1, 0, SPEC_CMP_EQ})},
				{NAMES(PROBE), .action = SPEC_ACT_ERRNO, .errno_ret = {true, EXDEV},
					ARGS({1, 3, 0, SPEC_CMP_EQ})})},
		{{PROBED(1), EPERM}, {PROBED(3), EXDEV}, {PROBED(2), LET_THROUGH}}},
	{"a rule without conditions wins over one with",
		{.default_action = SPEC_ACT_ERRNO,
			RULES(LEAVING, {NAMES(PROBE), .action = SPEC_ACT_KILL, ARGS({1, 1, 0, SPEC_CMP_EQ})},
				{NAMES(PROBE), .action = SPEC_ACT_ALLOW})},
		{{PROBED(1), LET_THROUGH}, {PROBED(2), LET_THROUGH}}},
	{"a rule with the default's action changes nothing",
		{.default_action = SPEC_ACT_ERRNO,
			RULES(LEAVING, {NAMES("getppid"), .action = SPEC_ACT_ERRNO, .errno_ret = {true, EPERM}})},
		{{{SYS_getppid}, EPERM}}},
	{"an unknown name is left out",
		{.default_action = SPEC_ACT_ERRNO,
			RULES(LEAVING, {NAMES("frobnicate", "getppid"), .action = SPEC_ACT_ALLOW})},
		{{{SYS_getppid}, 0}, {{SYS_getpgrp}, EPERM}}},
	{"a name of another architecture is left out",
		{.default_action = SPEC_ACT_ERRNO,
			RULES(LEAVING,
				{NAMES("s390_runtime_instr", "breakpoint", "getppid"), .action = SPEC_ACT_ALLOW})},
		{{{SYS_getppid}, 0}, {{SYS_getpgrp}, EPERM}}},
	{"a call newer than the profile fails with ENOSYS",
		{.default_action = SPEC_ACT_ERRNO,
			RULES(LEAVING, {NAMES("close_range"), .action = SPEC_ACT_ALLOW, ARGS({0, 5, 0, SPEC_CMP_EQ})})},
		{{{SYS_close_range + 1}, ENOSYS}, {{HIGHEST_CALL}, ENOSYS}, {{SYS_close_range}, EPERM},
			{{SYS_getppid}, EPERM}}},
	{"a profile without rules is its default", {.default_action = SPEC_ACT_ALLOW, .flags = {.set = true}},
		{{{SYS_getppid}, 0}, {{SYS_getpid}, 0}}},
	{"all flags together are taken",
		{.default_action = SPEC_ACT_ALLOW,
			.flags = {true, 1 << SPEC_SECCOMP_TSYNC | 1 << SPEC_SECCOMP_LOG | 1 << SPEC_SECCOMP_SPEC_ALLOW |
						1 << SPEC_SECCOMP_WAIT_KILLABLE_RECV},
			RULES({NAMES("getppid"), .action = SPEC_ACT_ERRNO})},
		{{{SYS_getppid}, EPERM}, {{SYS_getpid}, 0}}},
	{"many rules make a filter that is as right as few",
		{.default_action = SPEC_ACT_ERRNO,
			RULES(LEAVING, {NAMES("read", "write"), .action = SPEC_ACT_ALLOW},
				{NAMES("open", "close"), .action = SPEC_ACT_ALLOW},
				{NAMES("stat", "fstat"), .action = SPEC_ACT_ALLOW},
				{NAMES("mmap", "munmap"), .action = SPEC_ACT_ALLOW},
				{NAMES("poll", "lseek"), .action = SPEC_ACT_ALLOW},
				{NAMES("brk", "ioctl"), .action = SPEC_ACT_ALLOW},
				{NAMES("pipe", "select"), .action = SPEC_ACT_ALLOW},
				{NAMES("dup", "dup2"), .action = SPEC_ACT_ALLOW},
				{NAMES("getppid"), .action = SPEC_ACT_KILL_PROCESS},
				{NAMES(PROBE), .action = SPEC_ACT_ALLOW, ARGS({1, 1, 0, SPEC_CMP_GT})})},
		{{PROBED(2), LET_THROUGH}, {PROBED(1), EPERM}, {{SYS_getppid}, CHILD_KILLED}, {{SYS_getpgrp}, EPERM}}},
};

static void policy_holds(void **state)
{
	const struct policy *policy = *state;

	for (size_t i = 0;
		i < CHILD_LENGTH(policy->expect) && policy->expect[i].outcome + policy->expect[i].call.number; i++)
		assert_int_equal(
			child_outcome_of_profile(&policy->profile, &policy->expect[i].call), policy->expect[i].outcome);
}

struct refusal {
	const char *name;
	struct spec_seccomp profile;
	const char *code, *pointer;
};

static struct refusal refusals[] = {
	{"a missing default action is an error", {0}, "seccomp-action-missing", "/linux/seccomp/defaultAction"},
	{"a default of NOTIFY is an error", {.default_action = SPEC_ACT_NOTIFY}, "seccomp-notify-default",
		"/linux/seccomp/defaultAction"},
	{"a missing action is an error", {.default_action = SPEC_ACT_ALLOW, RULES(LEAVING, {NAMES("read")})},
		"seccomp-action-missing", "/linux/seccomp/syscalls/1"},
	{"an errno for an action that has none is an error",
		{.default_action = SPEC_ACT_ALLOW, .default_errno_ret = {true, 1}}, "seccomp-errno-unused",
		"/linux/seccomp/defaultAction"},
	{"an errno that no call can return is an error",
		{.default_action = SPEC_ACT_ALLOW,
			RULES({NAMES("read"), .action = SPEC_ACT_ERRNO, .errno_ret = {true, 4096}})},
		"seccomp-errno-range", "/linux/seccomp/syscalls/0"},
	{"a seventh argument is an error", PROBE_DENIED_WHEN({1, 1, 0, SPEC_CMP_EQ}, {6, 1, 0, SPEC_CMP_EQ}),
		"seccomp-arg-index", "/linux/seccomp/syscalls/0/args/1"},
	{"a missing operator is an error", PROBE_DENIED_WHEN({1, 1, 0, SPEC_CMP_UNSET}), "seccomp-operator-missing",
		"/linux/seccomp/syscalls/0/args/0"},
	{"an architecture that libseccomp lacks is an error",
		{.default_action = SPEC_ACT_ALLOW, .architectures = {true, UINT64_C(1) << 63}},
		"seccomp-arch-unsupported", "/linux/seccomp/architectures"},
	{"architectures of two byte orders are an error",
		{.default_action = SPEC_ACT_ALLOW,
			.architectures = {true, 1 << SPEC_ARCH_MIPS | 1 << SPEC_ARCH_MIPSEL}},
		"seccomp-arch-mixed", "/linux/seccomp/architectures"},
	{"the same conditions with two actions are an error",
		{.default_action = SPEC_ACT_ALLOW,
			RULES({NAMES(PROBE), .action = SPEC_ACT_ERRNO, ARGS({1, 1, 0, SPEC_CMP_EQ})},
				{NAMES("read", PROBE), .action = SPEC_ACT_LOG, ARGS({1, 1, 0, SPEC_CMP_EQ})})},
		"seccomp-rule-conflict", "/linux/seccomp/syscalls/1/names/1"},
	{"NOTIFY of write is an error",
		{.default_action = SPEC_ACT_ALLOW,
			.listener_path = "/run/agent",
			RULES({NAMES("read", "write"), .action = SPEC_ACT_NOTIFY})},
		"seccomp-notify-write", "/linux/seccomp/syscalls/0/names/1"},
	{"NOTIFY without a socket to send to is an error",
		{.default_action = SPEC_ACT_ALLOW, RULES({NAMES("read"), .action = SPEC_ACT_NOTIFY})},
		"seccomp-listener-missing", "/linux/seccomp/listenerPath"},
};

static void refusal_names_the_fault(void **state)
{
	const struct refusal *refusal = *state;
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	assert_true(seccomp_compile(&refusal->profile, &filter, &e) < 0);
	assert_string_equal(e.code, refusal->code);
	assert_string_equal(e.pointer, refusal->pointer);
	assert_true(e.text[0]);
	assert_null(filter.program);
}

static void filter_too_large_for_the_kernel_is_refused(void **state)
{
	enum { CONDITIONS = 2000 };
	struct spec_seccomp_arg args[CONDITIONS];
	struct spec_seccomp profile = {.default_action = SPEC_ACT_ALLOW,
		RULES({NAMES(PROBE), .action = SPEC_ACT_ERRNO, .args_n = CONDITIONS, .args = args})};
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	(void)state;
	for (unsigned int i = 0; i < CONDITIONS; i++)
		args[i] = (struct spec_seccomp_arg){1, (uint64_t)i << 32 | i, 0, SPEC_CMP_EQ};
	assert_int_equal(seccomp_compile(&profile, &filter, &e), -E2BIG);
	assert_string_equal(e.code, "seccomp-too-large");
}

static int call_of_thread(void *number)
{
	return (int)syscall(*(const long *)number);
}

/* A second thread, without pthreads, whose death the first survives: then the child exits with 42. */
static void child_lose_thread(const struct seccomp_filter *filter)
{
	static char stack[64 * 1024] __attribute__((aligned(16)));
	static volatile int alive = 1;
	long number = SYS_getppid;
	struct err e = ERR_NONE;
	int listener;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_apply(filter, &listener, &e) < 0)
		child_leave(CHILD_UNFILTERED);
	(void)clone(call_of_thread, stack + sizeof stack,
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID,
		&number, NULL, NULL, &alive);
	while (alive)
		(void)usleep(100);
	child_leave(42);
}

static int outcome_for_process_of_two_threads(enum spec_seccomp_action action)
{
	struct spec_seccomp profile = {.default_action = SPEC_ACT_ALLOW, RULES({NAMES("getppid"), .action = action})};
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;
	pid_t pid;

	assert_int_equal(seccomp_compile(&profile, &filter, &e), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child_lose_thread(&filter);
	return child_wait(pid);
}

static void kill_thread_leaves_the_other_threads(void **state)
{
	(void)state;
	assert_int_equal(outcome_for_process_of_two_threads(SPEC_ACT_KILL_THREAD), 42);
	assert_int_equal(outcome_for_process_of_two_threads(SPEC_ACT_KILL), 42);
	assert_int_equal(outcome_for_process_of_two_threads(SPEC_ACT_KILL_PROCESS), CHILD_KILLED);
}

#define TABLE_TESTS(table, function)                                                                                   \
	for (size_t i = 0; i < CHILD_LENGTH(table); i++)                                                               \
		tests[n++] = (struct CMUnitTest)                                                                       \
		{                                                                                                      \
			(table)[i].name, function, NULL, NULL, &(table)[i]                                             \
		}

int main(void)
{
	struct CMUnitTest tests[CHILD_LENGTH(policies) + CHILD_LENGTH(refusals) + 2];
	size_t n = 0;

	TABLE_TESTS(policies, policy_holds);
	TABLE_TESTS(refusals, refusal_names_the_fault);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(filter_too_large_for_the_kernel_is_refused);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(kill_thread_leaves_the_other_threads);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
