/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan: everything a start-up does, in order, as data.
 *
 * Planning is pure: it reads a checked spec, the facts about the host and the
 * caller's options, and changes nothing; `cloche plan` prints it. Running a plan
 * (launch.h) is the only way to an effect.
 *
 * Several processes run one plan side by side. Each step names its actor:
 *
 *	host    the cloche process that was called, outside
 *	joiner  a short-lived process between, where namespaces must be entered before
 *	        the service's first process is cloned
 *	init    the service's first process, from clone to exec
 *
 * All of them walk the same list, and each applies its own steps. Wherever the actor
 * changes, the baton is passed over a socket: so the list is the order in real time,
 * and a reader sees the whole start-up, with every point of synchronisation, in one place.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "config/spec.h"

enum actor { ACTOR_HOST, ACTOR_JOINER, ACTOR_INIT };

/* In no order: the order is the planner's. One row each in step.c. */
enum step_kind {
	STEP_SECCOMP_GET,
	STEP_SYSTEMD_START,
	STEP_CGROUP_CREATE,
	STEP_CGROUP_LIMIT,
	STEP_CGROUP_DEVICES,
	STEP_CGROUP_OPEN,
	STEP_CGROUP_ENTER,
	STEP_CGROUP_MOVE,
	STEP_CGROUP_UNSHARE,
	STEP_MOUNT_SOURCE,
	STEP_NAMESPACE_OPEN,
	STEP_NAMESPACE_JOIN,
	STEP_USER_UNSHARE,
	STEP_TARGET_JOIN,
	STEP_TIME_OFFSETS,
	STEP_CLONE,
	STEP_ID_MAP,
	STEP_USER_BECOME_ROOT,
	STEP_NET_LOOPBACK,
	STEP_NET_DEVICE,
	STEP_INTEL_RDT,
	STEP_OOM_SCORE,
	STEP_RLIMIT,
	STEP_SESSION,
	STEP_KEYRING,
	STEP_HOST_NAMES,
	STEP_ROOT_OPEN,
	STEP_ROOT_SETTLE,
	STEP_MOUNT_POINT,
	STEP_MOUNT,
	STEP_MOUNT_SEAL,
	STEP_DEVICES_DEFAULT,
	STEP_DEVICE,
	STEP_CONSOLE,
	STEP_CONSOLE_TAKE,
	STEP_HOOKS,
	STEP_ROOT_PIVOT,
	STEP_SYSCTL,
	STEP_READONLY_PATHS,
	STEP_MASKED_PATHS,
	STEP_ROOT_READONLY,
	STEP_ROOT_PROPAGATION,
	STEP_PERSONALITY,
	STEP_SCHEDULER,
	STEP_IO_PRIORITY,
	STEP_MEMORY_POLICY,
	STEP_CPU_AFFINITY,
	STEP_UMASK,
	STEP_LSM,
	STEP_CWD,
	STEP_EXEC_FIND,
	STEP_RECORD,
	STEP_WAIT_START,
	STEP_FDS_CLOSE,
	STEP_IDS,
	STEP_CAPS_BOUNDING,
	STEP_CAPS,
	STEP_NO_NEW_PRIVS,
	STEP_SECCOMP,
	STEP_EXEC,
	STEP_KIND_COUNT,
};

struct step {
	enum step_kind kind;
	enum actor actor;
	const void *what;    /* the step's own data, in the spec or the plan's arena; its type is the row's */
	uint64_t flags;      /* the step's own numbers: clone flags, an index */
	const char *pointer; /* JSON pointer of the field it comes from, or NULL */
};

struct plan {
	struct arena arena;      /* owns the steps and what they point to beside the spec */
	const struct spec *spec; /* borrowed: must outlive the plan */
	struct step *steps;
	size_t n, room;
};

#define own_plan __attribute__((cleanup(plan_free))) struct plan

/* Appends a step. -ENOMEM is the only failure. */
int plan_add(struct plan *plan, struct step step, struct err *e);

/* Prints the steps, numbered, a line each, or as a JSON array. Changes nothing. */
int plan_print_text(const struct plan *plan, struct text *out, struct err *e);
int plan_print_json(const struct plan *plan, struct text *out, struct err *e);

/* Words for a reader, as the plan is printed with. */
const char *plan_step_name(enum step_kind kind);
const char *plan_actor_name(enum actor actor);

/* Empties the plan. Accepts the empty and the half-built. */
void plan_free(struct plan *plan);
