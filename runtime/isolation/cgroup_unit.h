/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service's cgroup as a unit of systemd (systemd.slice(5), systemd.scope(5)). Pure.
 *
 * "slice:prefix:name" is the scope prefix-name.scope in the slice; a name that ends in
 * ".slice" is itself a slice. An empty slice is system.slice, an empty text all of
 * "system.slice:cloche:<id>". Slices nest by their dashes: "a-b.slice" is in "a.slice".
 */
#pragma once

#include "base/err.h"

#include <linux/limits.h>

enum { CGROUP_UNIT_NAME_MAX = 256 }; /* as systemd's UNIT_NAME_MAX, with the NUL */

struct cgroup_unit {
	char slice[CGROUP_UNIT_NAME_MAX]; /* "system.slice"; "-.slice" for the top */
	char name[CGROUP_UNIT_NAME_MAX];  /* "cloche-web.scope" */
};

/* Parts cgroups_path (may be NULL) of the service `id`. */
int cgroup_unit_parse(const char *cgroups_path, const char *id, struct cgroup_unit *ret, struct err *e);

/* "a-b.slice" → "/a.slice/a-b.slice"; "-.slice" → "". */
int cgroup_slice_path(const char *slice, char ret[PATH_MAX], struct err *e);

/* The cgroup in which systemd puts the unit, below the cgroup of the manager. */
int cgroup_unit_path(const char *cgroups_path, const char *id, char ret[PATH_MAX], struct err *e);
