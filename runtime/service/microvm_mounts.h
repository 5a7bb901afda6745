/* SPDX-License-Identifier: Apache-2.0 */
/* A service's mounts on both sides of a machine's wall. Pure. */
#pragma once

#include "base/err.h"
#include "config/spec.h"

/* Adds the program, read-only. */
int microvm_mounts_program(const char *source, const char *destination, struct spec *ret, struct err *e);

/* Adds terminals of its own, of which the VMM's standard streams become one. */
int microvm_mounts_terminal(struct spec *ret, struct err *e);

/*
 * Adds the root filesystem and the sources of bind mounts. What is read-only for the service is read-only here, out of
 * the guest's reach; ids are mapped here, too. No device on it can be opened and no program executed, by
 * the host's kernel.
 */
int microvm_mounts_share(const struct spec *spec, struct spec *ret, struct err *e);

/* The service's, with sources below the share, or disks of the machine's. */
int microvm_mounts_guest(const struct spec *spec, struct spec *ret, struct err *e);
