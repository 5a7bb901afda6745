/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces for a test program to make a mess in: all of it goes when they go. */
#pragma once

#include <stdbool.h>

/*
 * Runs `tests` as process 1 and root of new mount, pid, ipc, network and cgroup namespaces (and a
 * user namespace where asked for), with an empty /tmp of its own, and exits with what it returns.
 * Where that is not permitted, prints a TAP plan that says so and exits with 0.
 */
__attribute__((noreturn)) void namespaces_run(bool user_namespace, int (*tests)(void));

/*
 * The same, for a caller that goes on: returns what `tests` returns, or 0 where a plan says that it is not permitted.
 * more: flags of further namespaces than mount, pid, ipc and network. prepare: comes before the tests in there, and
 * says why there can be none, or NULL; may be NULL itself.
 */
int namespaces_run_in(int more, const char *(*prepare)(void), int (*tests)(void));

/* Whether ids other than 0 exist in there: a plain user can map only itself. */
bool namespaces_have_ids(void);
