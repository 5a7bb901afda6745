/* SPDX-License-Identifier: Apache-2.0 */
/* Each side is spoken to over a socket of its own namespace, so the namespace is entered for no longer than to open it.
 */
#include "runtime/isolation/netdev.h"

#include "base/own.h"
#include "runtime/isolation/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NETDEV_ADDRESSES_MAX = 256 };

struct netdev_link {
	int index;
	unsigned int flags;
	char name[IF_NAMESIZE];
};

/* A request to give an address again, but for the device's number. */
struct netdev_address {
	struct ifaddrmsg fixed;
	struct netlink_request request;
};

struct netdev_addresses {
	int index; /* of the device that is asked about */
	size_t n;
	struct netdev_address *items; /* from malloc */
};

/* The device of a name or a number; and the highest number there is. */
struct netdev_search {
	const char *name; /* NULL: any */
	int index;        /* 0: any */
	struct netdev_link found;
	int index_max;
};

static int netdev_look(void *context, const struct nlmsghdr *message, struct err *e)
{
	struct netdev_search *search = context;
	const struct ifinfomsg *fixed = netlink_fixed(message);
	const char *name = netlink_find(message, sizeof *fixed, IFLA_IFNAME, 1);

	(void)e; /* looking does not fail */
	if (fixed->ifi_index > search->index_max)
		search->index_max = fixed->ifi_index;
	if (!name || (search->name && strcmp(name, search->name) != 0) ||
		(search->index && fixed->ifi_index != search->index))
		return 0;
	search->found = (struct netdev_link){.index = fixed->ifi_index, .flags = fixed->ifi_flags};
	(void)snprintf(search->found.name, sizeof search->found.name, "%s", name); /* the kernel's names fit */
	return 0;
}

static int netdev_search(int fd, struct netdev_search *search, struct err *e)
{
	const struct ifinfomsg all = {.ifi_family = AF_UNSPEC};
	struct netlink_request request;

	netlink_begin(&request, RTM_GETLINK, &all, sizeof all);
	return netlink_dump(fd, &request, netdev_look, search, e);
}

static void netdev_copy(struct netlink_request *to, const struct nlmsghdr *from, unsigned short type, size_t size)
{
	const void *value = netlink_find(from, sizeof(struct ifaddrmsg), type, size);

	if (value)
		netlink_add(to, type, value, size);
}

static int netdev_keep_address(void *context, const struct nlmsghdr *message, struct err *e)
{
	struct netdev_addresses *list = context;
	const struct ifaddrmsg *fixed = netlink_fixed(message);
	size_t size = netlink_address_size(fixed->ifa_family);
	struct netdev_address *item;

	if ((int)fixed->ifa_index != list->index || !(fixed->ifa_flags & IFA_F_PERMANENT) ||
		fixed->ifa_scope != RT_SCOPE_UNIVERSE)
		return 0;
	if (list->n == NETDEV_ADDRESSES_MAX)
		return err_set(e, E2BIG, "too-many-addresses", "more than %d addresses", NETDEV_ADDRESSES_MAX);
	item = &list->items[list->n++];
	item->fixed = *fixed;
	netlink_begin(&item->request, RTM_NEWADDR, fixed, sizeof *fixed);
	netdev_copy(&item->request, message, IFA_LOCAL, size);
	netdev_copy(&item->request, message, IFA_ADDRESS, size);
	netdev_copy(&item->request, message, IFA_BROADCAST, size);
	netdev_copy(&item->request, message, IFA_RT_PRIORITY, sizeof(unsigned int));
	return 0;
}

static int netdev_addresses(int fd, struct netdev_addresses *list, struct err *e)
{
	const struct ifaddrmsg all = {.ifa_family = AF_UNSPEC};
	struct netlink_request request;

	netlink_begin(&request, RTM_GETADDR, &all, sizeof all);
	return netlink_dump(fd, &request, netdev_keep_address, list, e);
}

/* A number of its own at the other side: its old one where that is free. */
static int netdev_new_index(int fd, int index, int *ret, struct err *e)
{
	struct netdev_search search = {.index = index};
	int r = netdev_search(fd, &search, e);

	if (r == 0)
		*ret = search.found.index ? search.index_max + 1 : index;
	return r;
}

/* One call of the kernel's, so it moves under its new name or not at all. */
static int netdev_send(
	int fd, const struct netdev_link *link, const struct netdev_move *move, int new_index, struct err *e)
{
	const struct ifinfomsg fixed = {.ifi_family = AF_UNSPEC, .ifi_index = link->index};
	struct netlink_request request;

	netlink_begin(&request, RTM_SETLINK, &fixed, sizeof fixed);
	netlink_add(&request, IFLA_NET_NS_FD, &move->to, sizeof move->to);
	netlink_add(&request, IFLA_NEW_IFINDEX, &new_index, sizeof new_index);
	if (move->new_name && *move->new_name)
		netlink_add(&request, IFLA_IFNAME, move->new_name, strlen(move->new_name) + 1);
	return netlink_call(fd, &request, e);
}

