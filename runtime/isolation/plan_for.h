/* SPDX-License-Identifier: Apache-2.0 */
/* The planners: from a checked spec to a plan. Pure. */
#pragma once

#include "runtime/isolation/plan.h"

#include <stdbool.h>
#include <sys/types.h>

struct cgroup_host;

/* What a plan depends on beside the spec. Borrowed. */
struct plan_setting {
	const struct cgroup_host *cgroups; /* what limits are translated for; not for exec */
	bool cgroup_v1, cgroup_v2;         /* the service has a cgroup in a hierarchy of the version */
	const char *id, *bundle;
	bool privileged;     /* root: ids are mapped and sources opened from outside */
	bool user_namespace; /* root only of a user namespace: it makes no device and loads no filter */
	bool wait_start;     /* `create`: the service waits for `start` before its program */
	bool systemd_cgroup; /* systemd makes the cgroup */
	bool no_pivot, no_new_keyring;
	bool bare;         /* a root that holds what the spec mounts, and no devices */
	bool cgroup_made;  /* with its limits, by an earlier launch: it is only entered */
	bool unseen;       /* of exec: nothing of it is seen in the service before its powers are gone (plan_exec.c) */
	bool no_record;    /* nobody wants to write the process down before its program runs */
	bool console_kept; /* the host keeps the terminal's master */
};

/* A setting with what it has from the host's hierarchies, which it borrows, and nothing else yet. */
struct plan_setting plan_setting_on(const struct cgroup_host *host);

/*
 * The setting of whatever is started in a microVM's guest, for whose hierarchies it is: cloche-init starts it so, and
 * `cloche plan` prints it so.
 */
struct plan_setting plan_setting_in_guest(const struct cgroup_host *guest, const char *id, bool no_new_keyring);

/* The start-up of a service in namespaces. The plan borrows from the spec. */
int plan_for_service(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e);

/*
 * Whether the spec's process may trace others that have more powers than it: CAP_SYS_PTRACE, in no user namespace of
 * the service's own. An exec into its service is then to be unseen.
 */
bool plan_may_trace(const struct spec *spec);

/*
 * CRIU beside a service, which it dumps: cloche's program is `criu`, in a session of its own so that nothing that ends
 * the caller interrupts it. The program's descriptor 3 is what it is asked by.
 */
int plan_for_dump(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e);

/*
 * CRIU in the place of a service, which it restores: in the service's cgroup, which its children inherit, and in a
 * mount namespace of its own, so that what is mounted for it is gone when it is.
 */
int plan_for_restore(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e);

/* A further process in a running service; `spec` is the service's, its process the one to start. */
int plan_for_exec(const struct spec *spec, const struct plan_setting *setting, struct plan *ret, struct err *e);
