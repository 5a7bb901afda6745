/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/allow.h"

#include "tests/unit/bpf_eval.h"
#include "tests/unit/seccomp_child.h"

#include <linux/audit.h>
#include <sys/mman.h>

static const struct seccomp_allowed rows[] = {
	{SYS_exit_group, "the child's end"},
	{SYS_getpid, "always"},
	{SYS_ioctl, "by its request", .argument = 1, .mask = UINT32_MAX, .value = 0xae80},
	{SYS_ioctl, "by another", .argument = 1, .mask = UINT32_MAX, .value = 0x5413},
	{SYS_mmap, "nothing that can be executed", .argument = 2, .mask = PROT_EXEC, .value = 0},
	{SYS_getppid, "after rows with arguments"},
};

static uint32_t decide(uint32_t arch, int number, uint64_t argument_1, uint64_t argument_2)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;
	const struct seccomp_data data = {.nr = number, .arch = arch, .args = {0, argument_1, argument_2}};

	assert_int_equal(seccomp_allow(rows, sizeof rows / sizeof *rows, &filter, &e), 0);
	return bpf_eval(filter.program, filter.length, &data);
}

static void what_is_listed_is_allowed(void **state)
{
	(void)state;
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_getpid, 0, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_ioctl, 0xae80, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_ioctl, 0x5413, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_mmap, 0, PROT_READ | PROT_WRITE), SECCOMP_RET_ALLOW);
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_getppid, 0, 0), SECCOMP_RET_ALLOW);
}

static void all_else_kills(void **state)
{
	(void)state;
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_open, 0, 0), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_ioctl, 0xae81, 0), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_mmap, 0, PROT_READ | PROT_EXEC), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(decide(AUDIT_ARCH_X86_64, SYS_getpid | 0x40000000, 0, 0), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(decide(AUDIT_ARCH_I386, SYS_getpid, 0, 0), SECCOMP_RET_KILL_PROCESS);
}

static void the_kernel_takes_it_and_does_as_it_says(void **state)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(seccomp_allow(rows, sizeof rows / sizeof *rows, &filter, &e), 0);
	assert_int_equal(child_outcome(&filter, &(struct child_call){SYS_getppid, {0}}), 0);
	assert_int_equal(child_outcome(&filter, &(struct child_call){SYS_ioctl, {-1UL, 0xae80}}), EBADF);
	assert_int_equal(child_outcome(&filter, &(struct child_call){SYS_ioctl, {-1UL, 0xae81}}), CHILD_KILLED);
	assert_int_equal(child_outcome(&filter, &(struct child_call){SYS_getuid, {0}}), CHILD_KILLED);
}

static void too_many_rows_are_refused(void **state)
{
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(seccomp_allow(rows, 1000, &filter, &e), -E2BIG);
	assert_null(filter.program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_listed_is_allowed),
		cmocka_unit_test(all_else_kills),
		cmocka_unit_test(the_kernel_takes_it_and_does_as_it_says),
		cmocka_unit_test(too_many_rows_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
