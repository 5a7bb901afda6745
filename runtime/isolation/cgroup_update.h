/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing the limits of a service that runs. What the resources leave out, and the
 * zeroes that engines send for "not set" (cgroup_limits.h), stays as it is.
 */
#pragma once

#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/cgroup_device_bpf.h"

struct cgroup_update {
	const struct spec_resources *resources; /* what is to change */
	const struct spec_device *devices;      /* linux.devices of the service, which rules for devices build on */
	size_t devices_n;
};

/* In an arena. Everything that can be refused has been: what is left can fail in the kernel only. */
struct cgroup_changes {
	struct cgroup_writes writes;
	struct cgroup_device_program program; /* n 0: the device rules stay, or are among the writes */
};

/* Looks at the cgroup and changes nothing. */
int cgroup_update_plan(const struct cgroup *cgroup, const struct cgroup_update *update, struct arena *arena,
	struct cgroup_changes *ret, struct err *e);

/* Makes the changes, in order, up to the first that fails. */
int cgroup_update_apply(const struct cgroup *cgroup, const struct cgroup_changes *changes, struct err *e);
