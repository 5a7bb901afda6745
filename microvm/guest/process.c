/* SPDX-License-Identifier: Apache-2.0 */
#include "microvm/guest/process.h"

#include "microvm/guest/state.h"
#include "runtime/isolation/cgroup_follow.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int process_set_window(struct spec_process *process, const struct agent_window *window, struct arena *a, struct err *e)
{
	struct spec_console_size *size;

	if (!window->rows && !window->columns)
		return 0;
	size = arena_alloc(a, sizeof *size);
	if (!size)
		return err_nomem(e);
	*size = (struct spec_console_size){.height = window->rows, .width = window->columns};
	process->console_size = size;
	return 0;
}

struct launch_request process_launch_request(struct guest_service *service, const struct plan *plan)
{
	return (struct launch_request){
		.plan = plan,
		.cgroup = service->cgroup.n ? &service->cgroup : NULL,
		.target = -1,
		.id = service->id,
		.bundle = service->bundle,
		.seccomp_cache = -1,
		.start_socket = -1,
		.console_socket = -1,
		.interrupt_fd = -1,
		.lock = -1,
	};
}

int process_join(struct guest_service *service, struct launch_request *request, struct err *e)
{
	request->target = service->pidfd;
	return cgroup_follow(&service->cgroup, service->pid, e);
}

int process_launch(
	const struct launch_request *request, const struct streams *streams, struct worker_result *ret, struct err *e)
{
	struct launch_result result;
	int r = streams_take(streams, e);

	r = r ? r : launch_run(request, &result, e);
	if (r == 0)
		*ret = (struct worker_result){.pid = result.pid, .console = result.console};
	return r;
}

int process_pidfd(pid_t pid, struct err *e)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? err_sys(e, "open the process '%d'", pid) : fd;
}

void process_abandon(pid_t pid)
{
	if (pid > 0)
		(void)kill(pid, SIGKILL); /* unreaped, if it is dead: the number is still its own */
}
