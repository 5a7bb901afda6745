/* SPDX-License-Identifier: Apache-2.0 */
/* The tap, and what sends the frames of two interfaces to each other: an ingress queue with one filter each. */
#include "base/own.h"
#include "runtime/isolation/net_guest.h"
#include "runtime/isolation/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/ioctl.h>

#define TAP_PATH "/dev/net/tun"
#define TAP_NAME NET_GUEST_TAP_PREFIX "%d"

enum { TAP_FILTER_PRIORITY = 1 };

/* As the driver of virtio-net has it: a header before each frame, checksums and segments left to whoever can. */
static int tap_set_up(int fd, const char *name, unsigned short flags, char ret_name[IF_NAMESIZE], struct err *e)
{
	const unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
	const int header = sizeof(struct virtio_net_hdr_mrg_rxbuf);
	struct ifreq request = {.ifr_flags = (short)flags};

	memcpy(request.ifr_name, name, strnlen(name, IF_NAMESIZE - 1));
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		return err_sys(e, "make a tap");
	if (ioctl(fd, TUNSETVNETHDRSZ, &header) < 0 || ioctl(fd, TUNSETOFFLOAD, offloads) < 0)
		return err_sys(e, "let the tap '%s' carry whole segments", request.ifr_name);
	memcpy(ret_name, request.ifr_name, IF_NAMESIZE);
	return 0;
}

struct tap_wish {
	unsigned int queues;
	int *taps;
	char name[IF_NAMESIZE];
};

