/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping cloche's own program out of a service's reach.
 *
 * Between the clone and the exec of its program, a service's process is cloche: /proc/PID/exe leads to
 * cloche's binary. A hostile root filesystem that names "#!/proc/self/exe" as its program, or a
 * process that watches, gets hold of it, and as root could open it for writing once nobody runs it
 * (CVE-2019-5736). So whoever is to launch a service first runs itself again from a clone of the
 * mount that the binary is on, read-only and mounted nowhere: through that, nobody can write,
 * and nobody can make it writable. No copy is made.
 */
#pragma once

#include "base/err.h"

/*
 * What it does where nothing goes wrong, runtime/cli/entry.c does before the C library starts, as that costs less.
 *
 * Returns 0 when the running program cannot be written through /proc/self/exe: it is on a
 * read-only mount, or the caller may not write it himself. Otherwise executes the same
 * program anew with argv and the same environment, and returns only when that failed.
 */
int self_protect(char *const *argv, struct err *e);
