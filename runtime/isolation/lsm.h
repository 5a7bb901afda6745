/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels of the kernel's security modules: an AppArmor profile or an SELinux label for the service's
 * process, set for the next execve(2). A label that is asked for on a host without its module is
 * refused: the service would run without the confinement that the spec relies on.
 */
#pragma once

#include "base/err.h"
#include "config/spec_process.h"

#include <stdbool.h>

/* The option that carries linux.mountLabel to each new filesystem: fsconfig(fd, FSCONFIG_SET_STRING, LSM_…, label). */
#define LSM_MOUNT_OPTION "context"

struct lsm_host {
	bool apparmor, selinux;
};

/* What the running kernel enforces. Call on the host, before the root is changed. */
struct lsm_host lsm_probe(void);

/* Refuses labels that the host cannot honour. mount_label may be NULL. Pure. */
int lsm_check(const struct lsm_host *host, const struct spec_process *process, const char *mount_label, struct err *e);

/* Sets the profile and the label, where the spec has them, for the next execve(2). Needs procfs on /proc. */
int lsm_apply(const struct spec_process *process, struct err *e);

/* Sets the SELinux label of the keyrings made from here on; NULL or "" is the default. Needs procfs on /proc. */
int lsm_label_keyrings(const char *label, struct err *e);
