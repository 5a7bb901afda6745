/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One service's cgroup: a directory in each hierarchy of the host.
 *
 * Its life: cgroup_prepare() says where it will be and changes nothing, so that the
 * state can be written before the first effect (cgroup_save); cgroup_make() makes it
 * (cgroup_make.h); limits (cgroup_apply.h), devices (cgroup_device.h), processes
 * (cgroup_process.h), figures (cgroup_stats.h); cgroup_remove().
 * cgroup_load() brings it back from the state without asking the host again.
 */
#pragma once

#include "base/text.h"
#include "runtime/isolation/cgroup_path.h"

#include <sys/types.h>

/* The cgroup in one hierarchy. */
struct cgroup_place {
	const char *dir;      /* absolute; in the cgroup's arena */
	size_t top;           /* length of the part of dir that is not ours and existed before */
	uint32_t controllers; /* of the hierarchy; bit N: enum cgroup_controller N */
	bool v2;
	unsigned int made; /* how many of dir's last components we made */
};

struct cgroup {
	struct arena arena;
	pid_t resident; /* the one process that may be in it before us, where systemd put it; 0: none */
	size_t n;
	struct cgroup_place places[CGROUP_HIERARCHIES_MAX];
};

#define own_cgroup __attribute__((cleanup(cgroup_free))) struct cgroup

/* Says where the cgroup is to be. Pure. */
int cgroup_prepare(const struct cgroup_host *host, const struct cgroup_path *path, struct cgroup *ret, struct err *e);

/* The cgroup as text, a line per hierarchy, and back. */
int cgroup_save(const struct cgroup *cgroup, struct text *out, struct err *e);
int cgroup_load(const char *text, struct cgroup *ret, struct err *e);

/* The place that has the controller; NULL where the host has none. */
const struct cgroup_place *cgroup_find(const struct cgroup *cgroup, enum cgroup_controller controller);
const struct cgroup_place *cgroup_find_v2(const struct cgroup *cgroup);

/* Writes text into a file of the cgroup with one write(2). */
int cgroup_place_write(const struct cgroup_place *place, const char *file, const char *text, struct err *e);

/* Appends a file of the cgroup. */
int cgroup_place_read(const struct cgroup_place *place, const char *file, struct text *out, struct err *e);

void cgroup_free(struct cgroup *cgroup);
