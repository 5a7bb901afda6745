/* SPDX-License-Identifier: Apache-2.0 */
/* Who the service's process is: its user and groups. */
#pragma once

#include "base/err.h"
#include "config/spec_process.h"

/*
 * Takes the supplementary groups of the spec. All are ids of the current user namespace.
 *
 * Where the namespace denies setgroups(2) (user_namespaces(7)), groups that were asked for are an
 * error; when none was, the caller's stay, since nobody can take them away there.
 */
int ids_groups_apply(const struct spec_user *user, struct err *e);

/*
 * Takes the supplementary groups, the group and the user of the spec, real, effective and saved,
 * in this order, each as long as it is still permitted.
 */
int ids_apply(const struct spec_user *user, struct err *e);
