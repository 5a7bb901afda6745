/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which devices a service may use (OCI runtime-spec config-linux.md, "Device cgroup").
 *
 * A list of rules, of which the last that names a device decides, for each of read, write
 * and mknod apart; what no rule names is denied. Version 1 of cgroups takes the
 * list as writes, version 2 as an eBPF program (cgroup_device_bpf.h).
 */
#pragma once

#include "config/spec_linux.h"
#include "runtime/isolation/cgroup_limits.h"

struct cgroup_device_rules {
	size_t n;
	size_t spec_n; /* the first of them are the spec's, in its order */
	struct spec_device_rule *items;
};

/* What the spec asks for. All borrowed. */
struct cgroup_device_wanted {
	const struct spec_device_rule *rules;
	size_t rules_n;
	const struct spec_device *devices; /* linux.devices */
	size_t devices_n;
};

/*
 * The spec's rules, then what it asks for without saying so: the devices it has made
 * (except where one of its rules names them: that then says all), and those of every service: null, zero,
 * full, random, urandom, tty, console, ptmx and the pseudo terminals. Making a node is
 * allowed for all, as it gives no access. The list is in the arena. Pure.
 */
int cgroup_device_rules(
	const struct cgroup_device_wanted *wanted, struct arena *arena, struct cgroup_device_rules *ret, struct err *e);

/* Whether the rules let a device be used; access is of BPF_DEVCG_ACC_*, type 'b' or 'c'. Pure. */
struct cgroup_device_use {
	char type;
	unsigned int major, minor, access;
};

bool cgroup_device_allows(const struct cgroup_device_rules *rules, const struct cgroup_device_use *use);

/*
 * Appends the writes of version 1, which keeps a default and exceptions to it. Rules
 * that it cannot keep (an exception to an exception) are refused, -EOPNOTSUPP. `now` is
 * devices.list of a group that is updated, of which only the difference is written; NULL
 * for a new one. Pure.
 */
int cgroup_device_writes(const struct cgroup_device_rules *rules, const char *now, struct arena *arena,
	struct cgroup_writes *to, struct err *e);

/* Bits of BPF_DEVCG_ACC_* for a rule. */
unsigned int cgroup_device_access(const struct spec_device_rule *rule);

/* Whether the rule is about every device of every type. */
bool cgroup_device_is_all(const struct spec_device_rule *rule);
