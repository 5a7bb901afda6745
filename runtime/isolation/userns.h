/* SPDX-License-Identifier: Apache-2.0 */
/* Id maps of a user namespace (user_namespaces(7)). */
#pragma once

#include "base/err.h"
#include "config/spec_linux.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Writes the maps of the user namespace that process `pid`, a child, is in. Host root
 * (`privileged`) writes them directly; a plain user maps itself, and more by
 * newuidmap(1) and newgidmap(1) from its ranges in /etc/subuid and /etc/subgid.
 */
int userns_map(pid_t pid, const struct spec_linux *linux, bool privileged, struct err *e);

/* A descriptor of a user namespace with these maps and nobody in it, for idmapped mounts (mount_setattr(2)). */
int userns_open_for_maps(const struct spec_id_mappings *uids, const struct spec_id_mappings *gids, struct err *e);

/* The calling process, in a new user namespace, becomes its root: user and group 0. */
int userns_become_root(struct err *e);
