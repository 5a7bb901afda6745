/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/fs/creds.h"

#include "runtime/proto/fs.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* what making a file for another takes: to be let into the directory, and to make device nodes */
static const uint64_t creds_kept =
	FS_CAPABILITY(CAP_DAC_OVERRIDE) | FS_CAPABILITY(CAP_DAC_READ_SEARCH) | FS_CAPABILITY(CAP_MKNOD);

/* glibc's own wrappers change every thread of the process. */
static int creds_set_uid(uid_t uid)
{
	return syscall(SYS_setresuid, (uid_t)-1, uid, (uid_t)-1) < 0 ? -errno : 0;
}

static int creds_set_gid(gid_t gid)
{
	return syscall(SYS_setresgid, (gid_t)-1, gid, (gid_t)-1) < 0 ? -errno : 0;
}

/* Of what is permitted keeps what is in `permitted` and makes effective what is in `effective`. */
static int creds_set_capabilities(uint64_t permitted, uint64_t effective)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(permitted >> 32 * i);
		data[i].effective = data[i].permitted & (uint32_t)(effective >> 32 * i);
	}
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

static int creds_set_effective(uint64_t effective)
{
	return creds_set_capabilities(UINT64_MAX, effective);
}

int creds_limit(void)
{
	return creds_set_capabilities(fs_capabilities, fs_capabilities);
}

int creds_become(uid_t uid, gid_t gid, struct creds_change *ret)
{
	int r;

	if (uid == getuid() && gid == getgid())
		return 0;
	ret->ids = true;
	r = creds_set_gid(gid);
	if (r == 0)
		r = creds_set_uid(uid);
	if (r == 0 && uid != getuid())
		r = creds_set_effective(creds_kept);
	if (r < 0)
		creds_restore(ret);
	return r;
}

int creds_drop_fsetid(struct creds_change *ret)
{
	int r = creds_set_effective(~FS_CAPABILITY(CAP_FSETID));

	ret->fsetid = r == 0;
	return r;
}

void creds_restore(struct creds_change *change)
{
	/* with the effective uid the effective capabilities come back; to serve on as somebody else would be a hole */
	if (change->ids && (creds_set_uid(getuid()) < 0 || creds_set_gid(getgid()) < 0))
		abort();
	if (change->fsetid && creds_set_effective(UINT64_MAX) < 0)
		abort();
	*change = (struct creds_change){0};
}
