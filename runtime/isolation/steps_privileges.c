/* SPDX-License-Identifier: Apache-2.0 */
/* What the service's process gives up, for good. */
#include "base/own.h"
#include "runtime/isolation/baton.h"
#include "runtime/isolation/caps.h"
#include "runtime/isolation/ids.h"
#include "runtime/isolation/limits.h"
#include "runtime/isolation/steps.h"
#include "seccomp/apply.h"
#include "seccomp/cache.h"

int step_seccomp_get(struct run *run, const struct step *step, struct err *e)
{
	return seccomp_filter_get(run->request->seccomp_cache, step->what, &run->filter, e);
}

/*
 * The number of the listener goes by write(2), the one call that the filter is sure to allow (seccomp/apply.h). The
 * program must not begin before the host has taken the listener: execve(2) closes it here.
 */
int step_seccomp(struct run *run, const struct step *step, struct err *e)
{
	struct baton message = {.kind = BATON_LISTENER, .fd = -1};
	int listener = -1;
	int r = seccomp_apply(&run->filter, &listener, e);

	(void)step;
	if (r < 0 || listener < 0)
		return r;
	message.pid = listener;
	r = baton_write(run->baton, &message, e);
	return r ? r : baton_read_pass(run->baton, e);
}

int step_caps_bounding(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_process *process = step->what;
	int r = caps_drop_bounding(process->capabilities, e);

	(void)run;
	return r ? r : caps_keep(e);
}

int step_ids(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_process *process = step->what;

	(void)run;
	return ids_apply(&process->user, e);
}

int step_caps(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_process *process = step->what;
	uint64_t withheld = 0;

	(void)run;
	return caps_apply(process->capabilities, &withheld, e);
}

int step_no_new_privs(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	(void)step;
	return limits_no_new_privs_apply(e);
}
