/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller's descriptors. Found out first of all: what we open ourselves later would take the
 * place of one that was promised and is not there, or of a closed 0, 1 or 2.
 */
#pragma once

#include "base/err.h"

struct cli_inherited {
	unsigned int n; /* from 3 on, one after another */
	unsigned int
		listening; /* the first of them: sockets of a service manager (sd_listen_fds(3)), with LISTEN_FDS */
};

/* Also puts /dev/null where 0, 1 or 2 are closed. */
int cli_inherited_find(struct cli_inherited *ret, struct err *e);

/* How many go on to the service: the listening ones, and `preserve` more. Refuses what is not there. */
int cli_inherited_pass(const struct cli_inherited *inherited, unsigned long preserve, unsigned int *ret, struct err *e);
