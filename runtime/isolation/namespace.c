/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/namespace.h"

#include "base/fd.h"
#include "base/own.h"
#include "config/names.h"
#include "runtime/isolation/limits.h"
#include "runtime/isolation/planner.h"
#include "runtime/isolation/run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

int namespace_open(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_namespace *namespace = step->what;
	own_fd fd = open(namespace->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int type;

	if (fd < 0)
		return err_sys(
			e, "open the %s namespace '%s'", names_of(&names_namespace, namespace->type), namespace->path);
	type = ioctl(fd, NS_GET_NSTYPE);
	if (type < 0)
		return err_set(e, EINVAL, "namespace-type", "'%s' is not a namespace", namespace->path);
	if ((uint64_t)type != namespace_clone_flag(namespace->type))
		return err_set(e, EINVAL, "namespace-type", "'%s' is not a %s namespace", namespace->path,
			names_of(&names_namespace, namespace->type));
	run->fds[step - run->request->plan->steps] = give_fd(&fd);
	return 0;
}

int namespace_join(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_namespace *namespace = step->what;

	if (setns(run->fds[step->flags], 0) < 0)
		return err_sys(
			e, "join the %s namespace '%s'", names_of(&names_namespace, namespace->type), namespace->path);
	return 0;
}

int namespace_join_target(struct run *run, const struct step *step, struct err *e)
{
	if (setns(run->request->target, (int)step->flags) < 0)
		return err_sys(e, "join the namespaces of '%s'", run->request->id);
	return 0;
}

int namespace_unshare_user(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	(void)step;
	return unshare(CLONE_NEWUSER) < 0 ? err_sys(e, "make a user namespace") : 0;
}

int namespace_time_offsets(struct run *run, const struct step *step, struct err *e)
{
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), r;
	own_text offsets = {0};

	(void)run;
	if (unshare(CLONE_NEWTIME) < 0)
		return err_sys(e, "make a time namespace");
	limits_time_offsets_text(step->what, &offsets);
	if (offsets.failed)
		return err_nomem(e);
	if (!offsets.length)
		return 0;
	/* a change of ids has given our files in /proc to the host's root (proc(5)) */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* cannot fail with these arguments */
	r = file_write(AT_FDCWD, "/proc/self/timens_offsets", offsets.data, e);
	/* the first process inherits it, and may be born among a service's */
	(void)prctl(PR_SET_DUMPABLE, dumpable == 1, 0, 0, 0); /* as above */
	return r;
}

int namespace_unshare_cgroup(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	(void)step;
	return unshare(CLONE_NEWCGROUP) < 0 ? err_sys(e, "make a cgroup namespace") : 0;
}

int namespace_host_names(struct run *run, const struct step *step, struct err *e)
{
	const struct spec *spec = step->what;

	(void)run;
	if (spec->hostname && sethostname(spec->hostname, strlen(spec->hostname)) < 0)
		return err_sys(e, "set the host name '%s'", spec->hostname);
	if (spec->domainname && setdomainname(spec->domainname, strlen(spec->domainname)) < 0)
		return err_sys(e, "set the domain name '%s'", spec->domainname);
	return 0;
}

int namespace_loopback(struct run *run, const struct step *step, struct err *e)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	own_fd fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)run;
	(void)step;
	if (fd < 0 && errno == EAFNOSUPPORT)
		return 0; /* a kernel without IPv4 has no loopback to bring up this way */
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return err_sys(e, "bring up the loopback interface");
	return 0;
}
