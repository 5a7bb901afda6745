/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving a network device from one network namespace to another (OCI runtime-spec config-linux.md, "Network Devices"):
 * with its permanent addresses of global scope, under a name that is free there, and up.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <net/if.h>
#include <stdbool.h>

struct netdev_move {
	int from, to;         /* descriptors of the namespaces */
	const char *name;     /* there */
	const char *new_name; /* NULL or "": the same; with "%d" in it the kernel finds a number */
	bool up;              /* bring it up afterwards */
};

/* What came of it: enough to move it back. */
struct netdev_moved {
	char name[IF_NAMESIZE]; /* where it is now */
	bool was_up;
};

/*
 * The caller, of a single thread, must have power over both namespaces, and is in `from` or in neither. When it
 * fails the device is where it was. Routes do not go along: the kernel drops them.
 */
int netdev_move(const struct netdev_move *move, struct netdev_moved *ret, struct err *e);
