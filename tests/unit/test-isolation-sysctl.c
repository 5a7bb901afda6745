/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/sysctl.h"

#include "base/fd.h"
#include "config/spec_linux.h"
#include "runtime/isolation/procfs.h"
#include "tests/unit/child.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#define OWN(namespace) (UINT64_C(1) << (namespace))

static void sysctl_of_the_host_is_refused(void **state)
{
	static const struct {
		const char *key;
		uint64_t own;
		const char *code, *pointer; /* NULL: accepted */
	} cases[] = {
		{"net.core.somaxconn", OWN(SPEC_NS_NETWORK), NULL, NULL},
		{"net.core.somaxconn", ~OWN(SPEC_NS_NETWORK), "sysctl-of-host", "/linux/sysctl/net.core.somaxconn"},
		{"net/core/somaxconn", 0, "sysctl-of-host", "/linux/sysctl/net~1core~1somaxconn"},
		{"kernel.shmmax", OWN(SPEC_NS_IPC), NULL, NULL},
		{"kernel.shmmax", OWN(SPEC_NS_UTS), "sysctl-of-host", "/linux/sysctl/kernel.shmmax"},
		{"kernel.shmmaximum", UINT64_MAX, "sysctl-not-namespaced", "/linux/sysctl/kernel.shmmaximum"},
		{"fs.mqueue.msg_max", OWN(SPEC_NS_IPC), NULL, NULL},
		{"kernel.domainname", OWN(SPEC_NS_UTS), NULL, NULL},
		{"user.max_net_namespaces", OWN(SPEC_NS_USER), NULL, NULL},
		{"kernel.core_pattern", UINT64_MAX, "sysctl-not-namespaced", "/linux/sysctl/kernel.core_pattern"},
		{"vm.overcommit_memory", UINT64_MAX, "sysctl-not-namespaced", "/linux/sysctl/vm.overcommit_memory"},
		{"net/../vm/x~y", UINT64_MAX, "sysctl-invalid", "/linux/sysctl/net~1..~1vm~1x~0y"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct string_pair parameter = {cases[i].key, "1"};
		const struct string_map map = {true, 1, &parameter};
		struct err e = ERR_NONE;

		assert_int_equal(sysctl_check(&map, cases[i].own, &e), cases[i].code ? -EINVAL : 0);
		assert_string_equal(e.code, cases[i].code ? cases[i].code : "");
		assert_string_equal(e.pointer, cases[i].pointer ? cases[i].pointer : "");
	}
}

static void apply(void *data)
{
	struct string_pair parameters[] = {{"net.ipv4.ip_forward", "1"}, {"kernel/domainname", "cloche.test"}};
	struct string_pair missing = {"net.no.such", "1"}, refused = {"net.ipv4.ip_forward", "many"};
	const struct string_map map = {true, 2, parameters}, unknown = {true, 1, &missing}, wrong = {true, 1, &refused};
	own_text forward = {0}, domain = {0};
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(77, unshare(CLONE_NEWNET | CLONE_NEWUTS) == 0);
	CHILD_CHECK(1, sysctl_apply(&map, &e) == 0);
	CHILD_CHECK(2, file_read(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", 64, &forward, &e) == 0);
	CHILD_CHECK(3, strcmp(text_string(&forward), "1\n") == 0);
	CHILD_CHECK(4, file_read(AT_FDCWD, "/proc/sys/kernel/domainname", 64, &domain, &e) == 0);
	CHILD_CHECK(5, strcmp(text_string(&domain), "cloche.test\n") == 0);
	CHILD_CHECK(6, sysctl_apply(&unknown, &e) == -ENOENT && strcmp(e.pointer, "/linux/sysctl/net.no.such") == 0);
	CHILD_CHECK(7, sysctl_apply(&wrong, &e) == -EINVAL);
	CHILD_CHECK(8, strcmp(e.text, "write 'many' to '/proc/sys/net/ipv4/ip_forward': Invalid argument") == 0);
}

/* Runs where namespaces can be made. */
static void run_privileged(void (*body)(void *))
{
	int result = child_run(body, NULL);

	if (result == 77) {
		print_message("needs to make namespaces\n");
		skip();
	}
	assert_int_equal(result, 0);
}

static void sysctl_is_written_in_the_namespaces_of_the_process(void **state)
{
	(void)state;
	run_privileged(apply);
}

static void cover_a_part(void *data)
{
	struct string_pair parameter = {"net.ipv4.ip_forward", "1"};
	const struct string_map map = {true, 1, &parameter};
	struct err e = ERR_NONE;
	int proc;

	(void)data;
	CHILD_CHECK(77, unshare(CLONE_NEWNS | CLONE_NEWNET) == 0);
	CHILD_CHECK(77, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHILD_CHECK(1, mount("tmpfs", "/proc/sys/net", "tmpfs", 0, NULL) == 0);
	proc = procfs_open(&e);
	CHILD_CHECK(2, proc >= 0);
	CHILD_CHECK(3, procfs_write(proc, "sys/net/ipv4/ip_forward", "1", &e) == -EXDEV);
	CHILD_CHECK(4, strcmp(e.code, "procfs-covered") == 0);
	CHILD_CHECK(5, procfs_write(proc, "../etc/passwd", "1", &e) < 0);
	CHILD_CHECK(6, procfs_write(proc, "self/root/tmp/x", "1", &e) < 0);
	CHILD_CHECK(7, sysctl_apply(&map, &e) == 0);
}

static void sysctl_is_not_written_to_what_covers_procfs(void **state)
{
	(void)state;
	run_privileged(cover_a_part);
}

static void cover_the_whole(void *data)
{
	struct err e = ERR_NONE;

	(void)data;
	CHILD_CHECK(77, unshare(CLONE_NEWNS) == 0);
	CHILD_CHECK(77, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	CHILD_CHECK(1, mount("tmpfs", "/proc", "tmpfs", 0, NULL) == 0);
	CHILD_CHECK(2, procfs_open(&e) == -ENOTSUP && strcmp(e.code, "procfs-missing") == 0);
}

static void procfs_is_told_from_what_stands_in_its_place(void **state)
{
	(void)state;
	run_privileged(cover_the_whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sysctl_of_the_host_is_refused),
		cmocka_unit_test(sysctl_is_written_in_the_namespaces_of_the_process),
		cmocka_unit_test(sysctl_is_not_written_to_what_covers_procfs),
		cmocka_unit_test(procfs_is_told_from_what_stands_in_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
