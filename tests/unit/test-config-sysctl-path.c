/* SPDX-License-Identifier: Apache-2.0 */
#include "config/sysctl_path.h"

#include "tests/unit/unit.h"

#include <errno.h>

static void sysctl_keys_name_files(void **state)
{
	static const struct {
		const char *key, *path; /* NULL: refused */
	} cases[] = {
		{"net.ipv4.ip_forward", "sys/net/ipv4/ip_forward"},
		{"net/ipv4/ip_forward", "sys/net/ipv4/ip_forward"},
		{"net.ipv4.conf.eth0/1.forwarding", "sys/net/ipv4/conf/eth0.1/forwarding"},
		{"net/ipv4/conf/eth0.1/forwarding", "sys/net/ipv4/conf/eth0.1/forwarding"},
		{"", NULL},
		{"kernel", NULL},
		{".", NULL},
		{"/", NULL},
		{"net..ipv4", NULL},
		{"net.ipv4.", NULL},
		{".net.ipv4", NULL},
		{"/net/ipv4", NULL},
		{"net/../kernel/core_pattern", NULL},
		{"net/./ipv4", NULL},
		{"net.//.kernel", NULL},
		{"../sysrq-trigger", NULL},
		{"net.ipv4 .x", NULL},
		{"net.ipv4\n.x", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sysctl_path path = {"untouched"};
		struct err e = ERR_NONE;

		assert_int_equal(sysctl_path(cases[i].key, &path, &e), cases[i].path ? 0 : -EINVAL);
		assert_string_equal(path.text, cases[i].path ? cases[i].path : "untouched");
	}
}

static void sysctl_belongs_to_a_namespace_or_to_the_host(void **state)
{
	static const struct {
		const char *key;
		enum spec_namespace_type namespace;
	} cases[] = {
		{"net.core.somaxconn", SPEC_NS_NETWORK},
		{"fs.mqueue.msg_max", SPEC_NS_IPC},
		{"kernel/shmmax", SPEC_NS_IPC},
		{"kernel.shmmaximum", SPEC_NS_COUNT},
		{"kernel.hostname", SPEC_NS_UTS},
		{"kernel.ns_last_pid", SPEC_NS_PID},
		{"user.max_net_namespaces", SPEC_NS_USER},
		{"user/max_net_namespaces", SPEC_NS_USER},
		{"kernel.core_pattern", SPEC_NS_COUNT},
		{"network.x", SPEC_NS_COUNT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sysctl_path path;
		struct err e = ERR_NONE;

		assert_int_equal(sysctl_path(cases[i].key, &path, &e), 0);
		assert_int_equal(sysctl_namespace(&path), cases[i].namespace);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sysctl_keys_name_files),
		cmocka_unit_test(sysctl_belongs_to_a_namespace_or_to_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
