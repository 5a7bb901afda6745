/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/vmm/sandbox.h"

#include "tests/unit/seccomp_child.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/mman.h>

/* The exit code is the call's errno, as in child_run(). */
static int outcome_in(int (*enter)(struct err *e), const struct child_call *call)
{
	struct err e = ERR_NONE;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return child_wait(pid);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || enter(&e) < 0)
		child_leave(CHILD_UNFILTERED);
	child_leave(child_make_call(call) < 0 ? errno : 0);
	return -1;
}

/* What would lead out of the VMM: each kills, in either thread, and before there are threads. */
static void nothing_opens_executes_connects_or_looks_around(void **state)
{
	static const struct child_call calls[] = {
		{SYS_open, {0}},
		{SYS_openat, {(unsigned long)AT_FDCWD}},
		{SYS_openat2, {0}},
		{SYS_execve, {0}},
		{SYS_execveat, {0}},
		{SYS_fork, {0}},
		{SYS_socket, {0}},
		{SYS_connect, {0}},
		{SYS_ptrace, {0}},
		{SYS_process_vm_readv, {0}},
		{SYS_mount, {0}},
		{SYS_unshare, {0}},
		{SYS_setns, {0}},
		{SYS_kill, {0}},
		{SYS_prctl, {0}},
		{SYS_io_uring_setup, {0}},
		{SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1UL, 0}},
		{SYS_mprotect, {0, 4096, PROT_EXEC}},
	};

	(void)state;
	for (size_t i = 0; i < CHILD_LENGTH(calls); i++) {
		assert_int_equal(outcome_in(sandbox_enter_loading, &calls[i]), CHILD_KILLED);
		assert_int_equal(outcome_in(sandbox_enter_io, &calls[i]), CHILD_KILLED);
		assert_int_equal(outcome_in(sandbox_enter_vcpu, &calls[i]), CHILD_KILLED);
	}
}

/* What is for loading alone. */
static void a_guest_that_runs_starts_no_thread_and_makes_no_machine(void **state)
{
	static const struct child_call calls[] = {
		{SYS_clone, {0}},
		{SYS_clone3, {0}},
		{SYS_seccomp, {-1UL}},
		{SYS_ioctl, {-1UL, KVM_CREATE_VM}},
		{SYS_ioctl, {-1UL, KVM_SET_SREGS}},
	};

	(void)state;
	for (size_t i = 0; i < CHILD_LENGTH(calls); i++) {
		assert_int_equal(outcome_in(sandbox_enter_io, &calls[i]), CHILD_KILLED);
		assert_int_equal(outcome_in(sandbox_enter_vcpu, &calls[i]), CHILD_KILLED);
	}
}

static void a_vcpu_runs_its_guest_and_raises_interrupts(void **state)
{
	(void)state;
	assert_int_equal(outcome_in(sandbox_enter_vcpu, &(struct child_call){SYS_ioctl, {-1UL, KVM_RUN}}), EBADF);
	assert_int_equal(outcome_in(sandbox_enter_vcpu, &(struct child_call){SYS_write, {-1UL}}), EBADF);
}

static void a_vcpu_does_not_do_the_devices_work(void **state)
{
	static const long calls[] = {SYS_epoll_wait, SYS_accept4, SYS_recvmsg, SYS_sendmsg, SYS_pread64, SYS_fallocate};

	(void)state;
	for (size_t i = 0; i < CHILD_LENGTH(calls); i++)
		assert_int_equal(outcome_in(sandbox_enter_vcpu, &(struct child_call){calls[i], {-1UL}}), CHILD_KILLED);
}

static void the_io_thread_does_the_devices_work_and_runs_no_guest(void **state)
{
	(void)state;
	assert_int_equal(outcome_in(sandbox_enter_io, &(struct child_call){SYS_epoll_wait, {-1UL, 0, 1, 0}}), EBADF);
	assert_int_equal(outcome_in(sandbox_enter_io, &(struct child_call){SYS_preadv, {-1UL}}), EBADF);
	assert_int_equal(outcome_in(sandbox_enter_io, &(struct child_call){SYS_ioctl, {-1UL, KVM_RUN}}), CHILD_KILLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_opens_executes_connects_or_looks_around),
		cmocka_unit_test(a_guest_that_runs_starts_no_thread_and_makes_no_machine),
		cmocka_unit_test(a_vcpu_runs_its_guest_and_raises_interrupts),
		cmocka_unit_test(a_vcpu_does_not_do_the_devices_work),
		cmocka_unit_test(the_io_thread_does_the_devices_work_and_runs_no_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
