/* SPDX-License-Identifier: Apache-2.0 */
/* What STEP_CGROUP_DEVICES carries: the rules, and what they are on the host that is planned for. */
#pragma once

#include "runtime/isolation/cgroup_device.h"
#include "runtime/isolation/cgroup_device_bpf.h"

struct cgroup_device_plan {
	struct cgroup_device_rules rules;
	struct cgroup_writes writes;          /* version 1 */
	struct cgroup_device_program program; /* version 2; n == 0: it is version 1 */
};
