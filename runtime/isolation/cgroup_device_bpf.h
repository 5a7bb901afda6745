/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device rules in version 2: an eBPF program that the kernel asks at each open(2) and
 * mknod(2) of a device (cgroup-v2.rst, "Device controller"; linux/bpf.h, bpf_cgroup_dev_ctx).
 */
#pragma once

#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/cgroup_device.h"

struct bpf_insn;

struct cgroup_device_program {
	size_t n;
	struct bpf_insn *items; /* in an arena */
};

/*
 * Rules from the last to the first, each taking from the wanted access what it allows,
 * until none is left (1, allowed) or one denies a part of it (0). Pure.
 */
int cgroup_device_program(
	const struct cgroup_device_rules *rules, struct arena *arena, struct cgroup_device_program *ret, struct err *e);

/*
 * Loads the program and puts it on the cgroup, in the place of the one that we put there
 * before, if any, without a moment between; programs of others stay, and all have to agree.
 * -EPERM, code "no-device-filter": the caller lacks CAP_BPF or CAP_SYS_ADMIN of the host.
 */
int cgroup_device_attach(const struct cgroup *cgroup, const struct cgroup_device_program *program, struct err *e);