/* Runs in the namespace, where a tap comes to be. */
static int tap_open(void *context, struct err *e)
{
	struct tap_wish *wish = context;
	const unsigned short flags =
		(unsigned short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (wish->queues > 1 ? IFF_MULTI_QUEUE : 0));
	int r = 0;

	for (unsigned int i = 0; i < wish->queues && r == 0; i++) {
		wish->taps[i] = open(TAP_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (wish->taps[i] < 0)
			return err_sys(e, "open '" TAP_PATH "'");
		r = tap_set_up(wish->taps[i], i ? wish->name : TAP_NAME, flags, wish->name, e);
	}
	return r;
}

static int tap_bring_up(int fd, int index, uint32_t mtu, struct err *e)
{
	const struct ifinfomsg fixed = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct netlink_request request;

	netlink_begin(&request, RTM_SETLINK, &fixed, sizeof fixed);
	netlink_add(&request, IFLA_MTU, &mtu, sizeof mtu);
	return netlink_call(fd, &request, e);
}

static int tap_add_ingress(int fd, int index, struct err *e)
{
	const struct tcmsg fixed = {
		.tcm_ifindex = index, .tcm_handle = TC_H_MAKE(TC_H_INGRESS, 0), .tcm_parent = TC_H_INGRESS};
	struct netlink_request request;

	netlink_begin(&request, RTM_NEWQDISC, &fixed, sizeof fixed);
	netlink_flag(&request, NLM_F_CREATE | NLM_F_EXCL);
	netlink_add(&request, TCA_KIND, "ingress", sizeof "ingress");
	return netlink_call(fd, &request, e);
}

/* Every frame that arrives at one leaves at the other: u32, which every kernel with filters has, and mirred. */
static int tap_redirect(int fd, int from, int to, struct err *e)
{
	const struct tcmsg fixed = {.tcm_ifindex = from,
		.tcm_parent = TC_H_MAKE(TC_H_INGRESS, 0),
		.tcm_info = TC_H_MAKE(TAP_FILTER_PRIORITY << 16, htons(ETH_P_ALL))};
	const struct tc_mirred redirect = {
		.action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR, .ifindex = (uint32_t)to};
	const struct tc_u32_sel selector = {.flags = TC_U32_TERMINAL, .nkeys = 1};
	/* the selector, and one key that every frame has: nothing of it is looked at */
	char all[sizeof selector + sizeof(struct tc_u32_key)] = {0};
	struct netlink_request request;
	size_t options, actions, action, parameters;

	memcpy(all, &selector, sizeof selector);
	netlink_begin(&request, RTM_NEWTFILTER, &fixed, sizeof fixed);
	netlink_flag(&request, NLM_F_CREATE | NLM_F_EXCL);
	netlink_add(&request, TCA_KIND, "u32", sizeof "u32");
	options = netlink_nest(&request, TCA_OPTIONS);
	netlink_add(&request, TCA_U32_SEL, all, sizeof all);
	actions = netlink_nest(&request, TCA_U32_ACT);
	action = netlink_nest(&request, 1);
	netlink_add(&request, TCA_ACT_KIND, "mirred", sizeof "mirred");
	parameters = netlink_nest(&request, TCA_ACT_OPTIONS);
	netlink_add(&request, TCA_MIRRED_PARMS, &redirect, sizeof redirect);
	netlink_nest_end(&request, parameters);
	netlink_nest_end(&request, action);
	netlink_nest_end(&request, actions);
	netlink_nest_end(&request, options);
	return netlink_call(fd, &request, e);
}

static int tap_tie(int fd, const struct net_guest *net, int tap, struct err *e)
{
	int r = tap_bring_up(fd, tap, net->mtu, e);

	r = r ? r : tap_add_ingress(fd, net->index, e);
	if (r < 0)
		return r == -EEXIST ? err_set(e, EEXIST, "ingress-taken",
					      "the interface '%s' has an ingress queue of somebody else: 'tc qdisc del "
					      "dev %s ingress' removes it",
					      net->name, net->name)
				    : r;
	r = tap_add_ingress(fd, tap, e);
	r = r ? r : tap_redirect(fd, net->index, tap, e);
	r = r ? r : tap_redirect(fd, tap, net->index, e);
	if (r == -ENOENT)
		return err_set(e, ENOENT, "no-redirect",
			"this kernel cannot redirect frames: it needs sch_ingress, cls_u32 and act_mirred");
	return r;
}

static int tap_remove_ingress(int fd, int index, struct err *e)
{
	const struct tcmsg fixed = {
		.tcm_ifindex = index, .tcm_handle = TC_H_MAKE(TC_H_INGRESS, 0), .tcm_parent = TC_H_INGRESS};
	struct netlink_request request;

	netlink_begin(&request, RTM_DELQDISC, &fixed, sizeof fixed);
	return netlink_call(fd, &request, e);
}

/* The number of an interface of that name; 0: there is none. */
struct tap_search {
	const char *name;
	int index;
};

static int tap_look(void *context, const struct nlmsghdr *message, struct err *e)
{
	struct tap_search *search = context;
	const struct ifinfomsg *fixed = netlink_fixed(message);
	const char *name = netlink_find(message, sizeof *fixed, IFLA_IFNAME, 1);

	(void)e; /* looking does not fail */
	if (name && strcmp(name, search->name) == 0)
		search->index = fixed->ifi_index;
	return 0;
}

static int tap_find(int fd, const char *name, int *ret, struct err *e)
{
	const struct ifinfomsg all = {.ifi_family = AF_UNSPEC};
	struct tap_search search = {.name = name};
	struct netlink_request request;
	int r;

	netlink_begin(&request, RTM_GETLINK, &all, sizeof all);
	r = netlink_dump(fd, &request, tap_look, &search, e);
	*ret = search.index;
	return r;
}

static int tap_connect(int namespace, const struct net_guest *net, struct tap_wish *wish, struct err *e)
{
	own_fd fd = netlink_open_in(namespace, e);
	int tap, r = fd < 0 ? fd : netlink_within(namespace, tap_open, wish, e);

	r = r ? r : tap_find(fd, wish->name, &tap, e);
	r = r ? r : tap_tie(fd, net, tap, e);
	if (r < 0 && fd >= 0 && r != -EEXIST)
		(void)tap_remove_ingress(fd, net->index, &(struct err){0}); /* as far as it came */
	return r;
}

int net_guest_tie(int namespace, const struct net_guest *net, unsigned int queues, int *ret_taps, struct err *e)
{
	int taps[NET_GUEST_QUEUES_MAX];
	struct tap_wish wish = {.queues = queues, .taps = taps};
	int r;

	if (!queues || queues > NET_GUEST_QUEUES_MAX)
		return err_set(e, EINVAL, "too-many-queues", "a tap has 1 to %d queues", NET_GUEST_QUEUES_MAX);
	memset(taps, -1, sizeof taps); /* every byte of -1 is 0xff */
	r = tap_connect(namespace, net, &wish, e);
	for (unsigned int i = 0; i < queues && r < 0; i++)
		own_release_fd(&taps[i]);
	if (r < 0)
		return err_ctx(e, "tie the interface '%s' to the guest", net->name);
	memcpy(ret_taps, taps, queues * sizeof *taps);
	return 0;
}

int net_guest_untie(int namespace, const char *name, struct err *e)
{
	own_fd fd = netlink_open_in(namespace, e);
	int index = 0, r = fd < 0 ? fd : tap_find(fd, name, &index, e);

	if (r < 0 || !index)
		return r;
	r = tap_remove_ingress(fd, index, e);
	return r == -EINVAL || r == -ENOENT ? 0 : r; /* it has none */
}
