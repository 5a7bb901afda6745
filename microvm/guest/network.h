/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's network device, with what the service's network namespace has on the host. */
#pragma once

#include "base/err.h"
#include "runtime/proto/agent.h"

/* Where the host has none for the service, nothing is done. */
int network_configure(const struct agent_start *start, struct err *e);

/* Brings the loopback device up. */
int network_loopback(struct err *e);
