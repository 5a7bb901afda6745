/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the wall of namespaces share. */
#pragma once

#include "runtime/isolation/cgroup.h"
#include "runtime/service/service.h"

/* The service's cgroup, from its state. */
int namespace_cgroup(const struct service *s, struct cgroup *ret, struct err *e);

/* Whether it has a place in a hierarchy of the version. */
bool namespace_has_cgroup(const struct cgroup *cgroup, bool v2);

/* The directory of compiled filters beside the services; -1: the spec has no filter, or it is compiled anew. */
int namespace_seccomp_cache(int root, const struct spec *spec);

bool namespace_paused(const struct service *s);
int namespace_destroy(struct service *s, struct err *e);

/* namespace_create.c, namespace_exec.c */
int namespace_create(const struct service_request *request, struct service_made *made, struct err *e);
int namespace_start(struct service *s, const struct spec *spec, struct err *e);
int namespace_exec(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e);

/* namespace_checkpoint.c, namespace_restore.c */
struct checkpoint;
int namespace_checkpoint(struct service *s, const struct checkpoint *checkpoint, struct err *e);
int namespace_restore(const struct service_request *request, struct service_made *made, struct err *e);

/* namespace_cgroup.c */
struct pid_list;
struct stats;
int namespace_pause(struct service *s, bool on, struct err *e);
int namespace_update(struct service *s, struct spec *spec, const struct spec_resources *resources, struct err *e);
int namespace_stats(struct service *s, struct stats *ret, struct err *e);
int namespace_oom_kills(struct service *s, uint64_t *ret, struct err *e);
int namespace_processes(struct service *s, struct pid_list *ret, struct err *e);
