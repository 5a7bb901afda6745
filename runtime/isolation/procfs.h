/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing to files of procfs that decide about the service's confinement.
 *
 * A process that believes it wrote its label or a limit, but wrote to a file that a root
 * filesystem or a mount put over /proc, runs unconfined (CVE-2019-16884). So every file
 * is reached from a directory that is known to be procfs, without crossing a mount.
 */
#pragma once

#include "base/err.h"

/* Opens /proc and makes sure that it is procfs. Returns a descriptor (O_PATH) or a negative errno. */
int procfs_open(struct err *e);

/*
 * A procfs of its own for the calling process's pid namespace, mounted nowhere: nobody can have put
 * anything over parts of it. Where the kernel does not allow one (a user namespace whose /proc is
 * masked), /proc itself. Returns a descriptor or a negative errno.
 */
int procfs_open_private(struct err *e);

/* Writes text to a file below proc, with one write(2). `path` is relative; a mount on the way is an error. */
int procfs_write(int proc, const char *path, const char *text, struct err *e);
