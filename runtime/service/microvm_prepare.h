/* SPDX-License-Identifier: Apache-2.0 */
/* What is found out and planned before a service in a microVM is made. Changes nothing. */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "runtime/service/microvm_size.h"
#include "runtime/service/microvm_spec.h"
#include "runtime/service/prepare.h"

/* In the service's directory: the roots of the VMM and of the file server. */
#define MICROVM_VMM_ROOT "vmm"
#define MICROVM_FS_ROOT  "fs"

struct microvm_prepared {
	struct arena arena; /* of the paths in `place` */
	struct microvm_place place;
	struct microvm_size size;
	struct spec vmm_spec, fs_spec, guest_spec;
	struct service_request vmm_request;
	struct prepared vmm; /* with the cgroup of the whole */
	struct plan fs, guest;
};

#define own_microvm_prepared __attribute__((cleanup(microvm_prepared_free))) struct microvm_prepared

/* *ret borrows from the request, and is freed also after a failure. It stays where it is: its parts point to each
 * other. */
int microvm_prepare(const struct service_request *request, struct microvm_prepared *ret, struct err *e);

/* The same for a host that is given in ret->vmm.host, for printing a plan. */
int microvm_prepare_plan(const struct service_request *request, struct microvm_prepared *ret, struct err *e);

/* Appends the machine's size and the three plans. */
int microvm_prepared_text(const struct microvm_prepared *prepared, struct text *out, struct err *e);
int microvm_prepared_json(const struct microvm_prepared *prepared, struct text *out, struct err *e);

void microvm_prepared_free(struct microvm_prepared *prepared);
