/* SPDX-License-Identifier: Apache-2.0 */
/* Handing the listener of a seccomp filter that notifies to the agent that the spec names. */
#pragma once

#include "base/err.h"

struct run;

/*
 * Takes the listener that the service's first process has as `number` and sends it to linux.seccomp.listenerPath
 * with the container process state (config-linux.md). The host's side; the process may be waiting for the agent.
 */
int listener_hand_over(const struct run *run, int number, struct err *e);
