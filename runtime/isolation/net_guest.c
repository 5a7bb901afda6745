/* SPDX-License-Identifier: Apache-2.0 */
/* What the interface is called and what is known of it. */
#include "runtime/isolation/net_guest.h"

#include "base/own.h"
#include "runtime/isolation/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>

static int net_find_link(void *context, const struct nlmsghdr *message, struct err *e)
{
	struct net_guest *net = context;
	const struct ifinfomsg *fixed = netlink_fixed(message);
	const char *name = netlink_find(message, sizeof *fixed, IFLA_IFNAME, 1);
	const uint8_t *mac = netlink_find(message, sizeof *fixed, IFLA_ADDRESS, sizeof net->mac);
	const uint32_t *mtu = netlink_find(message, sizeof *fixed, IFLA_MTU, sizeof *mtu);

	if (fixed->ifi_type != ARPHRD_ETHER || !(fixed->ifi_flags & IFF_UP) || !name || !mac || !mtu)
		return 0;
	if (strncmp(name, NET_GUEST_TAP_PREFIX, strlen(NET_GUEST_TAP_PREFIX)) == 0)
		return 0;
	if (net->index)
		return err_set(e, ENOTUNIQ, "several-interfaces",
			"the network namespace has the interfaces '%s' and '%s', and a guest is given one: leave one "
			"there",
			net->name, name);
	net->index = fixed->ifi_index;
	net->mtu = (uint16_t)(*mtu < UINT16_MAX ? *mtu : UINT16_MAX);
	memcpy(net->mac, mac, sizeof net->mac);
	memcpy(net->name, name, strnlen(name, sizeof net->name - 1));
	return 0;
}

/* A guest makes its link-local addresses itself: its hardware address is the same. */
static int net_find_address(void *context, const struct nlmsghdr *message, struct err *e)
{
	struct net_guest *net = context;
	const struct ifaddrmsg *fixed = netlink_fixed(message);
	const size_t size = netlink_address_size(fixed->ifa_family);
	const void *address = netlink_find(message, sizeof *fixed, IFA_LOCAL, size);
	struct net_guest_address *ret;

	address = address ? address : netlink_find(message, sizeof *fixed, IFA_ADDRESS, size);
	if ((int)fixed->ifa_index != net->index || fixed->ifa_scope == RT_SCOPE_LINK || !address)
		return 0;
	if (net->addresses_n == NET_GUEST_ADDRESSES_MAX)
		return err_set(e, E2BIG, "too-many-addresses", "the interface '%s' has more than %d addresses",
			net->name, NET_GUEST_ADDRESSES_MAX);
	ret = &net->addresses[net->addresses_n++];
	*ret = (struct net_guest_address){.family = fixed->ifa_family, .prefix = fixed->ifa_prefixlen};
	memcpy(ret->address, address, size);
	return 0;
}

static bool net_route_concerns(const struct net_guest *net, const struct nlmsghdr *message)
{
	const struct rtmsg *fixed = netlink_fixed(message);
	const int *index = netlink_find(message, sizeof *fixed, RTA_OIF, sizeof *index);

	/* the kernel's own routes follow from the addresses */
	return index && *index == net->index && fixed->rtm_table == RT_TABLE_MAIN && fixed->rtm_type == RTN_UNICAST &&
	       fixed->rtm_protocol != RTPROT_KERNEL && !(fixed->rtm_flags & RTM_F_CLONED);
}

static int net_find_route(void *context, const struct nlmsghdr *message, struct err *e)
{
	struct net_guest *net = context;
	const struct rtmsg *fixed = netlink_fixed(message);
	const size_t size = netlink_address_size(fixed->rtm_family);
	const void *destination = netlink_find(message, sizeof *fixed, RTA_DST, size);
	const void *gateway = netlink_find(message, sizeof *fixed, RTA_GATEWAY, size);
	struct net_guest_route *ret;

	if (!net_route_concerns(net, message))
		return 0;
	if (net->routes_n == NET_GUEST_ROUTES_MAX)
		return err_set(e, E2BIG, "too-many-routes", "the interface '%s' has more than %d routes", net->name,
			NET_GUEST_ROUTES_MAX);
	ret = &net->routes[net->routes_n++];
	*ret = (struct net_guest_route){.family = fixed->rtm_family, .prefix = fixed->rtm_dst_len};
	if (destination)
		memcpy(ret->destination, destination, size);
	if (gateway)
		memcpy(ret->gateway, gateway, size);
	return 0;
}

/* A question about everything of a type. The fixed structs of the three types begin with the family, and 0 is any. */
static int net_ask(int fd, unsigned short type, netlink_each *each, struct net_guest *net, struct err *e)
{
	static const size_t sizes[] = {[RTM_GETLINK - RTM_BASE] = sizeof(struct ifinfomsg),
		[RTM_GETADDR - RTM_BASE] = sizeof(struct ifaddrmsg),
		[RTM_GETROUTE - RTM_BASE] = sizeof(struct rtmsg)};
	const char any[sizeof(struct ifinfomsg)] = {0};
	struct netlink_request request;

	netlink_begin(&request, type, any, sizes[type - RTM_BASE]);
	return netlink_dump(fd, &request, each, net, e);
}

int net_guest_look(int namespace, struct net_guest *ret, struct err *e)
{
	own_fd fd = netlink_open_in(namespace, e);
	struct net_guest net = {0};
	int r;

	if (fd < 0)
		return fd;
	r = net_ask(fd, RTM_GETLINK, net_find_link, &net, e);
	if (r == 0 && net.index)
		r = net_ask(fd, RTM_GETADDR, net_find_address, &net, e);
	if (r == 0 && net.index)
		r = net_ask(fd, RTM_GETROUTE, net_find_route, &net, e);
	if (r < 0)
		return err_ctx(e, "look at the service's network");
	*ret = net;
	return 0;
}
