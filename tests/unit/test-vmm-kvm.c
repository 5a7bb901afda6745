/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with the host's KVM is said; what is right is tried by tests/kvm. */
#include "microvm/vmm/kvm.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void what_is_not_kvm_is_refused_and_closed(void **state)
{
	const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct kvm kvm = {.system = -1, .vm = -1};
	struct err e = ERR_NONE;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(kvm_open(fd, 1, &kvm, &e), -ENOTTY);
	assert_non_null(strstr(e.text, "is it /dev/kvm?"));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	kvm_close(&kvm);
}

static void more_vcpus_than_the_host_has_are_refused(void **state)
{
	const int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	struct kvm kvm = {.system = -1, .vm = -1};
	struct err e = ERR_NONE;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(kvm_open(fd, 1 << 20, &kvm, &e), -ENOTSUP);
	assert_string_equal(e.code, "vm-vcpus");
	kvm_close(&kvm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_kvm_is_refused_and_closed),
		cmocka_unit_test(more_vcpus_than_the_host_has_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
