/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which limits hold around a machine, and which in it. Pure.
 *
 * The host counts what the machine as a whole takes. Only the guest can tell the service's processes and devices from
 * what else there is in the machine.
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"
#include "runtime/service/microvm_size.h"

/* All but those of the guest; memory limits have room for the machine itself, too. */
int microvm_resources_host(const struct spec *spec, struct arena *a, struct spec_resources **ret, struct err *e);

/* Numbers of processes, rules for devices. */
int microvm_resources_guest(const struct spec *spec, struct arena *a, struct spec_resources **ret, struct err *e);

/* An update, split in the same way. The guest also keeps a limit of memory that is below what its machine has. */
struct microvm_update {
	struct microvm_size size; /* of the machine, as it was made */
	struct spec_resources host, guest;
};

/* spec: the service's. -ERANGE with the JSON pointer: it cannot become so. */
int microvm_resources_update(const struct spec *spec, const struct spec_resources *update, struct arena *a,
	struct microvm_update *ret, struct err *e);
