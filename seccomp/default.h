/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The profile of a service whose spec does not say one (the short form of specs).
 *
 * An allow list of the native architecture's calls, by groups with a reason each
 * (default_groups.c). What needs a capability is allowed to who holds it. All else fails with
 * EPERM; what has an older way to the same end, and what is newer than the list (compile.h), with
 * ENOSYS, so that a C library takes that way.
 *
 * Other architectures of the same machine (32-bit x86, x32) are left out: they double the kernel's
 * surface, and 32-bit x86 reaches sockets by socketcall(2), whose arguments no filter can see.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "config/spec_seccomp.h"

/*
 * Makes the profile for a service with these capabilities (bits as in linux/capability.h; the bounding set,
 * as what exec may give). Plain spec data: its names belong to the program, all else to the arena.
 */
int seccomp_default_profile(
	struct arena *a, const struct opt_bits *capabilities, struct spec_seccomp **ret, struct err *e);
