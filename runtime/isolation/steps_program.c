/* SPDX-License-Identifier: Apache-2.0 */
/* From the last preparations to the service's program; in the order of plan_privileges(). */
#include "base/own.h"
#include "runtime/isolation/baton.h"
#include "runtime/isolation/env.h"
#include "runtime/isolation/ids.h"
#include "runtime/isolation/lsm.h"
#include "runtime/isolation/passwd.h"
#include "runtime/isolation/steps.h"
#include "runtime/isolation/workdir.h"

#include <fcntl.h>
#include <unistd.h>

/* HOME is looked up only where the spec has none: most have one, and the lookup reads a stranger's file. */
static int step_environment(struct run *run, const struct spec_process *process, struct err *e)
{
	const char *given = env_find(&process->env, "HOME");
	struct passwd_home home = {0};
	struct env_extra extra = {.home = home.text, .listen_fds = run->request->listen_fds, .pid = getpid()};
	own_fd root = given && *given ? -1 : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root >= 0)
		home = passwd_home(root, process->user.uid);
	return env_build(&run->arena, &process->env, &extra, &run->env, e);
}

/*
 * execve(2) will look with the user's eyes; so does whoever wants to know beforehand. The groups stay: nothing
 * that comes before step_ids() needs others, and root does not need any.
 */
static int step_find_as_user(struct run *run, const struct spec_process *process, struct err *e)
{
	int r = ids_groups_apply(&process->user, e);

	if (r < 0)
		return r;
	if (setegid(process->user.gid) < 0)
		return err_sys(e, "become group %u to look for the program (is the id mapped?)", process->user.gid);
	if (seteuid(process->user.uid) < 0)
		return err_sys(e, "become user %u to look for the program (is the id mapped?)", process->user.uid);
	r = exec_find(&run->env, process->args.items[0], &run->program, e);
	if (seteuid(0) < 0 || setegid(0) < 0)
		return err_sys(e, "become root again");
	return r;
}

int step_exec_find(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_process *process = step->what;
	int r = step_environment(run, process, e);

	if (r < 0)
		return r;
	if (process->user.uid == 0 || geteuid() != 0)
		return exec_find(&run->env, process->args.items[0], &run->program, e);
	return step_find_as_user(run, process, e);
}

int step_lsm(struct run *run, const struct step *step, struct err *e)
{
	(void)run;
	return lsm_apply(step->what, e);
}

enum { PASSED_FD = 3 };

/* Out of the way of what takes its place: copies above all the places. */
static int pass_fd_above(const struct run *run, int fd, struct err *e)
{
	int above = fcntl(fd, F_DUPFD_CLOEXEC, PASSED_FD + (int)run->request->pass_n);

	return above < 0 ? err_sys(e, "move descriptor '%d'", fd) : above;
}

/* To the places where the program looks for them, where another of them, or the baton, may be. */
static int step_pass_fds(struct run *run, struct err *e)
{
	int above[LAUNCH_PASS_MAX], baton = pass_fd_above(run, run->baton, e);

	if (baton < 0)
		return baton;
	run->baton = baton; /* what stays behind is replaced, or closed with the rest */
	for (unsigned int i = 0; i < run->request->pass_n; i++) {
		above[i] = pass_fd_above(run, run->request->pass_fds[i], e);
		if (above[i] < 0)
			return above[i];
	}
	for (unsigned int i = 0; i < run->request->pass_n; i++)
		if (dup2(above[i], PASSED_FD + (int)i) < 0)
			return err_sys(e, "pass descriptor '%d' on", run->request->pass_fds[i]);
	return 0;
}

int step_fds_close(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_process *process = step->what;
	unsigned int passed = run->request->pass_n;
	int r = exec_null_renew(e);

	r = r ? r : exec_stdio_give(process->user.uid, e);
	r = r ? r : exec_signals_reset(e);
	if (r == 0 && run->request->stdin_fd > 0 && dup2(run->request->stdin_fd, STDIN_FILENO) < 0)
		r = err_sys(e, "replace the standard input");
	r = r || !passed ? r : step_pass_fds(run, e);
	return r ? r : exec_fds_close(passed ? passed : run->request->preserve_fds, run->baton, e);
}

int step_exec(struct run *run, const struct step *step, struct err *e)
{
	const struct spec_process *process = step->what;
	int r = run->cwd_later ? workdir_enter(process->cwd, e) : 0;

	if (r == 0 && run->request->listen_fds)
		r = env_retell_pid(&run->arena, &run->env, getpid(), e);
	r = r ? r : baton_write(run->baton, &(struct baton){.kind = BATON_EXEC, .fd = -1}, e);
	return r ? r : exec_service(&run->program, &process->args, &run->env, e);
}
