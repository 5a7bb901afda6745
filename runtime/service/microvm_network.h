/* SPDX-License-Identifier: Apache-2.0 */
/* A machine's network: what an orchestrator has put into the VMM's network namespace (runtime/isolation/net_guest.h).
 */
#pragma once

#include "base/err.h"
#include "runtime/isolation/net_guest.h"
#include "runtime/proto/agent.h"
#include "runtime/service/service.h"

/* What the spec's netDevices take from the caller's network namespace, which has it back when the start fails. */
struct microvm_lent {
	int namespace; /* where they are; -1: nowhere else */
	uint64_t up;   /* a bit for each that was up, of the first 64 */
};

/* To be called before the VMM is launched, … */
void microvm_network_lend(const struct spec *spec, struct microvm_lent *ret);

/* … when it has been, … */
int microvm_network_lent(const struct service *s, const struct spec *spec, struct microvm_lent *lent, struct err *e);

/* … and when the start has failed, before anything is destroyed: devices may end with their namespace. */
void microvm_network_return(const struct spec *spec, const struct microvm_lent *lent);

/*
 * Looks into the namespace of the service's first process. Where there is an interface, *ret_tap is tied to it and the
 * caller's; else it is -1, and ret->index 0.
 */
int microvm_network_tie(const struct service *s, struct net_guest *ret, int *ret_tap, struct err *e);

/* What the guest is told of it when it starts. */
int microvm_network_tell(const struct service *s, struct agent_start *ret, struct err *e);

/* Gives the interface back, where the namespace was not the service's own and is still there. */
void microvm_network_untie(const struct spec *spec);
