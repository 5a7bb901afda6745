/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/default.h"

#include "tests/unit/seccomp_child.h"

#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/socket.h>

#define CAP(n) (UINT64_C(1) << (n))

/* Calls that change nothing even where this test is run by root; a NULL path is EFAULT once it is let through. */
static const struct {
	const char *what;
	struct child_call call;
	uint64_t capabilities;
	int outcome;
} defaults[] = {
	{"ordinary calls", {SYS_getppid}, 0, 0},
	{"asking for the execution domain", {SYS_personality, {0xffffffff}}, 0, 0},
	{"switching off address randomisation", {SYS_personality, {ADDR_NO_RANDOMIZE}}, 0, EPERM},
	{"a socket of the host itself", {SYS_socket, {AF_UNIX, SOCK_STREAM}}, 0, 0},
	{"a socket to the hypervisor", {SYS_socket, {AF_VSOCK, SOCK_STREAM}}, 0, EPERM},
	{"a socket to kernel crypto", {SYS_socket, {AF_ALG, SOCK_SEQPACKET}}, 0, EPERM},
	{"a family hidden above 32 bits", {SYS_socket, {0x100000000 | AF_VSOCK, SOCK_STREAM}}, 0, EPERM},
	{"unsharing no namespace", {SYS_unshare, {CLONE_FS}}, 0, 0},
	{"a user namespace", {SYS_unshare, {CLONE_NEWUSER}}, 0, EPERM},
	{"a time namespace", {SYS_unshare, {CLONE_NEWTIME}}, 0, EPERM},
	{"a clone into a user namespace", {SYS_clone, {CLONE_NEWUSER | SIGCHLD}}, 0, EPERM},
	{"a clone into a network namespace", {SYS_clone, {CLONE_NEWNET | CLONE_NEWPID}}, 0, EPERM},
	{"clone3, whose flags cannot be seen", {SYS_clone3, {0, 0}}, 0, ENOSYS},
	{"clone3 for an administrator", {SYS_clone3, {0, 0}}, CAP(CAP_SYS_ADMIN), EINVAL},
	{"mount", {SYS_mount, {0, 0, 0, 0, 0}}, 0, EPERM},
	{"mount for an administrator", {SYS_mount, {0, 0, 0, 0, 0}}, CAP(CAP_SYS_ADMIN), EFAULT},
	{"chroot", {SYS_chroot, {0}}, 0, EPERM},
	{"chroot for who may", {SYS_chroot, {0}}, CAP(CAP_SYS_CHROOT), EFAULT},
	{"comparing processes", {SYS_kcmp, {0, 0, 99}}, 0, EPERM},
	{"comparing processes for who may trace", {SYS_kcmp, {0, 0, 99}}, CAP(CAP_SYS_PTRACE), ESRCH},
	{"another's capability", {SYS_chroot, {0}}, ~CAP(CAP_SYS_CHROOT), EPERM},
	{"keyrings, even for the mightiest", {SYS_keyctl, {999}}, UINT64_MAX, EPERM},
	{"I/O that no filter can see", {SYS_io_uring_setup, {0, 0}}, UINT64_MAX, ENOSYS},
	{"a call that Linux never had", {9999}, UINT64_MAX, ENOSYS},
};

static struct spec_seccomp *default_for(struct arena *a, uint64_t capabilities)
{
	struct opt_bits held = {true, capabilities};
	struct spec_seccomp *profile = NULL;
	struct err e = ERR_NONE;

	assert_int_equal(seccomp_default_profile(a, &held, &profile, &e), 0);
	return profile;
}

static void default_profile_refuses_and_allows_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < CHILD_LENGTH(defaults); i++) {
		own_arena a = {0};
		struct spec_seccomp *profile = default_for(&a, defaults[i].capabilities);
		int outcome = child_outcome_of_profile(profile, &defaults[i].call);

		if (outcome != defaults[i].outcome)
			fail_msg("%s: %d, not %d", defaults[i].what, outcome, defaults[i].outcome);
	}
}

static void without_a_capability_set_none_is_held(void **state)
{
	own_arena a = {0};
	struct opt_bits unset = {false, UINT64_MAX};
	struct spec_seccomp *profile = NULL;
	struct err e = ERR_NONE;

	(void)state;
	assert_int_equal(seccomp_default_profile(&a, &unset, &profile, &e), 0);
	assert_int_equal(child_outcome_of_profile(profile, &(struct child_call){SYS_chroot, {0}}), EPERM);
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* A second rule for a call would be dead, or make the first so. Conditions may share a call. */
static void no_call_is_in_two_groups(void **state)
{
	own_arena a = {0};
	const char *names[1024];
	size_t n = 0;
	struct spec_seccomp *profile = default_for(&a, UINT64_MAX);

	(void)state;
	for (size_t i = 0; i < profile->syscalls_n; i++)
		for (size_t k = 0; profile->syscalls[i].args_n == 0 && k < profile->syscalls[i].names.n; k++)
			names[n++] = profile->syscalls[i].names.items[k];
	assert_in_range(n, 300, CHILD_LENGTH(names));
	qsort(names, n, sizeof names[0], compare_names);
	for (size_t i = 1; i < n; i++)
		assert_string_not_equal(names[i - 1], names[i]);
}

static void names_end_as_an_argv_does(void **state)
{
	own_arena a = {0};
	struct spec_seccomp *profile = default_for(&a, 0);

	(void)state;
	for (size_t i = 0; i < profile->syscalls_n; i++)
		assert_null(profile->syscalls[i].names.items[profile->syscalls[i].names.n]);
}

static void a_shell_runs_under_the_default_profile(void **state)
{
	own_arena a = {0};
	own_seccomp_filter filter = {0};
	struct err e = ERR_NONE;
	unsigned long script[] = {(unsigned long)"sh", (unsigned long)"-c",
		(unsigned long)"read line < /proc/self/stat && ls / | wc -l > /dev/null && exit 7", 0};
	struct child_call run = {SYS_execve, {(unsigned long)"/bin/sh", (unsigned long)script, 0}};

	(void)state;
	assert_int_equal(seccomp_compile(default_for(&a, 0), &filter, &e), 0);
	assert_int_equal(child_outcome(&filter, &run), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_profile_refuses_and_allows_as_it_says),
		cmocka_unit_test(without_a_capability_set_none_is_held),
		cmocka_unit_test(no_call_is_in_two_groups),
		cmocka_unit_test(names_end_as_an_argv_does),
		cmocka_unit_test(a_shell_runs_under_the_default_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
