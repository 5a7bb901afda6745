/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities of the service's process (capabilities(7)). The only user of libcap.
 *
 * Three calls around the change of ids, in this order:
 *
 *	caps_drop_bounding()    while CAP_SETPCAP is still effective
 *	caps_keep()             else the change from uid 0 would empty the permitted set
 *	ids_apply()
 *	caps_apply()
 *
 * What is asked but cannot be granted, because the kernel does not know it or the caller
 * does not have it, is withheld and reported: the spec says that a runtime must warn and
 * should not fail (config.md, "capabilities"). Never is anything granted that was not asked.
 */
#pragma once

#include "base/err.h"
#include "config/spec_process.h"

#include <stdbool.h>

/* Leaves no capability in the bounding set but those asked for. NULL asks for none. Needs CAP_SETPCAP to drop one. */
int caps_drop_bounding(const struct spec_capabilities *asked, struct err *e);

/* Lets the permitted set outlive the change of ids that follows. caps_apply() ends it. */
int caps_keep(struct err *e);

/*
 * Makes the permitted, effective, inheritable and ambient sets what was asked, as far as it can be granted.
 * *ret_withheld are the capabilities, of any set, that were asked and are not there: something to warn of.
 */
int caps_apply(const struct spec_capabilities *asked, uint64_t *ret_withheld, struct err *e);

/*
 * What of these a service of the calling process's cannot have, in any set. In a user namespace of its own it can have
 * whatever the kernel knows.
 */
uint64_t caps_missing(const struct spec_capabilities *asked, bool user_namespace);

/* The set of capabilities that the running kernel knows. */
uint64_t caps_of_kernel(void);

/* "CAP_NET_ADMIN, CAP_SYS_RESOURCE" of a set; cut at the end where there is no room for all. */
struct caps_names {
	char text[1024];
};

struct caps_names caps_names_of(uint64_t set);
