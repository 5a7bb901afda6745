/* SPDX-License-Identifier: Apache-2.0 */
/* The process that an exec starts: the service's own, or one from a file, with what its caller wants otherwise. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec_process.h"

/* Zero-initialised changes nothing. Borrowed: it must outlive the process. */
struct process_changes {
	struct strings args; /* instead of the process's, where set */
	const char *cwd;     /* instead; NULL: as it is, as for the labels */
	const char *apparmor_profile, *selinux_label;
	struct opt_uint uid, gid;
	struct opt_bool terminal, no_new_privileges;
	struct strings env; /* added; the last of equal names counts */
	size_t gids_n;
	const uint64_t *gids;  /* added to the additional groups */
	uint64_t capabilities; /* added; bit N: capability N */
};

/*
 * Makes the changes; lists are made anew in the arena. As runc does, capabilities are added to the bounding, permitted
 * and effective sets, and to the ambient one where the process has inheritable ones at all.
 */
int process_change(struct arena *a, const struct process_changes *changes, struct spec_process *process, struct err *e);

/* Refuses a process that cannot be started: with the rules of a spec's process. */
int process_validate(const struct spec_process *process, struct err *e);
