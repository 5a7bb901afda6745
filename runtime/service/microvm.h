/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the microVM wall share. */
#pragma once

#include "runtime/service/service.h"

/* In the service's directory: where the VMM listens for connections to the guest, and what the guest's kernel says. */
#define MICROVM_VSOCK_SOCKET "vsock.sock"
#define MICROVM_GUEST_LOG    "guest.log"

/* microvm_create.c, microvm.c, microvm_update.c, microvm_exec.c */
int microvm_create(const struct service_request *request, struct service_made *made, struct err *e);
int microvm_start(struct service *s, const struct spec *spec, struct err *e);
int microvm_update(struct service *s, struct spec *spec, const struct spec_resources *resources, struct err *e);
int microvm_exec(struct service *s, const struct service_exec *request, struct service_executed *ret, struct err *e);
