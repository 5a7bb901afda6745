/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/apply.h"

#include "seccomp/features.h"
#include "tests/unit/seccomp_child.h"

#include <linux/seccomp.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static void compile_for_getppid(
	enum spec_seccomp_action action, struct opt_bits flags, uint64_t errno_ret, struct seccomp_filter *ret)
{
	struct spec_seccomp_rule rule = {NAMES("getppid"), .action = action, .errno_ret = {errno_ret != 0, errno_ret}};
	const struct spec_seccomp profile = {
		.default_action = SPEC_ACT_ALLOW, .flags = flags, .syscalls_n = 1, .syscalls = &rule};
	struct err e = ERR_NONE;

	if (seccomp_compile(&profile, ret, &e) < 0)
		fail_msg("%s", e.text);
}

/* What seccomp_apply() says to a child that has (not) given up new privileges: its errno, and by *ret its error. */
static int child_apply(const struct seccomp_filter *filter, bool as_nobody, struct err *ret)
{
	int pipe_fds[2], outcome;
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = ERR_NONE;
		int listener;

		if (as_nobody ? syscall(SYS_setresuid, 65534, 65534, 65534) : prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
			child_leave(CHILD_UNFILTERED);
		outcome = -seccomp_apply(filter, &listener, &e);
		child_leave(write(pipe_fds[1], &e, sizeof e) == (ssize_t)sizeof e ? outcome : CHILD_UNFILTERED);
	}
	(void)close(pipe_fds[1]);
	outcome = child_wait(pid);
	assert_int_equal(read(pipe_fds[0], ret, sizeof *ret), sizeof *ret);
	(void)close(pipe_fds[0]);
	return outcome;
}

static void without_privilege_it_says_what_is_needed(void **state)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	(void)state;
	if (geteuid() != 0)
		skip(); /* needs root, to become a user without capabilities and with new privileges to gain */
	compile_for_getppid(SPEC_ACT_ERRNO, (struct opt_bits){0}, 0, &filter);
	assert_int_equal(child_apply(&filter, true, &e), EACCES);
	assert_string_equal(e.code, "seccomp-privilege");
}

static void flags_that_do_not_go_together_are_an_error(void **state)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	(void)state;
	compile_for_getppid(SPEC_ACT_ERRNO, (struct opt_bits){0}, 0, &filter);
	filter.flags = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV; /* every kernel refuses it without NEW_LISTENER */
	assert_int_equal(child_apply(&filter, false, &e), EINVAL);
	assert_string_equal(e.code, "seccomp-refused");
}

static void an_empty_filter_is_refused(void **state)
{
	struct seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(child_apply(&filter, false, &e), EINVAL);
	assert_string_equal(e.code, "seccomp-refused");
}

static void flags_of_the_spec_become_the_kernels(void **state)
{
	const struct opt_bits none = {true, 0}, all = {true, 15};
	own_seccomp_filter absent = {0}, empty = {0}, full = {0};

	(void)state;
	compile_for_getppid(SPEC_ACT_ERRNO, (struct opt_bits){0}, 0, &absent);
	compile_for_getppid(SPEC_ACT_ERRNO, none, 0, &empty);
	compile_for_getppid(SPEC_ACT_ERRNO, all, 0, &full);
	assert_int_equal(absent.flags, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
	assert_int_equal(empty.flags, 0);
	assert_int_equal(full.flags, SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
					     SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW);
}

/* The tracer's side: lets a child run until its filter stops it. Returns what the filter has to say. */
static unsigned long tracer_wait_for_message(pid_t pid)
{
	unsigned long message = 0;
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL), 0);
	assert_int_equal(ptrace(PTRACE_CONT, pid, 0, 0), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status >> 8, SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
	assert_int_equal(ptrace(PTRACE_GETEVENTMSG, pid, 0, &message), 0);
	return message;
}

static void trace_stops_for_a_tracer_with_the_rules_message(void **state)
{
	own_seccomp_filter filter = {0};
	const struct child_call call = {SYS_getppid};
	pid_t pid;

	(void)state;
	compile_for_getppid(SPEC_ACT_TRACE, (struct opt_bits){0}, 4711, &filter);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)ptrace(PTRACE_TRACEME, 0, 0, 0);
		(void)raise(SIGSTOP);
		child_run(&filter, &call);
	}
	assert_int_equal(tracer_wait_for_message(pid), 4711);
	assert_int_equal(ptrace(PTRACE_CONT, pid, 0, 0), 0);
	assert_int_equal(child_wait(pid), 0); /* the tracer let the call through */
}

static void features_are_those_of_the_spec_and_the_kernel(void **state)
{
	struct seccomp_features features = seccomp_features_get();

	(void)state;
	assert_true(features.enabled);
	assert_int_equal(features.actions, (1 << (SPEC_ACT_NOTIFY + 1)) - 1 - (1 << SPEC_ACT_UNSET));
	assert_int_equal(features.operators, (1 << (SPEC_CMP_MASKED_EQ + 1)) - 1 - (1 << SPEC_CMP_UNSET));
	assert_true(features.architectures >> SPEC_ARCH_X86_64 & features.architectures >> SPEC_ARCH_AARCH64 & 1);
	assert_int_equal(features.known_flags, 15);
	assert_int_equal(features.supported_flags & ~features.known_flags, 0);
	assert_true(features.supported_flags >> SPEC_SECCOMP_LOG & 1);
}

/* What the compiler says it can, it can: each architecture by itself, where the byte order allows. */
static void each_architecture_that_features_name_compiles(void **state)
{
	struct seccomp_features features = seccomp_features_get();

	(void)state;
	for (unsigned int i = 0; i < 64; i++) {
		struct spec_seccomp profile = {
			.default_action = SPEC_ACT_ALLOW, .architectures = {true, UINT64_C(1) << i}};
		own_seccomp_filter filter = {0};
		struct err e = ERR_NONE;
		int r = seccomp_compile(&profile, &filter, &e);

		if (features.architectures >> i & 1)
			assert_true(r == 0 || strcmp(e.code, "seccomp-arch-mixed") == 0);
		else
			assert_string_equal(e.code, "seccomp-arch-unsupported");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_privilege_it_says_what_is_needed),
		cmocka_unit_test(flags_that_do_not_go_together_are_an_error),
		cmocka_unit_test(an_empty_filter_is_refused),
		cmocka_unit_test(flags_of_the_spec_become_the_kernels),
		cmocka_unit_test(trace_stops_for_a_tracer_with_the_rules_message),
		cmocka_unit_test(features_are_those_of_the_spec_and_the_kernel),
		cmocka_unit_test(each_architecture_that_features_name_compiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
