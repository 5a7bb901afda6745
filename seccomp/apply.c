/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/apply.h"

#include "seccomp/flags.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int apply_explain_flags(const struct seccomp_filter *filter, struct err *e)
{
	const char *flag = seccomp_flags_find_unsupported(filter->flags);

	if (!flag)
		return err_set(e, EINVAL, "seccomp-refused",
			"load the seccomp filter: the kernel refuses the program or its flags");
	(void)err_set(
		e, EINVAL, "seccomp-flag-unsupported", "load the seccomp filter: this kernel does not know '%s'", flag);
	return err_at(e, "/linux/seccomp/flags");
}

/* What the errnos of seccomp(2) mean here. */
static int apply_explain(const struct seccomp_filter *filter, int no, struct err *e)
{
	switch (no) {
	case EINVAL:
		return apply_explain_flags(filter, e);
	case EACCES:
		return err_set(e, EACCES, "seccomp-privilege",
			"load the seccomp filter: it needs noNewPrivileges or CAP_SYS_ADMIN");
	case EBUSY:
		return err_set(e, EBUSY, "seccomp-listener-exists",
			"load the seccomp filter: another filter of this process has a listener already");
	case ESRCH:
		return err_set(e, ESRCH, "seccomp-tsync",
			"load the seccomp filter: another thread is under a filter of its own");
	default:
		return err_set(e, no, "seccomp-refused", "load the seccomp filter: %s", strerror(no));
	}
}

int seccomp_apply(const struct seccomp_filter *filter, int *ret_listener, struct err *e)
{
	struct sock_fprog program = {(unsigned short)filter->length, filter->program};
	long r;

	if (filter->length == 0 || filter->length > BPF_MAXINSNS)
		return err_set(e, EINVAL, "seccomp-refused", "load the seccomp filter: it has %zu instructions",
			filter->length);
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags, &program);
	if (r < 0)
		return apply_explain(filter, errno, e);
	*ret_listener = seccomp_filter_notifies(filter) ? (int)r : -1;
	return 0;
}
