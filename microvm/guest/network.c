/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/network.h"

#include "base/own.h"
#include "runtime/isolation/netdev.h"
#include "runtime/isolation/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define NETWORK_DEVICE "eth0"

struct network_name {
	char text[INET6_ADDRSTRLEN];
};

static struct network_name network_name(uint8_t family, const uint8_t *address)
{
	struct network_name name = {""};

	(void)inet_ntop(family, address, name.text, sizeof name.text); /* empty where the family is none */
	return name;
}

static int network_up(int fd, int index, const struct agent_start *start, struct err *e)
{
	static const uint8_t none[sizeof start->mac];
	const bool has_mac = memcmp(start->mac, none, sizeof none) != 0;
	int r = netlink_bring_up(fd, index, has_mac ? start->mac : NULL, start->mtu, e);

	return r < 0 ? err_ctx(e, "bring the guest's '%s' up", NETWORK_DEVICE) : 0;
}

/* Nobody else has the address: it was the host's, and looking for others (RFC 4862, 5.4) would hold it back. */
static int network_add_address(int fd, int index, const struct agent_address *address, struct err *e)
{
	const struct ifaddrmsg fixed = {.ifa_family = address->family,
		.ifa_prefixlen = address->prefix,
		.ifa_flags = address->family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_index = (unsigned int)index};
	struct netlink_request request;
	int r;

	netlink_begin(&request, RTM_NEWADDR, &fixed, sizeof fixed);
	netlink_add(&request, IFA_LOCAL, address->address, netlink_address_size(address->family));
	netlink_add(&request, IFA_ADDRESS, address->address, netlink_address_size(address->family));
	r = netlink_call(fd, &request, e);
	return r < 0 ? err_ctx(e, "give the guest the address '%s/%u'",
			       network_name(address->family, address->address).text, address->prefix)
		     : 0;
}

static int network_add_route(int fd, int index, const struct agent_route *route, struct err *e)
{
	static const uint8_t none[sizeof route->gateway];
	const bool direct = memcmp(route->gateway, none, sizeof none) == 0;
	const size_t size = netlink_address_size(route->family);
	const struct rtmsg fixed = {.rtm_family = route->family,
		.rtm_dst_len = route->prefix,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_BOOT,
		.rtm_scope = direct ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST};
	struct netlink_request request;
	int r;

	netlink_begin(&request, RTM_NEWROUTE, &fixed, sizeof fixed);
	netlink_flag(&request, NLM_F_CREATE);
	netlink_add(&request, RTA_OIF, &index, sizeof index);
	if (route->prefix)
		netlink_add(&request, RTA_DST, route->destination, size);
	if (!direct)
		netlink_add(&request, RTA_GATEWAY, route->gateway, size);
	r = netlink_call(fd, &request, e);
	if (r == -EEXIST)
		r = 0; /* the address has brought it along */
	return r < 0 ? err_ctx(e, "give the guest the route to '%s/%u'",
			       network_name(route->family, route->destination).text, route->prefix)
		     : 0;
}

/* In the service's namespace. */
static int network_settle(void *context, struct err *e)
{
	const struct agent_start *start = context;
	int index = (int)if_nametoindex(NETWORK_DEVICE), r;
	own_fd fd = netlink_open(e);

	if (fd < 0)
		return fd;
	r = network_up(fd, index, start, e);
	for (size_t i = 0; i < start->addresses_n && i < AGENT_ADDRESSES_MAX && r == 0; i++)
		r = network_add_address(fd, index, &start->addresses[i], e);
	for (size_t i = 0; i < start->routes_n && i < AGENT_ROUTES_MAX && r == 0; i++)
		r = network_add_route(fd, index, &start->routes[i], e);
	return r;
}

static int network_give(pid_t service, int *ret, struct err *e)
{
	own_fd here = netlink_namespace(0, e), there = here < 0 ? -1 : netlink_namespace(service, e);
	const struct netdev_move move = {.from = here, .to = there, .name = NETWORK_DEVICE};
	struct netdev_moved moved;
	struct stat ours, theirs;

	if (there < 0)
		return -e->no;
	if (fstat(here, &ours) < 0 || fstat(there, &theirs) < 0)
		return err_sys(e, "look at the service's network namespace");
	if (ours.st_ino != theirs.st_ino && netdev_move(&move, &moved, e) < 0)
		return -e->no;
	*ret = give_fd(&there);
	return 0;
}

int network_configure(const struct agent_start *start, pid_t service, struct err *e)
{
	struct agent_start wanted = *start;
	own_fd there = -1;
	int r;

	if (!start->has_network)
		return 0;
	if (!if_nametoindex(NETWORK_DEVICE))
		return err_set(e, ENODEV, "no-such-device",
			"the guest has no network device '%s' (has its kernel virtio-net?)", NETWORK_DEVICE);
	r = network_give(service, &there, e);
	return r ? r : netlink_within(there, network_settle, &wanted, e);
}

int network_loopback(struct err *e)
{
	own_fd fd = netlink_open(e);
	int r = fd < 0 ? fd : netlink_bring_up(fd, (int)if_nametoindex("lo"), NULL, 0, e);

	return r < 0 ? err_ctx(e, "bring the guest's 'lo' up") : 0;
}
