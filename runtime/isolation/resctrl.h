/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shares of cache and memory bandwidth (OCI runtime-spec config-linux.md, "IntelRdt"): a directory of resctrl is a
 * class of service, a file "tasks" in it takes processes. A service without a closID has a class
 * of its own, named after it, which goes when it goes.
 */
#pragma once

#include "base/err.h"
#include "config/spec_linux.h"

#include <stdbool.h>
#include <sys/types.h>

#define RESCTRL_ROOT "/sys/fs/resctrl"

bool resctrl_is_mounted(void);

/* A descriptor of RESCTRL_ROOT. */
int resctrl_open(struct err *e);

struct resctrl {
	int root;       /* descriptor of RESCTRL_ROOT */
	const char *id; /* of the service */
	const struct spec_intel_rdt *rdt;
};

/* Makes or checks the class and puts the process into it. When it fails, nothing is left. */
int resctrl_enter(const struct resctrl *resctrl, pid_t pid, struct err *e);

/* Removes what is the service's own. Where there is nothing, nothing happens. */
void resctrl_remove(const struct resctrl *resctrl);
