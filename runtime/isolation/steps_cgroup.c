/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/isolation/cgroup_apply.h"
#include "runtime/isolation/cgroup_device_plan.h"
#include "runtime/isolation/cgroup_make.h"
#include "runtime/isolation/cgroup_process.h"
#include "runtime/isolation/steps.h"
#include "runtime/isolation/systemd_service.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static struct systemd_service step_systemd_service(const struct run *run)
{
	const struct spec_linux *l = run->request->plan->spec->linux;

	return (struct systemd_service){
		.id = run->request->id, .cgroups_path = l ? l->cgroups_path : NULL, .user = geteuid() != 0};
}

/* systemd says where the cgroup is; from there on all is as without it. */
int step_systemd_start(struct run *run, const struct step *step, struct err *e)
{
	const struct systemd_service service = step_systemd_service(run);
	own_cgroup cgroup = {0};
	int r = systemd_service_start(&service, step->what, run->pid, &cgroup, e);

	if (r < 0)
		return r;
	cgroup_free(run->request->cgroup);
	*run->request->cgroup = cgroup;
	cgroup = (struct cgroup){0};
	return 0;
}

void step_systemd_stop(struct run *run, const struct step *step)
{
	const struct systemd_service service = step_systemd_service(run);
	struct err ignored;

	(void)step;
	(void)systemd_service_stop(&service, &ignored); /* as below */
}

int step_cgroup_create(struct run *run, const struct step *step, struct err *e)
{
	return cgroup_make(run->request->cgroup, cgroup_writes_controllers(step->what), e);
}

void step_cgroup_remove(struct run *run, const struct step *step)
{
	struct err ignored;

	(void)step;
	/* whoever undoes has a failure to report already. Without a pid namespace a hook's children outlive its end */
	(void)cgroup_signal(run->request->cgroup, SIGKILL, &ignored);
	(void)cgroup_remove(run->request->cgroup, &ignored);
}

int step_cgroup_limit(struct run *run, const struct step *step, struct err *e)
{
	return cgroup_apply(run->request->cgroup, step->what, e);
}

int step_cgroup_open(struct run *run, const struct step *step, struct err *e)
{
	(void)step;
	return cgroup_entry_open(run->request->cgroup, &run->entry, e);
}

int step_cgroup_enter(struct run *run, const struct step *step, struct err *e)
{
	(void)step;
	return cgroup_entry_enter(&run->entry, e);
}

int step_cgroup_move(struct run *run, const struct step *step, struct err *e)
{
	(void)step;
	return cgroup_enter(run->request->cgroup, run->pid, e);
}

int step_cgroup_devices(struct run *run, const struct step *step, struct err *e)
{
	const struct cgroup_device_plan *devices = step->what;

	if (devices->program.n)
		return cgroup_device_attach(run->request->cgroup, &devices->program, e);
	return cgroup_apply(run->request->cgroup, &devices->writes, e);
}
