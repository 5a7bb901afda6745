/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service's cgroup as a unit of systemd (systemd.slice(5), systemd.scope(5)). Pure.
 *
 * "slice:prefix:name" is the scope prefix-name.scope in the slice; a name that ends in
 * ".slice" is itself a slice. An empty slice is system.slice, or user.slice under a user's own
 * manager; an empty text is all of ":cloche:<id>". Slices nest by their dashes: "a-b.slice" is in "a.slice".
 */
#pragma once

#include "base/err.h"

#include <linux/limits.h>
#include <stdbool.h>

enum { CGROUP_UNIT_NAME_MAX = 256 }; /* as systemd's UNIT_NAME_MAX, with the NUL */

struct cgroup_unit {
	char slice[CGROUP_UNIT_NAME_MAX]; /* "system.slice"; "-.slice" for the top */
	char name[CGROUP_UNIT_NAME_MAX];  /* "cloche-web.scope" */
};

struct cgroup_unit_wanted {
	const char *cgroups_path; /* may be NULL */
	const char *id;
	bool user; /* a user's own manager is to make it */
};

int cgroup_unit_parse(const struct cgroup_unit_wanted *wanted, struct cgroup_unit *ret, struct err *e);

/* Whether the unit is a slice, which holds no process itself. */
bool cgroup_unit_is_slice(const struct cgroup_unit *unit);

/* "a-b.slice" → "/a.slice/a-b.slice"; "-.slice" → "". */
int cgroup_slice_path(const char *slice, char ret[PATH_MAX], struct err *e);

/* The cgroup in which systemd puts the unit, below the cgroup of the manager. */
int cgroup_unit_path(const struct cgroup_unit_wanted *wanted, char ret[PATH_MAX], struct err *e);
