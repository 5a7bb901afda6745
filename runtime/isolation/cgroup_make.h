/* SPDX-License-Identifier: Apache-2.0 */
/* Making a service's cgroup, entering it, removing it. */
#pragma once

#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/cgroup_limits.h"

#include <sys/types.h>

/* The controllers that the writes need, as bits. */
uint32_t cgroup_writes_controllers(const struct cgroup_writes *writes);

/*
 * Foretells what cgroup_make() will make, so that the state which is written before it says what
 * is ours to remove, should we be killed in between; changes nothing. -EBUSY: it is in use, by
 * others, who must not be found in our state.
 */
int cgroup_survey(struct cgroup *cgroup, struct err *e);

/*
 * Makes the directories, and in version 2 has the parents pass on the controllers that
 * are `needed` and, on a host without version 1, those that statistics want.
 * A directory that exists is taken over when no process is in it or below; -EBUSY
 * otherwise. What was made before a failure is removed.
 * -EACCES, -EPERM, -EROFS with code "cgroup-not-delegated": not ours to write.
 */
int cgroup_make(struct cgroup *cgroup, uint32_t needed, struct err *e);

/*
 * Has the parents of a cgroup that exists pass on more controllers; for an update. Best
 * effort: a limit that then finds no file says which controller it lacks.
 */
void cgroup_enable(const struct cgroup *cgroup, uint32_t needed);

/* Moves a process with its threads into the cgroup of each hierarchy. */
int cgroup_enter(const struct cgroup *cgroup, pid_t pid, struct err *e);

/* As cgroup_enter(), but for the version 2 hierarchy, which clone3(2) with CLONE_INTO_CGROUP has entered. */
int cgroup_enter_v1(const struct cgroup *cgroup, pid_t pid, struct err *e);

/*
 * The same for version 1, by the process itself: the host opens the entry, the process, which has
 * one thread and the descriptors from its parent, goes in, whatever it has become meanwhile.
 *
 * Far faster than cgroup_enter_v1(): a process of others is moved under a lock that waits for
 * an RCU grace period, 5 to 20 ms where nobody moved one just before; a thread that moves
 * itself takes no such lock (docs/decisions/0008-version-1-entered-by-oneself.md).
 */
struct cgroup_entry {
	size_t n;
	int fds[CGROUP_HIERARCHIES_MAX]; /* owned */
};

#define own_cgroup_entry __attribute__((cleanup(cgroup_entry_close))) struct cgroup_entry

int cgroup_entry_open(const struct cgroup *cgroup, struct cgroup_entry *ret, struct err *e);
int cgroup_entry_enter(const struct cgroup_entry *entry, struct err *e);
void cgroup_entry_close(struct cgroup_entry *entry);

/* A descriptor for CLONE_INTO_CGROUP. Owned by the caller. -ENOENT: no version 2 here. */
int cgroup_dir_fd(const struct cgroup *cgroup, struct err *e);

/*
 * An extended attribute (xattr(7)) of each parent that a cloche made. Services that share a parent come and go in any
 * order, and only the first knows by its own state that the parent was made.
 */
#define CGROUP_MADE_MARK "user.cloche.made"

/*
 * Removes the cgroup with all below it, and the parents that a cloche made where nobody else uses
 * them. Waits a bounded time for processes that are just dying. Whatever is gone
 * already counts as removed; the first that cannot be removed is reported, -EBUSY.
 */
int cgroup_remove(const struct cgroup *cgroup, struct err *e);