/* The fixed struct is the first of a request. */
static int netdev_give_address(int fd, struct netdev_address *address, int index, struct err *e)
{
	struct ifaddrmsg *fixed = NLMSG_DATA(address->request.data);

	fixed->ifa_index = (unsigned int)index;
	return netlink_call(fd, &address->request, e);
}

static int netdev_settle(int fd, const struct netdev_move *move, const struct netdev_addresses *list,
	const struct netdev_link *link, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		r = netdev_give_address(fd, &list->items[i], link->index, e);
		if (r < 0)
			r = err_ctx(e, "give it its addresses again");
	}
	if (r < 0 || !move->up)
		return r;
	r = netlink_bring_up(fd, link->index, NULL, 0, e);
	return r < 0 ? err_ctx(e, "bring it up") : 0;
}

/* With a pattern the kernel finds a free name. */
static int netdev_check_free(int fd, const char *name, struct err *e)
{
	struct netdev_search search = {.name = name};
	int r = strchr(name, '%') ? 0 : netdev_search(fd, &search, e);

	if (r < 0 || !search.found.index)
		return r;
	return err_set(e, EEXIST, "device-name-taken", "the name '%s' is taken there: choose another 'name'", name);
}

/* The two sides of a move, and what is moved. */
struct netdev_sides {
	int here, there; /* sockets */
	struct netdev_link link;
	struct netdev_addresses addresses;
};

static int netdev_cross(
	struct netdev_sides *sides, const struct netdev_move *move, struct netdev_moved *ret, struct err *e)
{
	struct netdev_search arrived = {0};
	int r = netdev_new_index(sides->there, sides->link.index, &arrived.index, e);

	r = r ? r : netdev_send(sides->here, &sides->link, move, arrived.index, e);
	r = r ? r : netdev_search(sides->there, &arrived, e);
	r = r ? r : netdev_settle(sides->there, move, &sides->addresses, &arrived.found, e);
	if (r == 0) {
		*ret = (struct netdev_moved){.was_up = sides->link.flags & IFF_UP};
		memcpy(ret->name, arrived.found.name, sizeof ret->name);
	}
	return r;
}

/* After a move that went wrong halfway: back under its name, with what it had. */
static void netdev_return(struct netdev_sides *sides, const struct netdev_move *move)
{
	struct netdev_sides back = {
		.here = sides->there, .there = sides->here, .addresses = sides->addresses, .link = sides->link};
	struct netdev_search at_home = {.name = move->name}, away = {.name = move->new_name};
	struct netdev_moved moved;
	struct err ignored;

	/* the failure that brought us here is the one to tell */
	if (netdev_search(sides->here, &at_home, &ignored) < 0 || at_home.found.index ||
		netdev_search(sides->there, &away, &ignored) < 0 || !away.found.index)
		return;
	back.link.index = away.found.index;
	(void)netdev_cross(&back,
		&(struct netdev_move){.from = move->to,
			.to = move->from,
			.name = away.found.name,
			.new_name = move->name,
			.up = sides->link.flags & IFF_UP},
		&moved, &ignored);
}

static int netdev_prepare(struct netdev_sides *sides, const struct netdev_move *move, struct err *e)
{
	struct netdev_search search = {.name = move->name};
	int r = netdev_search(sides->here, &search, e);

	if (r == 0 && !search.found.index)
		return err_set(e, ENODEV, "no-such-device", "there is none of this name");
	sides->link = search.found;
	sides->addresses.index = search.found.index;
	r = r ? r : netdev_addresses(sides->here, &sides->addresses, e);
	return r ? r : netdev_check_free(sides->there, move->new_name, e);
}

int netdev_move(const struct netdev_move *move, struct netdev_moved *ret, struct err *e)
{
	own_mem struct netdev_address *addresses = calloc(NETDEV_ADDRESSES_MAX, sizeof *addresses);
	own_fd here = netlink_open_in(move->from, e), there = here < 0 ? -1 : netlink_open_in(move->to, e);
	struct netdev_sides sides = {.here = here, .there = there, .addresses.items = addresses};
	struct netdev_move named = *move;
	int r;

	if (here < 0 || there < 0)
		return -e->no;
	if (!addresses)
		return err_nomem(e);
	if (!named.new_name || !*named.new_name)
		named.new_name = named.name;
	r = netdev_prepare(&sides, &named, e);
	if (r == 0) {
		r = netdev_cross(&sides, &named, ret, e);
		if (r < 0)
			netdev_return(&sides, &named);
	}
	return r < 0 ? err_ctx(e, "move the network device '%s' to '%s'", named.name, named.new_name) : 0;
}
