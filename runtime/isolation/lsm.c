/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/lsm.h"

#include "base/fd.h"
#include "base/own.h"
#include "base/text.h"
#include "runtime/isolation/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

enum { LSM_PARAMETER_BYTES = 16 };

/* The profile that confines nothing, which every service has on a host without AppArmor. */
#define LSM_UNCONFINED "unconfined"

static bool lsm_asked(const char *label)
{
	return label && *label;
}

struct lsm_host lsm_probe(void)
{
	struct lsm_host host = {0};
	struct err ignored = ERR_NONE;
	own_text enabled = {0};
	struct statfs fs;

	if (file_read(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", LSM_PARAMETER_BYTES, &enabled, &ignored) ==
		0)
		host.apparmor = text_string(&enabled)[0] == 'Y';
	host.selinux = statfs("/sys/fs/selinux", &fs) == 0 && (unsigned int)fs.f_type == SELINUX_MAGIC;
	return host;
}

static int lsm_refuse(const char *module, const char *label, const char *pointer, struct err *e)
{
	(void)err_set(e, ENOTSUP, "lsm-missing", "'%s' is asked for, but this host runs without %s", label,
		module); /* the same number as below */
	return err_at(e, "%s", pointer);
}

int lsm_check(const struct lsm_host *host, const struct spec_process *process, const char *mount_label, struct err *e)
{
	const char *profile = process->apparmor_profile;

	if (!host->apparmor && lsm_asked(profile) && strcmp(profile, LSM_UNCONFINED) != 0)
		return lsm_refuse("AppArmor", profile, "/process/apparmorProfile", e);
	if (!host->selinux && lsm_asked(process->selinux_label))
		return lsm_refuse("SELinux", process->selinux_label, "/process/selinuxLabel", e);
	if (!host->selinux && lsm_asked(mount_label))
		return lsm_refuse("SELinux", mount_label, "/linux/mountLabel", e);
	return 0;
}

/* A process that is not in the pid namespace of the service's /proc (plan_exec.c) is not found there. */
static int lsm_open_proc(struct err *e)
{
	own_fd proc = procfs_open(e);

	if (proc < 0)
		return proc;
	return faccessat(proc, "self/attr", F_OK, 0) == 0 ? give_fd(&proc) : procfs_open_private(e);
}

static int lsm_apply_apparmor(int proc, const char *profile, struct err *e)
{
	own_text command = {0};
	struct err why = ERR_NONE;
	int r;

	text_format(&command, "exec %s", profile);
	if (command.failed)
		return err_nomem(e);
	r = procfs_write(proc, "self/attr/apparmor/exec", text_string(&command), &why);
	if (r == 0 || ((r == -ENOENT || r == -EINVAL) && strcmp(profile, LSM_UNCONFINED) == 0))
		return 0; /* without AppArmor nothing is confined */
	*e = why;
	if (r == -ENOENT)
		(void)err_set(e, ENOENT, "apparmor-profile-missing",
			"the AppArmor profile '%s' is not loaded; load it with apparmor_parser(8)",
			profile); /* the same number as below */
	return err_at(e, "/process/apparmorProfile");
}

int lsm_apply(const struct spec_process *process, struct err *e)
{
	own_fd proc = -1;
	int r = 0;

	if (!lsm_asked(process->apparmor_profile) && !lsm_asked(process->selinux_label))
		return 0;
	proc = lsm_open_proc(e);
	if (proc < 0)
		return proc;
	if (lsm_asked(process->apparmor_profile))
		r = lsm_apply_apparmor(proc, process->apparmor_profile, e);
	if (r < 0 || !lsm_asked(process->selinux_label))
		return r;
	r = procfs_write(proc, "self/attr/exec", process->selinux_label, e);
	return r < 0 ? err_at(e, "/process/selinuxLabel") : 0;
}

int lsm_label_keyrings(const char *label, struct err *e)
{
	own_fd proc = -1;

	if (!lsm_asked(label))
		return 0;
	proc = lsm_open_proc(e);
	if (proc < 0)
		return proc;
	return procfs_write(proc, "self/attr/keycreate", label, e) < 0 ? err_at(e, "/process/selinuxLabel") : 0;
}
