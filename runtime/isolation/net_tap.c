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

/* Made in the namespace, where a tap comes to be and its name means something. */
struct tap_tie {
	const struct net_guest *net;
	unsigned int queues;
	int *taps;
	char name[IF_NAMESIZE];
};

static int tap_open(struct tap_tie *tie, struct err *e)
{
	const unsigned short flags =
		(unsigned short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (tie->queues > 1 ? IFF_MULTI_QUEUE : 0));
	int r = 0;

	for (unsigned int i = 0; i < tie->queues && r == 0; i++) {
		tie->taps[i] = open(TAP_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (tie->taps[i] < 0)
			return err_sys(e, "open '" TAP_PATH "'");
		r = tap_set_up(tie->taps[i], i ? tie->name : TAP_NAME, flags, tie->name, e);
	}
	return r;
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

static int tap_remove_ingress(int fd, int index, struct err *e)
{
	const struct tcmsg fixed = {
		.tcm_ifindex = index, .tcm_handle = TC_H_MAKE(TC_H_INGRESS, 0), .tcm_parent = TC_H_INGRESS};
	struct netlink_request request;

	netlink_begin(&request, RTM_DELQDISC, &fixed, sizeof fixed);
	return netlink_call(fd, &request, e);
}

/* The interface has its ingress queue, which a failure takes away again. */
static int tap_redirect_both(int fd, int interface, int tap, struct err *e)
{
	int r = tap_add_ingress(fd, tap, e);

	r = r ? r : tap_redirect(fd, interface, tap, e);
	r = r ? r : tap_redirect(fd, tap, interface, e);
	if (r < 0)
		(void)tap_remove_ingress(fd, interface, &(struct err){0}); /* the first failure is the one to tell */
	return r;
}

static int tap_connect(int fd, const struct net_guest *net, int tap, struct err *e)
{
	int r = netlink_bring_up(fd, tap, NULL, net->mtu, e);

	r = r ? r : tap_add_ingress(fd, net->index, e);
	if (r == -EEXIST)
		return err_set(e, EEXIST, "ingress-taken",
			"the interface '%s' has an ingress queue of somebody else: 'tc qdisc del dev %s ingress' "
			"removes it",
			net->name, net->name);
	r = r ? r : tap_redirect_both(fd, net->index, tap, e);
	if (r == -ENOENT)
		return err_set(e, ENOENT, "no-redirect",
			"this kernel cannot redirect frames: it needs sch_ingress, cls_u32 and act_mirred");
	return r;
}

static int tap_tie(void *context, struct err *e)
{
	struct tap_tie *tie = context;
	own_fd fd = netlink_open(e);
	int r = fd < 0 ? fd : tap_open(tie, e);
	const unsigned int tap = r < 0 ? 0 : if_nametoindex(tie->name);

	if (r == 0 && !tap)
		return err_sys(e, "find the tap '%s'", tie->name);
	return r ? r : tap_connect(fd, tie->net, (int)tap, e);
}

int net_guest_tie(int namespace, const struct net_guest *net, unsigned int queues, int *ret_taps, struct err *e)
{
	int taps[NET_GUEST_QUEUES_MAX];
	struct tap_tie tie = {.net = net, .queues = queues, .taps = taps};
	int r;

	if (!queues || queues > NET_GUEST_QUEUES_MAX)
		return err_set(e, EINVAL, "too-many-queues", "a tap has 1 to %d queues", NET_GUEST_QUEUES_MAX);
	memset(taps, -1, sizeof taps); /* every byte of -1 is 0xff */
	r = netlink_within(namespace, tap_tie, &tie, e);
	for (unsigned int i = 0; i < queues && r < 0; i++)
		own_release_fd(&taps[i]);
	if (r < 0)
		return err_ctx(e, "tie the interface '%s' to the guest", net->name);
	memcpy(ret_taps, taps, queues * sizeof *taps);
	return 0;
}

static int tap_untie(void *context, struct err *e)
{
	const char *const *name = context;
	own_fd fd = netlink_open(e);
	const unsigned int index = fd < 0 ? 0 : if_nametoindex(*name);
	int r;

	if (fd < 0)
		return fd;
	if (!index)
		return errno == ENODEV ? 0 : err_sys(e, "find the interface '%s'", *name);
	r = tap_remove_ingress(fd, (int)index, e);
	return r == -EINVAL || r == -ENOENT ? 0 : r; /* it has none */
}

int net_guest_untie(int namespace, const char *name, struct err *e)
{
	return netlink_within(namespace, tap_untie, &name, e);
}
