/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the planner share. A section adds its steps, or none. */
#pragma once

#include "runtime/isolation/plan_for.h"

struct mount_request;

struct planner {
	const struct spec *spec;
	const struct plan_setting *setting;
	struct plan *plan;
	uint64_t new_namespaces;        /* CLONE_NEW* of those to be made */
	uint64_t joined_namespaces;     /* CLONE_NEW* of those to be joined */
	struct mount_request *requests; /* one per mount of the spec, in the plan's arena */
	bool user;                      /* the service is in a user namespace that is not the caller's */
	bool joiner;                    /* namespaces must be entered before the clone */
};

typedef int plan_section(struct planner *p, struct err *e);

/* plan_namespaces.c: which process enters what, and when */
int plan_namespaces_survey(struct planner *p, struct err *e);
plan_section plan_namespaces_open, plan_before_clone, plan_clone, plan_id_maps, plan_after_clone, plan_host_names,
	plan_network;

/* plan_cgroup.c */
plan_section plan_cgroup_create, plan_cgroup_create_systemd, plan_cgroup_open, plan_cgroup_move, plan_cgroup_enter,
	plan_cgroup_unshare, plan_intel_rdt;

/* CLONE_INTO_CGROUP where the clone enters the cgroup, else 0. */
uint64_t plan_cgroup_clone_flag(const struct planner *p);

/* plan_root.c */
plan_section plan_mount_sources, plan_mounts, plan_devices, plan_root_pivot, plan_root_locks, plan_mount_points;

/* plan_process.c: shared by the service's first process and exec */
plan_section plan_seccomp_get, plan_limits, plan_session, plan_keyring, plan_console, plan_attributes,
	plan_program_find, plan_record, plan_privileges, plan_program;

/* Makes a plan of the sections in their order. */
struct plan_order {
	plan_section *const *sections;
	size_t n;
};

int plan_in_order(const struct plan_order *order, const struct spec *spec, const struct plan_setting *setting,
	struct plan *ret, struct err *e);

/* Adds steps for fields that may be absent: those whose `what` is not NULL. */
int plan_add_present(struct planner *p, const struct step *steps, size_t n, struct err *e);

/* CLONE_NEW* of a namespace type. */
uint64_t namespace_clone_flag(enum spec_namespace_type type);
