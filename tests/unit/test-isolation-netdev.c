/* SPDX-License-Identifier: Apache-2.0 */
/* Needs ip(8), network namespaces and veth devices; in a user namespace without root; else skipped. */
#include "runtime/isolation/netdev.h"

#include "base/own.h"
#include "tests/unit/two_namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The device "d0" with addresses, of which one is of the link's scope. */
static struct two *need_device(void **state)
{
	struct two *two = *state;

	if (two->host < 0 || !run("ip link add d0 type veth peer name p0 2>/dev/null"))
		skip();
	assert_true(run("ip addr add 192.0.2.7/24 broadcast 192.0.2.255 dev d0 && "
			"ip addr add 169.254.7.7/16 scope link dev d0 && ip link set d0 up"));
	return two;
}

static int move(
	const struct two *two, const char *name, const char *new_name, struct netdev_moved *moved, struct err *e)
{
	return netdev_move(
		&(struct netdev_move){
			.from = two->host, .to = two->service, .name = name, .new_name = new_name, .up = true},
		moved, e);
}

static void it_arrives_up_with_its_global_addresses(void **state)
{
	const struct two *two = need_device(state);
	struct netdev_moved moved;
	struct err e = ERR_NONE;

	if (move(two, "d0", "eth0", &moved, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(moved.name, "eth0");
	assert_true(moved.was_up);
	assert_true(in_service(two, "ip -o addr show dev eth0 up | grep -q '192.0.2.7/24 brd 192.0.2.255'"));
	assert_false(in_service(two, "ip -o addr show dev eth0 | grep -q 169.254.7.7"));
	assert_false(run("ip link show d0 2>/dev/null"));
}

static void it_keeps_its_name_where_none_is_given(void **state)
{
	const struct two *two = need_device(state);
	struct netdev_moved moved;
	struct err e = ERR_NONE;

	assert_int_equal(move(two, "d0", NULL, &moved, &e), 0);
	assert_string_equal(moved.name, "d0");
}

static void a_name_that_is_taken_is_refused(void **state)
{
	const struct two *two = need_device(state);
	struct netdev_moved moved;
	struct err e = ERR_NONE;

	assert_true(in_service(two, "ip link add eth0 type veth peer name p1"));
	assert_int_equal(move(two, "d0", "eth0", &moved, &e), -EEXIST);
	assert_string_equal(e.code, "device-name-taken");
	assert_true(run("ip -o addr show dev d0 up | grep -q 192.0.2.7"));
}

static void a_pattern_finds_a_free_name(void **state)
{
	const struct two *two = need_device(state);
	struct netdev_moved moved;
	struct err e = ERR_NONE;

	assert_true(in_service(two, "ip link add eth0 index 70 type veth peer name p1"));
	if (move(two, "d0", "eth%d", &moved, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(moved.name, "eth1");
	assert_true(in_service(two, "ip -o addr show dev eth1 up | grep -q 192.0.2.7"));
}

/* With "lo" as number 1 at both sides, and more: the number may be taken there. */
static void a_number_that_is_taken_does_not_matter(void **state)
{
	const struct two *two = need_device(state);
	struct netdev_moved moved;
	struct err e = ERR_NONE;
	char command[80];

	(void)snprintf(
		command, sizeof command, "ip link add other index %u type veth peer name p1", if_nametoindex("d0"));
	assert_true(in_service(two, command));
	if (move(two, "d0", "eth0", &moved, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(in_service(two, "ip -o addr show dev eth0 up | grep -q 192.0.2.7"));
}

static void it_comes_back(void **state)
{
	const struct two *two = need_device(state);
	struct netdev_moved moved, back;
	struct err e = ERR_NONE;

	assert_int_equal(move(two, "d0", "eth0", &moved, &e), 0);
	assert_int_equal(netdev_move(&(struct netdev_move){.from = two->service,
					     .to = two->host,
					     .name = moved.name,
					     .new_name = "d0",
					     .up = moved.was_up},
				 &back, &e),
		0);
	assert_true(run("ip -o addr show dev d0 up | grep -q 192.0.2.7"));
}

static void what_goes_wrong_halfway_is_undone(void **state)
{
	const struct two *two = need_device(state);
	struct netdev_moved moved;
	struct err e = ERR_NONE;

	/* IPv6 cannot be given there: a global address of it fails once the device has arrived */
	if (!run("ip addr add 2001:db8::7/64 dev d0 nodad 2>/dev/null") ||
		!in_service(two, "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"))
		skip();
	assert_true(move(two, "d0", "eth0", &moved, &e) < 0);
	assert_true(run("ip -o addr show dev d0 up | grep -q 192.0.2.7"));
	assert_false(in_service(two, "ip link show eth0 2>/dev/null"));
}

static void a_device_that_is_not_there_is_named(void **state)
{
	const struct two *two = *state;
	struct netdev_moved moved;
	struct err e = ERR_NONE;

	if (two->host < 0)
		skip();
	assert_int_equal(move(two, "nothing0", "eth0", &moved, &e), -ENODEV);
	assert_non_null(strstr(e.text, "nothing0"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, two_make, two_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_arrives_up_with_its_global_addresses),
		TEST(it_keeps_its_name_where_none_is_given),
		TEST(a_name_that_is_taken_is_refused),
		TEST(a_pattern_finds_a_free_name),
		TEST(a_number_that_is_taken_does_not_matter),
		TEST(it_comes_back),
		TEST(what_goes_wrong_halfway_is_undone),
		TEST(a_device_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
