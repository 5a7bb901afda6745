/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last steps of the service's process: from cloche's code to the service's.
 *
 * exec_find() runs as the service's user in the service's root, so that what it finds is
 * what execve(2) will be allowed to run; its messages are in the words that engines match
 * ("executable file not found in $PATH"), its codes decide about the exit status:
 *
 *	exec-not-found      127
 *	exec-not-permitted  126
 */
#pragma once

#include "base/err.h"
#include "config/spec_types.h"

#include <limits.h>
#include <sys/types.h>

struct exec_path {
	char text[PATH_MAX];
};

/*
 * Finds what arg0 names, as execvp(3) does: as it is when there is a '/' in it, else in the directories of PATH of env.
 * Refuses directories, what the user may not execute, and the running program itself under any name (CVE-2019-5736).
 */
int exec_find(const struct strings *env, const char *arg0, struct exec_path *ret, struct err *e);

/* Replaces the process. Returns only when that failed. */
int exec_service(const struct exec_path *path, const struct strings *args, const struct strings *env, struct err *e);

/*
 * Closes every descriptor from 3 + preserved on, but `keep`, which is marked close-on-exec; -1 keeps none. Closed now
 * and not by execve(2): until then a path like "/proc/self/fd/7/../bin/sh" would lead through it to the host
 * (CVE-2024-21626).
 */
int exec_fds_close(unsigned int preserved, int keep, struct err *e);

/* Default action and no blocking for each signal, whatever the caller ignores or blocks. */
int exec_signals_reset(struct err *e);

/*
 * Puts the service's own /dev/null wherever 0, 1 or 2 is a null device: an engine may have opened its own for reading
 * alone, and writing to that fails. Call in the service's root. A service that has none keeps what it was given.
 */
int exec_null_renew(struct err *e);

/*
 * Gives pipes and sockets on 0, 1 and 2 to the service's user, who could not open /dev/stdout otherwise. Call before
 * the change of ids. Files and terminals of the caller stay the caller's.
 */
int exec_stdio_give(uid_t uid, struct err *e);
