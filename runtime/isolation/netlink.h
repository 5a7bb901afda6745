/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Just enough of rtnetlink(7) to ask the kernel about network devices and to change them: requests with
 * attributes, their acknowledgement, and dumps.
 */
#pragma once

#include "base/err.h"

#include <linux/netlink.h>
#include <stddef.h>

/* A request that is being built. The rooms are those of the few requests there are, none of which nests. */
struct netlink_request {
	_Alignas(NLMSG_ALIGNTO) char data[1024];
};

/* Begins a request with the fixed struct that its type has (ifinfomsg, ifaddrmsg). */
void netlink_begin(struct netlink_request *request, unsigned short type, const void *fixed, size_t length);

/* Adds an attribute. */
void netlink_add(struct netlink_request *request, unsigned short type, const void *value, size_t length);

/* A socket of the calling thread's network namespace, which it keeps whatever namespace is entered later. */
int netlink_open(struct err *e);

/* Sends a request and waits for its acknowledgement: 0, or the kernel's negative errno with a bare reason in *e. */
int netlink_call(int fd, struct netlink_request *request, struct err *e);

/* What to do with each message of a dump; a negative result ends the calls, but not the reading. */
typedef int netlink_each(void *context, const struct nlmsghdr *message, struct err *e);

int netlink_dump(int fd, struct netlink_request *request, netlink_each *each, void *context, struct err *e);

/* The fixed struct of a message. */
const void *netlink_fixed(const struct nlmsghdr *message);

/* The value of an attribute behind the fixed struct of `fixed` bytes; NULL where there is none of that type and size.
 */
const void *netlink_find(const struct nlmsghdr *message, size_t fixed, unsigned short type, size_t size);
