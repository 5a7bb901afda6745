/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/netlink.h"

#include "base/own.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { NETLINK_REPLY_BYTES = 32768 };

static struct nlmsghdr *netlink_header(struct netlink_request *request)
{
	return (struct nlmsghdr *)(void *)request->data;
}

void netlink_begin(struct netlink_request *request, unsigned short type, const void *fixed, size_t length)
{
	struct nlmsghdr *header = netlink_header(request);

	*request = (struct netlink_request){0};
	*header = (struct nlmsghdr){.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST};
	header->nlmsg_len = (unsigned int)NLMSG_LENGTH(length);
	memcpy(NLMSG_DATA(header), fixed, length);
}

void netlink_add(struct netlink_request *request, unsigned short type, const void *value, size_t length)
{
	struct nlmsghdr *header = netlink_header(request);
	size_t at = NLMSG_ALIGN(header->nlmsg_len);
	struct rtattr attribute = {.rta_type = type, .rta_len = (unsigned short)RTA_LENGTH(length)};

	assert(at + RTA_SPACE(length) <= sizeof request->data);
	memcpy(request->data + at, &attribute, sizeof attribute);
	if (length)
		memcpy(request->data + at + RTA_LENGTH(0), value, length);
	header->nlmsg_len = (unsigned int)(at + RTA_LENGTH(length));
}

void netlink_flag(struct netlink_request *request, unsigned short flags)
{
	struct nlmsghdr *header = netlink_header(request);

	header->nlmsg_flags = (unsigned short)(header->nlmsg_flags | flags);
}

size_t netlink_nest(struct netlink_request *request, unsigned short type)
{
	const size_t at = NLMSG_ALIGN(netlink_header(request)->nlmsg_len);

	netlink_add(request, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void netlink_nest_end(struct netlink_request *request, size_t nest)
{
	struct rtattr attribute;

	memcpy(&attribute, request->data + nest, sizeof attribute);
	attribute.rta_len = (unsigned short)(netlink_header(request)->nlmsg_len - nest);
	memcpy(request->data + nest, &attribute, sizeof attribute);
}

const void *netlink_fixed(const struct nlmsghdr *message)
{
	return (const char *)message + NLMSG_HDRLEN;
}

int netlink_open(struct err *e)
{
	own_fd fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 ? err_sys(e, "open a netlink socket") : give_fd(&fd);
}

int netlink_namespace(pid_t pid, struct err *e)
{
	char path[32] = "/proc/self/ns/net";
	int fd;

	if (pid)
		(void)snprintf(path, sizeof path, "/proc/%d/ns/net", pid); /* fits: 24 characters */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open the network namespace '%s'", path) : fd;
}

int netlink_within(int namespace, int (*call)(void *context, struct err *e), void *context, struct err *e)
{
	own_fd here = netlink_namespace(0, e);
	int r;

	if (here < 0)
		return here;
	if (setns(namespace, CLONE_NEWNET) < 0)
		return err_sys(e, "enter the network namespace");
	r = call(context, e);
	if (setns(here, CLONE_NEWNET) < 0)
		return err_sys(e, "return to the network namespace");
	return r;
}

static int netlink_open_here(void *context, struct err *e)
{
	int *ret = context;

	*ret = netlink_open(e);
	return *ret < 0 ? *ret : 0;
}

int netlink_open_in(int namespace, struct err *e)
{
	own_fd fd = -1;
	int r = netlink_within(namespace, netlink_open_here, &fd, e);

	return r < 0 ? r : give_fd(&fd);
}

static int netlink_send(int fd, struct netlink_request *request, unsigned short flags, struct err *e)
{
	struct nlmsghdr *header = netlink_header(request);
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	header->nlmsg_flags = (unsigned short)(header->nlmsg_flags | flags);
	if (sendto(fd, header, header->nlmsg_len, 0, (const struct sockaddr *)&kernel, sizeof kernel) < 0)
		return err_sys(e, "ask the kernel by netlink");
	return 0;
}

/* One reading of replies: a part of a dump, or an acknowledgement. */
struct netlink_reply {
	netlink_each *each;
	void *context;
	bool done;
	int r; /* the first failure */
};

static void netlink_message(struct netlink_reply *reply, const struct nlmsghdr *message, struct err *e)
{
	const struct nlmsgerr *answer = netlink_fixed(message);

	if (message->nlmsg_type == NLMSG_DONE) {
		reply->done = true;
	} else if (message->nlmsg_type == NLMSG_ERROR) {
		reply->done = true;
		if (answer->error && !reply->r)
			reply->r = err_set(e, -answer->error, "", "%s", strerror(-answer->error));
	} else if (reply->each && !reply->r) {
		reply->r = reply->each(reply->context, message, e);
	}
}

static int netlink_receive(int fd, struct netlink_reply *reply, struct err *e)
{
	_Alignas(NLMSG_ALIGNTO) char data[NETLINK_REPLY_BYTES];

	while (!reply->done) {
		ssize_t n = recv(fd, data, sizeof data, 0);
		unsigned int left = (unsigned int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "hear from the kernel by netlink");
		for (struct nlmsghdr *m = (void *)data; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left))
			netlink_message(reply, m, e);
	}
	return reply->r;
}

int netlink_call(int fd, struct netlink_request *request, struct err *e)
{
	struct netlink_reply reply = {0};
	int r = netlink_send(fd, request, NLM_F_ACK, e);

	return r ? r : netlink_receive(fd, &reply, e);
}

int netlink_dump(int fd, struct netlink_request *request, netlink_each *each, void *context, struct err *e)
{
	struct netlink_reply reply = {.each = each, .context = context};
	int r = netlink_send(fd, request, NLM_F_DUMP, e);

	return r ? r : netlink_receive(fd, &reply, e);
}

int netlink_bring_up(int fd, int index, const uint8_t *mac, uint32_t mtu, struct err *e)
{
	const struct ifinfomsg fixed = {
		.ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct netlink_request request;

	netlink_begin(&request, RTM_SETLINK, &fixed, sizeof fixed);
	if (mac)
		netlink_add(&request, IFLA_ADDRESS, mac, ETH_ALEN);
	if (mtu)
		netlink_add(&request, IFLA_MTU, &mtu, sizeof mtu);
	return netlink_call(fd, &request, e);
}

size_t netlink_address_size(uint8_t family)
{
	return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

const void *netlink_find(const struct nlmsghdr *message, size_t fixed, unsigned short type, size_t size)
{
	size_t at = NLMSG_SPACE(fixed), end = message->nlmsg_len;
	const char *data = (const char *)message;
	struct rtattr attribute;

	for (; at + sizeof attribute <= end; at += RTA_ALIGN(attribute.rta_len)) {
		memcpy(&attribute, data + at, sizeof attribute);
		if (attribute.rta_len < sizeof attribute || attribute.rta_len > end - at)
			return NULL;
		if ((attribute.rta_type & NLA_TYPE_MASK) == type && RTA_PAYLOAD(&attribute) >= size)
			return data + at + RTA_LENGTH(0);
	}
	return NULL;
}
