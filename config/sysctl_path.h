/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of kernel parameters (linux.sysctl).
 *
 * A key is written as sysctl(8) takes it: with dots ("net.ipv4.ip_forward") or with slashes, whichever
 * separator comes first; the other one is then part of a name: "net.ipv4.conf.eth0/1.forwarding" and
 * "net/ipv4/conf/eth0.1/forwarding" are the same.
 */
#pragma once

#include "base/err.h"
#include "config/spec_linux.h"

struct sysctl_path {
	char text[256]; /* below /proc: "sys/net/ipv4/ip_forward" */
};

/* The file of a key. -EINVAL for a key that has none, or that tries to leave /proc/sys. Pure. */
int sysctl_path(const char *key, struct sysctl_path *ret, struct err *e);

/* The type of namespace that it belongs to; SPEC_NS_COUNT for what is the whole kernel's. */
enum spec_namespace_type sysctl_namespace(const struct sysctl_path *path);
