/* SPDX-License-Identifier: Apache-2.0 */
/* The service's process itself, as long as it has its privileges. */
#include "base/own.h"
#include "runtime/isolation/keyring.h"
#include "runtime/isolation/limits.h"
#include "runtime/isolation/lsm.h"
#include "runtime/isolation/steps.h"
#include "runtime/isolation/sysctl.h"
#include "runtime/isolation/userns.h"
#include "runtime/isolation/workdir.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int step_id_map(struct run *run, const struct step *step, struct err *e)
{
	return userns_map(run->pid, step->what, step->flags, e);
}

int step_become_root(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	(void)step;
	return userns_become_root(e);
}

int step_rlimit(struct run *run, const struct step *step, struct err *e)
{
	return limits_rlimit_apply(run->pid, step->what, e);
}

int step_oom_score(struct run *run, const struct step *step, struct err *e)
{
	const struct opt_int *score = step->what;

	return limits_oom_score_apply(run->pid, score->value, e);
}

int step_session(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	(void)step;
	/* EPERM: it leads a session already, which is all that is wanted */
	return setsid() < 0 && errno != EPERM ? err_sys(e, "make a session") : 0;
}

int step_keyring(struct run *run, const struct step *step, struct err *e)
{
	int r = lsm_label_keyrings(run->request->plan->spec->process->selinux_label, e);

	return r ? r : keyring_join(run->request->id, step->flags, e);
}

int step_sysctl(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	return sysctl_apply(step->what, e);
}

int step_personality(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	return limits_personality_apply(step->what, e);
}

int step_umask(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	(void)e; /* umask(2) cannot fail */
	limits_umask_apply(step->what);
	return 0;
}

/* A directory that only the user may enter is tried once more as the user (step_exec). */
int step_cwd(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_process *process = step->what;
	struct err denied = ERR_NONE;
	int r = 0;

	if (run->root >= 0)
		r = workdir_make(run->root, process->cwd, e);
	if (r < 0)
		return r;
	r = workdir_enter(process->cwd, &denied);
	run->cwd_later = r == -EACCES || r == -EPERM;
	if (r == 0 || run->cwd_later)
		return 0;
	*e = denied;
	return r;
}
