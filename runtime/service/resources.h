/* SPDX-License-Identifier: Apache-2.0 */
/* What the limits of a service are once they were updated. Pure. */
#pragma once

#include "base/err.h"
#include "config/spec.h"

/*
 * Puts what an update sets over the spec's own resources. As when it is applied
 * (cgroup_limits.h), 0 leaves alone where it stands for "not set"; a list takes the place of a list.
 * The spec then borrows from `update`.
 */
int resources_merge_spec(struct spec *spec, const struct spec_resources *update, struct err *e);
