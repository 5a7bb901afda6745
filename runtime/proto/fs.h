/* SPDX-License-Identifier: Apache-2.0 */
/* What cloche launches the file server (cloche-fs) with, and what it keeps to serve files. */
#pragma once

#include <linux/capability.h>
#include <stdint.h>

#define FS_CAPABILITY(capability) (UINT64_C(1) << (capability))

/* The guest's kernel has checked permissions already; what is left is to do, as whoever in the guest, what it asks. */
static const uint64_t fs_capabilities =
	FS_CAPABILITY(CAP_CHOWN)             /* files are given to others */
	| FS_CAPABILITY(CAP_DAC_OVERRIDE)    /* root in the guest reads and writes what is not its own */
	| FS_CAPABILITY(CAP_DAC_READ_SEARCH) /* and looks into directories */
	| FS_CAPABILITY(CAP_FOWNER)          /* modes, times and extended attributes of others' files */
	| FS_CAPABILITY(CAP_FSETID)          /* set-group-ID bits stay on files of other groups */
	| FS_CAPABILITY(CAP_MKNOD)           /* device nodes, which nobody opens on the share */
	| FS_CAPABILITY(CAP_SETFCAP)         /* capabilities of programs */
	| FS_CAPABILITY(CAP_SETGID)          /* what is made belongs to who made it: the group */
	| FS_CAPABILITY(CAP_SETUID);         /* and the user */
