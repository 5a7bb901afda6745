/* SPDX-License-Identifier: Apache-2.0 */
/* Effects of the steps about namespaces (namespaces(7)). Shapes as in run.h. */
#pragma once

#include "base/err.h"

struct run;
struct step;

/* Opens the namespace that the spec names by path, after a look whether it is of the type it should be. */
int namespace_open(struct run *run, const struct step *step, struct err *e);

/* Enters the namespace that step->flags's step has opened. */
int namespace_join(struct run *run, const struct step *step, struct err *e);

/* Enters the namespaces step->flags (CLONE_NEW*) of the service that exec goes to. */
int namespace_join_target(struct run *run, const struct step *step, struct err *e);

/* A user namespace for the joiner. */
int namespace_unshare_user(struct run *run, const struct step *step, struct err *e);

/* A time namespace for the children to come, with the spec's offsets. */
int namespace_time_offsets(struct run *run, const struct step *step, struct err *e);

/* A cgroup namespace with the process's cgroup as its root. */
int namespace_unshare_cgroup(struct run *run, const struct step *step, struct err *e);

/* Host name and NIS domain name. */
int namespace_host_names(struct run *run, const struct step *step, struct err *e);

/* Brings up lo of a new network namespace. */
int namespace_loopback(struct run *run, const struct step *step, struct err *e);
