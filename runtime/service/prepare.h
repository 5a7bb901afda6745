/* SPDX-License-Identifier: Apache-2.0 */
/* What is found out and planned before a service in namespaces is made. Changes nothing. */
#pragma once

#include "base/err.h"
#include "runtime/isolation/cgroup.h"
#include "runtime/isolation/mount_cgroup.h"
#include "runtime/isolation/plan_for.h"
#include "runtime/service/service.h"

struct prepared {
	struct cgroup_host host; /* n == 0: no cgroups here */
	bool user_namespace;     /* we are in one that somebody has made */
	struct cgroup cgroup;
	struct mount_cgroup mounted[CGROUP_HIERARCHIES_MAX];
	struct mount_cgroups mount_cgroups;
	struct plan plan;
};

/* *ret borrows from the request, and is freed by prepared_free() also after a failure. */
int prepare_service(const struct service_request *request, struct prepared *ret, struct err *e);

/* The same for a host that is given in ret->host, for printing a plan. */
int prepare_plan(const struct service_request *request, struct prepared *ret, struct err *e);

/* The same for criu in the place of the service, which is restored. */
int prepare_restore(const struct service_request *request, struct prepared *ret, struct err *e);

/* The plan of a further process in the request's service, which is that of the spec `further`. The host may be given.
 */
int prepare_exec(
	const struct service_request *request, const struct spec *further, struct prepared *ret, struct err *e);

/* What the plans of the request depend on, which borrow the prepared host. */
struct plan_setting prepare_setting(const struct service_request *request, const struct prepared *prepared);

/* Notes in the state where the cgroup will be. */
int prepare_cgroup_text(const struct prepared *prepared, struct service_state *state, struct err *e);

void prepared_free(struct prepared *prepared);
