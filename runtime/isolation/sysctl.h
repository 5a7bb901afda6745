/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel parameters of the service's namespaces (linux.sysctl).
 *
 * A key is written as sysctl(8) takes it: with dots ("net.ipv4.ip_forward") or with slashes, whichever
 * separator comes first; the other one is then part of a name: "net.ipv4.conf.eth0/1.forwarding" and
 * "net/ipv4/conf/eth0.1/forwarding" are the same.
 */
#pragma once

#include "base/err.h"
#include "config/spec_types.h"

struct sysctl_path {
	char text[256]; /* below /proc: "sys/net/ipv4/ip_forward" */
};

/* The file of a key. -EINVAL for a key that has none, or that tries to leave /proc/sys. Pure. */
int sysctl_path(const char *key, struct sysctl_path *ret, struct err *e);

/*
 * Refuses parameters that do not belong to a namespace of the service's own, as they would change the host's.
 * Bit N of own_namespaces: enum spec_namespace_type N is not the host's. Pure.
 */
int sysctl_check(const struct string_map *sysctl, uint64_t own_namespaces, struct err *e);

/* Writes them all. In the service's namespaces, with any procfs mounted or to be mounted; needs no /proc of its own. */
int sysctl_apply(const struct string_map *sysctl, struct err *e);
