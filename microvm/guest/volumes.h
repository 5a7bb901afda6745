/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filesystems on the machine's disks. The first process mounts them, and the service has them by bind mounts: neither
 * its cgroup, which may open no device, nor its user namespace is then in the way.
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"

/* Mounts those of the spec below `directory`, which is made, and lets the spec bind them. */
int volumes_mount(struct spec *spec, const char *directory, struct err *e);

/* Leaves all that was mounted there as whole filesystems, once nobody writes any more. */
void volumes_settle(const char *directory);
