/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network of a service whose kernel is not the host's: the interface that an orchestrator has made in the service's
 * network namespace is tied to a tap, and what the namespace knows of it the guest is told.
 *
 *	eth0 ──ingress: redirect──→ tap ──→ guest's eth0, with eth0's hardware address, addresses, routes
 *	eth0 ←──redirect :ingress── tap ←──
 *
 * The interface keeps its addresses, but nothing that arrives there reaches the host's own stack any more
 * (tc-mirred(8)). Whoever made it, and whoever looks at it, finds it as it was.
 *
 * The caller must have power over the namespace and be of a single thread, as it enters and leaves it.
 */
#pragma once

#include "base/err.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define NET_GUEST_TAP_PREFIX "cloche" /* of a tap's name, which is no interface of the service's */

enum { NET_GUEST_ADDRESSES_MAX = 8, NET_GUEST_ROUTES_MAX = 16, NET_GUEST_QUEUES_MAX = 8 };

struct net_guest_address {
	uint8_t family, prefix;
	uint8_t address[16]; /* network order; of IPv4 the first four */
};

struct net_guest_route {
	uint8_t family, prefix;               /* prefix 0: the default route */
	uint8_t destination[16], gateway[16]; /* no gateway: all 0 */
};

struct net_guest {
	int index; /* 0: the namespace has no interface but lo */
	char name[IF_NAMESIZE];
	uint8_t mac[6];
	uint16_t mtu;
	uint8_t addresses_n, routes_n;
	struct net_guest_address addresses[NET_GUEST_ADDRESSES_MAX];
	struct net_guest_route routes[NET_GUEST_ROUTES_MAX];
};

/*
 * What is in the namespace of that descriptor. -ENOTUNIQ: more than one interface that is up, which a guest cannot be
 * given; -E2BIG: more addresses or routes than a guest is told.
 */
int net_guest_look(int namespace, struct net_guest *ret, struct err *e);

/*
 * Makes a tap of that many queues beside the interface and ties the two together. ret_taps are the caller's; the
 * tap is gone when the last of them is closed, and then net_guest_untie() is due.
 */
int net_guest_tie(int namespace, const struct net_guest *net, unsigned int queues, int *ret_taps, struct err *e);

/* Gives the interface back to the host's stack. One that was never tied is left alone. */
int net_guest_untie(int namespace, const char *name, struct err *e);
