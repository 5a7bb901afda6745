/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's first file system (the kernel's Documentation/driver-api/early-userspace/buffer-format.rst), made in
 *memory: an archive of cpio's "newc" format with
 *
 *	/init			the first process
 *	/modules/000-NAME.ko …	for a kernel with modules, those that the machine's devices need, in the order in which
 *				they are to be loaded
 */
#pragma once

#include "base/err.h"

struct initramfs_parts {
	const char *init;    /* a file */
	const char *modules; /* the kernel's tree of modules; NULL: none are needed */
	const char *first;   /* an archive of others, which the kernel unpacks before this one; NULL: none */
};

/* A memfd, at its beginning, that nobody can change any more. The caller's; or a negative errno. */
int initramfs_build(const struct initramfs_parts *parts, struct err *e);
