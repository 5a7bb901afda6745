/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel parameters of the service's namespaces (linux.sysctl). */
#pragma once

#include "base/err.h"
#include "config/spec_types.h"

/*
 * Refuses parameters that do not belong to a namespace of the service's own, as they would change the host's.
 * Bit N of own_namespaces: enum spec_namespace_type N is not the host's. Pure.
 */
int sysctl_check(const struct string_map *sysctl, uint64_t own_namespaces, struct err *e);

/* Writes them all. In the service's namespaces, with any procfs mounted or to be mounted; needs no /proc of its own. */
int sysctl_apply(const struct string_map *sysctl, struct err *e);
