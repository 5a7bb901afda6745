/* SPDX-License-Identifier: Apache-2.0 */
/* Needs ip(8), network namespaces, veth devices and a tap; in a user namespace without root; else skipped. */
#include "runtime/isolation/net_guest.h"

#include "tests/unit/two_namespaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { VNET_HEADER = 12, WAIT_MS = 5000 };

/* d0 is the service's, and p0 its other end, there too. */
static const struct two *need_interface(void **state)
{
	const struct two *two = *state;

	if (two->host < 0 || access("/dev/net/tun", R_OK | W_OK) < 0 ||
		!in_service(two, "ip link add d0 type veth peer name p0 2>/dev/null"))
		skip();
	assert_true(in_service(two, "ip link set d0 address 02:00:00:00:00:07 mtu 1400 addrgenmode none up && "
				    "ip addr add 192.0.2.7/24 dev d0 && ip -6 addr add 2001:db8::7/64 dev d0 nodad && "
				    "ip link set p0 addrgenmode none up && ip route add default via 192.0.2.1 && "
				    "ip route add 198.51.100.0/24 via 192.0.2.9"));
	return two;
}

static struct net_guest look(const struct two *two)
{
	struct net_guest net;
	struct err e = ERR_NONE;

	if (net_guest_look(two->service, &net, &e) < 0)
		fail_msg("%s", e.text);
	return net;
}

static void a_namespace_with_nothing_in_it_has_no_interface(void **state)
{
	const struct two *two = *state;

	if (two->host < 0)
		skip();
	assert_int_equal(look(two).index, 0);
}

static void two_interfaces_are_refused_by_their_names(void **state)
{
	const struct two *two = need_interface(state);
	struct net_guest net;
	struct err e = ERR_NONE;

	assert_int_equal(net_guest_look(two->service, &net, &e), -ENOTUNIQ);
	assert_non_null(strstr(e.text, "'d0'"));
	assert_non_null(strstr(e.text, "'p0'"));
}

static void the_guest_is_told_what_the_interface_has(void **state)
{
	const struct two *two = need_interface(state);
	struct net_guest net;
	uint8_t address[4], gateway[4];
	bool found = false;

	assert_true(in_service(two, "ip link set p0 down"));
	net = look(two);
	assert_string_equal(net.name, "d0");
	assert_int_equal(net.mtu, 1400);
	assert_memory_equal(net.mac, "\2\0\0\0\0\7", 6);
	assert_int_equal(net.addresses_n, 2);
	assert_int_equal(inet_pton(AF_INET, "192.0.2.7", address), 1);
	assert_int_equal(net.addresses[0].prefix, 24);
	assert_memory_equal(net.addresses[0].address, address, 4);
	assert_int_equal(net.addresses[1].family, AF_INET6);
	/* the peer is down, and so is the carrier: routes stay */
	assert_int_equal(inet_pton(AF_INET, "192.0.2.1", gateway), 1);
	for (unsigned int i = 0; i < net.routes_n; i++)
		found |= net.routes[i].prefix == 0 && memcmp(net.routes[i].gateway, gateway, 4) == 0;
	assert_true(found);
	assert_int_equal(net.routes_n, 2);
}

/* The next frame that arrives on the descriptor and is to or from 02:00:00:00:00:aa; false: none comes. */
static bool hears(int fd, size_t header)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	uint8_t frame[2048];

	while (poll(&wait, 1, WAIT_MS) == 1) {
		ssize_t n = read(fd, frame, sizeof frame);

		if (n >= (ssize_t)header + 14 && (memcmp(frame + header, "\2\0\0\0\0\xaa", 6) == 0 ||
							 memcmp(frame + header + 6, "\2\0\0\0\0\xaa", 6) == 0))
			return true;
	}
	return false;
}

/* A socket on the wire's other end. */
static int peer_open(const struct two *two)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int fd;

	assert_int_equal(setns(two->service, CLONE_NEWNET), 0);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	at.sll_ifindex = (int)if_nametoindex("p0");
	assert_int_equal(setns(two->host, CLONE_NEWNET), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static struct net_guest interface_of(const struct two *two, uint16_t mtu)
{
	struct net_guest net = {.name = "d0", .mtu = mtu};

	assert_int_equal(setns(two->service, CLONE_NEWNET), 0);
	net.index = (int)if_nametoindex("d0");
	assert_int_equal(setns(two->host, CLONE_NEWNET), 0);
	return net;
}

static void frames_go_both_ways_until_it_is_untied(void **state)
{
	static const uint8_t frame[VNET_HEADER + 60] = {
		[VNET_HEADER] = 2, 0, 0, 0, 0, 0xaa, 2, 0, 0, 0, 0, 0xaa, 0x88, 0xb5};
	const struct two *two = need_interface(state);
	const struct net_guest net = interface_of(two, 1400);
	struct err e = ERR_NONE;
	int tap, peer = peer_open(two);

	if (net_guest_tie(two->service, &net, 1, &tap, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(write(tap, frame, sizeof frame), sizeof frame);
	assert_true(hears(peer, 0));
	assert_int_equal(write(peer, frame + VNET_HEADER, 60), 60);
	assert_true(hears(tap, VNET_HEADER));
	assert_int_equal(net_guest_tie(two->service, &net, 1, &tap, &e), -EEXIST);
	close(tap);
	close(peer);
	assert_int_equal(net_guest_untie(two->service, "d0", &e), 0);
	assert_int_equal(net_guest_untie(two->service, "d0", &e), 0);
	assert_int_equal(net_guest_untie(two->service, "gone", &e), 0);
	assert_false(in_service(two, "tc qdisc show dev d0 2>/dev/null | grep -q ingress"));
}

static void several_queues_are_one_tap(void **state)
{
	const struct two *two = need_interface(state);
	const struct net_guest net = interface_of(two, 1400);
	struct err e = ERR_NONE;
	int taps[3];

	assert_int_equal(net_guest_tie(two->service, &net, 3, taps, &e), 0);
	for (int i = 0; i < 3; i++)
		close(taps[i]);
}

static void a_failure_before_its_queue_leaves_that_of_somebody_else(void **state)
{
	const struct two *two = need_interface(state);
	const struct net_guest net = interface_of(two, 1400), no_mtu = interface_of(two, 20);
	struct err e = ERR_NONE;
	int theirs, tap;

	assert_int_equal(net_guest_tie(two->service, &net, 1, &theirs, &e), 0);
	assert_int_equal(net_guest_tie(two->service, &no_mtu, 1, &tap, &e), -EINVAL);
	assert_int_equal(net_guest_tie(two->service, &net, 1, &tap, &e), -EEXIST);
	assert_string_equal(e.code, "ingress-taken");
	close(theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_namespace_with_nothing_in_it_has_no_interface, two_make, two_close),
		cmocka_unit_test_setup_teardown(two_interfaces_are_refused_by_their_names, two_make, two_close),
		cmocka_unit_test_setup_teardown(the_guest_is_told_what_the_interface_has, two_make, two_close),
		cmocka_unit_test_setup_teardown(frames_go_both_ways_until_it_is_untied, two_make, two_close),
		cmocka_unit_test_setup_teardown(several_queues_are_one_tap, two_make, two_close),
		cmocka_unit_test_setup_teardown(
			a_failure_before_its_queue_leaves_that_of_somebody_else, two_make, two_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
