/* SPDX-License-Identifier: Apache-2.0 */
/* From a machine that was described to a service that waits in it. */
#pragma once

#include "base/err.h"
#include "config/spec.h"
#include "runtime/service/microvm_parts.h"
#include "runtime/service/service.h"

struct microvm_boot {
	const struct service *service;
	const struct service_request *request;
	const struct spec *guest_spec;
	int socket; /* the host's end of runtime/proto/machine.h */
};

/* Waits until the machine runs, the guest's first process answers, and the service is created in it. When one of them
 * ends instead, the error has what the guest's kernel said last. */
int microvm_boot(const struct microvm_boot *boot, struct err *e);
