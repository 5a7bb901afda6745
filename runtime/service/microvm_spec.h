/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three specs that a service in a microVM is started from (docs/microvm.md, "Processes"). Pure.
 *
 * Each borrows from the service's, which must outlive it; what it has of its own is in its arena (spec_free()).
 *
 * The file server's root has the root filesystem at /0 and the source of the spec's Nth bind mount at /N. The guest
 * finds them below MICROVM_SHARE, and its spec says so.
 */
#pragma once

#include "base/err.h"
#include "config/spec.h"

#define MICROVM_SHARE       "/run/cloche/share"
#define MICROVM_SHARE_TAG   "cloche"
#define MICROVM_PROGRAM_VMM "cloche-vmm"
#define MICROVM_PROGRAM_FS  "cloche-fs"

/* On the host. Borrowed. */
struct microvm_place {
	const char *vmm, *fs;           /* the programs */
	const char *vmm_root, *fs_root; /* empty directories, in which their programs are mounted */
	bool privileged;                /* host root: no user namespace is needed */
};

int microvm_spec_vmm(const struct spec *spec, const struct microvm_place *place, struct spec *ret, struct err *e);
int microvm_spec_fs(const struct spec *spec, const struct microvm_place *place, struct spec *ret, struct err *e);
int microvm_spec_guest(const struct spec *spec, bool privileged, struct spec *ret, struct err *e);
