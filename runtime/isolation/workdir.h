/* SPDX-License-Identifier: Apache-2.0 */
/* The service's working directory. */
#pragma once

#include "base/err.h"

/* Makes cwd and what is missing of its parents below root (a descriptor), as long as that is writable. */
int workdir_make(int root, const char *cwd, struct err *e);

/*
 * Changes to cwd and makes sure that the process arrived inside its root, not behind a descriptor
 * that leads out of it (CVE-2024-21626).
 *
 * Called before the change of ids, for a directory that only root may enter; where that gives -EACCES
 * or -EPERM, again after it, for one that only the user may enter (a network filesystem's).
 */
int workdir_enter(const char *cwd, struct err *e);
