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

/* All but those of the guest; memory limits have room for the machine itself, too. */
int microvm_resources_host(const struct spec *spec, struct arena *a, struct spec_resources **ret, struct err *e);

/* Numbers of processes, rules for devices. */
int microvm_resources_guest(const struct spec *spec, struct arena *a, struct spec_resources **ret, struct err *e);
