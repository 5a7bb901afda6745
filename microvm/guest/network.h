/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's network device, with what the service's network namespace has on the host. */
#pragma once

#include "base/err.h"
#include "runtime/proto/agent.h"

#include <sys/types.h>

/*
 * Moves it to the network namespace of the service's first process, unless that is ours, and sets it up there. Where
 * the host has none for the service, nothing is done.
 */
int network_configure(const struct agent_start *start, pid_t service, struct err *e);

/* Brings the loopback device up. */
int network_loopback(struct err *e);
