/* SPDX-License-Identifier: Apache-2.0 */
/* The listener of a filter with SCMP_ACT_NOTIFY, on its way from the service to the agent that serves it. */
#pragma once

#include "base/err.h"

/*
 * Takes the listener that a child has under that number (seccomp_apply()) into this process (pidfd_getfd(2)).
 * Returns a close-on-exec descriptor, owned by the caller, or a negative errno.
 */
int seccomp_listener_take(int pidfd, int number, struct err *e);

/*
 * Sends the container process state (OCI runtime-spec config-linux.md; `state_json` names one fd,
 * "seccompFd") and with it the listener to the agent at the Unix stream socket `listener_path`: one state, one
 * connection, closed after it. An agent that does not take it within ten seconds is a failure.
 */
int seccomp_notify_send(const char *listener_path, const char *state_json, int listener, struct err *e);
