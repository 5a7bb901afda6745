/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Just enough of rtnetlink(7) to ask the kernel about network devices and to change them: requests with
 * attributes, their acknowledgement, and dumps.
 */
#pragma once

#include "base/err.h"

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A request that is being built. The rooms are those of the few requests there are. */
struct netlink_request {
	_Alignas(NLMSG_ALIGNTO) char data[1024];
};

/* Begins a request with the fixed struct that its type has (ifinfomsg, ifaddrmsg). */
void netlink_begin(struct netlink_request *request, unsigned short type, const void *fixed, size_t length);

/* Adds an attribute. */
void netlink_add(struct netlink_request *request, unsigned short type, const void *value, size_t length);

/* Adds flags beside NLM_F_REQUEST: NLM_F_CREATE, NLM_F_EXCL. */
void netlink_flag(struct netlink_request *request, unsigned short flags);

/* Begins an attribute that holds those added until netlink_nest_end(), which is given what this returns. */
size_t netlink_nest(struct netlink_request *request, unsigned short type);
void netlink_nest_end(struct netlink_request *request, size_t nest);

/* A socket of the calling thread's network namespace, which it keeps whatever namespace is entered later. */
int netlink_open(struct err *e);

/* Calls in another network namespace; the caller, of a single thread, is back in its own afterwards. */
int netlink_within(int namespace, int (*call)(void *context, struct err *e), void *context, struct err *e);

/* netlink_open() there. */
int netlink_open_in(int namespace, struct err *e);

/* A descriptor of the network namespace of a process; 0: the caller's. */
int netlink_namespace(pid_t pid, struct err *e);

/* Sends a request and waits for its acknowledgement: 0, or the kernel's negative errno with a bare reason in *e. */
int netlink_call(int fd, struct netlink_request *request, struct err *e);

/* What to do with each message of a dump; a negative result ends the calls, but not the reading. */
typedef int netlink_each(void *context, const struct nlmsghdr *message, struct err *e);

int netlink_dump(int fd, struct netlink_request *request, netlink_each *each, void *context, struct err *e);

/* Brings an interface up; with a hardware address of six bytes unless NULL, and an MTU unless 0. */
int netlink_bring_up(int fd, int index, const uint8_t *mac, uint32_t mtu, struct err *e);

/* The bytes of an address of the family, which is AF_INET where it is not AF_INET6. */
size_t netlink_address_size(uint8_t family);

/* The fixed struct of a message. */
const void *netlink_fixed(const struct nlmsghdr *message);

/* The value of an attribute behind the fixed struct of `fixed` bytes; NULL where there is none of that type and size.
 */
const void *netlink_find(const struct nlmsghdr *message, size_t fixed, unsigned short type, size_t size);
