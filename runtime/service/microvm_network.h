/* SPDX-License-Identifier: Apache-2.0 */
/* A machine's network: what an orchestrator has put into the VMM's network namespace (runtime/isolation/net_guest.h).
 */
#pragma once

#include "base/err.h"
#include "runtime/isolation/net_guest.h"
#include "runtime/proto/agent.h"
#include "runtime/service/service.h"

/*
 * Looks into the namespace of the service's first process. Where there is an interface, *ret_tap is tied to it and the
 * caller's; else it is -1, and ret->index 0.
 */
int microvm_network_tie(const struct service *s, struct net_guest *ret, int *ret_tap, struct err *e);

/* What the guest is told of it when it starts. */
int microvm_network_tell(const struct service *s, struct agent_start *ret, struct err *e);

/* Gives the interface back, where the namespace was not the service's own and is still there. */
void microvm_network_untie(const struct spec *spec);
