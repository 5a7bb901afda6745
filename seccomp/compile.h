/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the spec's linux.seccomp to the program that the kernel runs (the only user of libseccomp).
 *
 * The spec (OCI runtime-spec config-linux.md, "Seccomp") leaves open what follows; profiles
 * are written and tested against runc, so where it has an answer, it is ours too:
 *
 * - The native architecture is always filtered, named or not. A call by an architecture that
 *   is not named kills the thread.
 * - A syscall that libseccomp does not know on any architecture is left out, with a debug line:
 *   profiles name calls of kernels to come.
 * - The conditions of one rule must all hold, unless two of them look at the same argument:
 *   then each is a rule of its own, and one that holds is enough.
 * - A rule with the default's action says nothing new and is left out.
 * - A rule without conditions wins over rules with conditions of the same call, and the
 *   first of two without conditions over the second. The same conditions with another action are an error.
 * - ERRNO and TRACE without errnoRet return EPERM; an errnoRet with any other action is an error.
 * - No flags in the spec stands for SPEC_ALLOW (an empty list is none): the speculative-store
 *   mitigation that a filter would switch on costs much and is the service's own to ask for.
 * - With SCMP_ACT_NOTIFY, write(2) stays out of the supervisor's hands, and so does the default:
 *   whoever applies the filter still has to say that it has a listener (apply.h).
 *
 * Newer calls than the profile knows. Where the default action is ERRNO, a call whose number is
 * above all those that the profile names on that architecture fails with ENOSYS: a C library that
 * tries a new call takes the old one on ENOSYS and gives up on EPERM. runc does so for KILL and
 * TRAP too; here a profile that kills on what it does not list is taken at its word.
 */
#pragma once

#include "base/err.h"
#include "config/spec_seccomp.h"
#include "seccomp/filter.h"

/*
 * Compiles the spec into *ret, owned by the caller. Depends on the spec and libseccomp alone, not on the
 * running kernel. Errors have a code of "seccomp-…" and the JSON pointer of the field at fault.
 */
int seccomp_compile(const struct spec_seccomp *spec, struct seccomp_filter *ret, struct err *e);

/* What the same spec's program may depend on: libseccomp's version (0xMMmmpp) and the native architecture. */
struct seccomp_compiler {
	uint32_t version, architecture;
};

struct seccomp_compiler seccomp_compiler_identify(void);

/* What can be compiled: bits of enum spec_seccomp_action, _operator, _arch. */
struct seccomp_vocabulary {
	uint64_t actions, operators, architectures;
};

struct seccomp_vocabulary seccomp_compiler_vocabulary(void);
